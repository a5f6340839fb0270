import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset, ReportedUser } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { AccountGraph } from './account-graph.ts';
import { assetField } from './asset-fields.ts';
import { isOfAnother } from './owners.ts';
import { keysInReport } from './user-keys.ts';
import { loginProfile, mfaDevices, mfaSerialNumbers, signingCertificates } from './user-parts.ts';

/** A field as it was read, or as it follows from what was; UNREAD where nothing tells it yet. */
export function known(graph: AccountGraph, asset: Asset, field: string): unknown {
  const own = asset[field];
  return own === undefined ? derive(graph, asset, field) : own;
}

/**
 * What follows of a field that an asset does not hold from what was read already; UNREAD where nothing does. A user whom
 * the report shows without MFA has no device, without a password no login profile: that spares a call each.
 */
function derive(graph: AccountGraph, asset: Asset, field: string): unknown {
  const known = derivations[asset.__typename]?.[field]?.(graph, asset);
  if (known !== undefined && known !== UNREAD) return known;
  if (field === 'connector') return graph.connector ?? UNREAD;
  const owner = known === undefined ? ownerAs(asset, field) : known;
  if (owner !== undefined) return owner;
  return assetField(graph, asset, field) ?? goneOrUnread(graph, asset, field);
}

/** What a part belongs to, under the name that the part has for it; null under the names for others. */
function ownerAs(asset: Asset, field: string): unknown {
  const owner = asset['owner'] as Asset | undefined;
  if (!owner) return undefined;
  const type = asset.__typename as AssetTypeName;
  const relation = catalogue[type].fields[field];
  if (relation?.relation === 'toOne' && relation.type === owner.__typename) return owner;
  return isOfAnother(type, field, owner) ? null : undefined;
}

type Derivation = (graph: AccountGraph, asset: Asset) => unknown;

const NONE: readonly never[] = [];

const isRootArn = (arn: unknown): boolean => typeof arn === 'string' && arn.endsWith(':root');

const rootUser = ({ report }: AccountGraph): unknown => report?.report.root ?? UNREAD;

const isOfRoot = ({ userArn }: Asset): boolean => isRootArn(userArn);

/** What the report shows of a user's relations. */
const reported: Readonly<Record<string, Derivation>> = {
  accessKeys: ({ settings }, user) =>
    isReported(user) ? keysInReport(user as unknown as ReportedUser, settings.setupSeconds) : UNREAD,
  mfaSerialNumbers,
  mfaDevices,
  hasIAMUserLoginProfile: (_graph, user) => loginProfile(user),
  signingCertificates: (_graph, user) => signingCertificates(user),
};

/** The credential report may rule out that a user has any, so that the user need not be asked. */
export const isToldByReport = (relation: string): boolean => relation in reported;

/** Of providers, whom a role's trust policy names. */
const providersOf =
  (type: 'IAMSAMLProvider' | 'IAMOIDCProvider', group: FactGroup): Derivation =>
  (graph, role) =>
    graph.isRead(group) && !graph.unreadable.why(role, 'samlProviders')
      ? graph.assetsOf(type).filter(({ arn }) => graph.relations.of(arn, 'roles').includes(role))
      : UNREAD;

/** A role whose trust policy cannot be read may name any of them. */
const rolesOfProvider: Derivation = (graph, { arn }) => {
  if (!graph.isRead('ROLE_DETAILS')) return UNREAD;
  const known = graph.relations.of(arn, 'roles');
  return whyNotAllRoles(graph) ? [...known, UNREAD] : known;
};

const whyNotAllRoles = ({ unreadable }: AccountGraph) => unreadable.whyOfAny('IAMRole', 'samlProviders');

/** Why a field is unknown although all that tells it was read. */
export function whyUnreadable(graph: AccountGraph, asset: Asset, field: string): IamqlError | undefined {
  const isOfProvider = asset.__typename === 'IAMSAMLProvider' || asset.__typename === 'IAMOIDCProvider';
  if (isOfProvider && field === 'roles') return whyNotAllRoles(graph);
  return graph.unreadable.why(asset, field);
}

/** Known once the policies are; AWS may have a policy for a boundary that it does not list among them. */
const permissionsBoundary: Derivation = (graph, { permissionsBoundaryArn: arn }) => {
  if (typeof arn !== 'string') return arn === null ? null : UNREAD;
  return (graph.isRead('POLICY_DETAILS') && graph.policy(arn)) || UNREAD;
};

/** Published texts ask for null where nothing has the policy, and an inline policy is embedded, not attached. */
const attachedIds =
  (relation: string, id: string, group: FactGroup): Derivation =>
  (graph, policy) => {
    if (policy['policyType'] === 'Inline') return null;
    if (!graph.isRead(group)) return UNREAD;
    const owners = graph.relations.of(policy, relation);
    return owners.length > 0 ? owners.map((owner) => String(owner[id])).sort() : null;
  };

const derivations: Readonly<Record<string, Readonly<Record<string, Derivation>>>> = {
  IAMUser: {
    ...reported,
    permissionsBoundary,
    serviceSpecificCredentials: (graph, user) =>
      graph.isRead('SERVICE_SPECIFIC_CREDENTIALS')
        ? graph.relations.of(user['userName'], 'serviceSpecificCredentials')
        : UNREAD,
  },
  RootUser: {
    virtualMFADevices: (graph) =>
      graph.isRead('VIRTUAL_MFA_DEVICES') ? virtualDevices(graph).filter(isOfRoot) : UNREAD,
  },
  IAMInstanceProfile: {
    roles: (graph, profile) => (graph.isRead('ROLE_DETAILS') ? graph.relations.of(profile, 'roles') : UNREAD),
  },
  Connector: {
    virtualMFADevices: (graph) => (graph.isRead('VIRTUAL_MFA_DEVICES') ? virtualDevices(graph) : UNREAD),
    passwordPolicy: (graph) => graph.assetsOf('IAMPasswordPolicy')[0] ?? UNREAD,
    accountSummary: (graph) => graph.assetsOf('IAMAccountSummary')[0] ?? UNREAD,
    rootUser,
    managedPolicies: (graph) =>
      graph.isRead('POLICY_DETAILS')
        ? graph.assetsOf('IAMPolicy').filter((policy) => policy['policyType'] !== 'Inline')
        : UNREAD,
  },
  IAMGroup: { users: (graph, group) => (graph.isRead('USER_DETAILS') ? graph.relations.of(group, 'users') : UNREAD) },
  IAMRole: {
    permissionsBoundary,
    samlProviders: providersOf('IAMSAMLProvider', 'SAML_PROVIDERS'),
    oidcProviders: providersOf('IAMOIDCProvider', 'OIDC_PROVIDERS'),
  },
  IAMSAMLProvider: { roles: rolesOfProvider },
  IAMOIDCProvider: { roles: rolesOfProvider },
  IAMUserCredentials: {
    user: (graph, { arn }) => graph.users.get(String(arn)) ?? (isRootArn(arn) ? null : UNREAD),
    rootUser: (graph, { arn }) => (isRootArn(arn) ? rootUser(graph) : null),
  },
  IAMMFADevice: {
    user: (graph, { userArn, owner }) => {
      if (userArn === null || isRootArn(userArn)) return null;
      return owner ?? graph.users.get(String(userArn)) ?? UNREAD;
    },
    rootUser: (graph, { userArn }) => (isRootArn(userArn) ? rootUser(graph) : userArn === UNREAD ? UNREAD : null),
  },
  IAMPolicy: {
    boundedUsers: (graph, { arn }) => (graph.isRead('USER_DETAILS') ? graph.relations.of(arn, 'boundedUsers') : UNREAD),
    boundedRoles: (graph, { arn }) => (graph.isRead('ROLE_DETAILS') ? graph.relations.of(arn, 'boundedRoles') : UNREAD),
    users: (graph, policy) => (graph.isRead('USER_DETAILS') ? graph.relations.of(policy, 'users') : UNREAD),
    groups: (graph, policy) => (graph.isRead('GROUP_DETAILS') ? graph.relations.of(policy, 'groups') : UNREAD),
    roles: (graph, policy) => (graph.isRead('ROLE_DETAILS') ? graph.relations.of(policy, 'roles') : UNREAD),
    attachedUserIDs: attachedIds('users', 'userId', 'USER_DETAILS'),
    attachedGroupIDs: attachedIds('groups', 'groupId', 'GROUP_DETAILS'),
    attachedRoleIDs: attachedIds('roles', 'roleId', 'ROLE_DETAILS'),
    // Those of AWS cannot have any, and an account may not ask for them.
    tags: (_graph, policy) => (policy['policyType'] === 'AWS' ? NONE : UNREAD),
  },
  IAMServiceSpecificCredential: {
    user: (graph, { userName }) => graph.users.named(String(userName)) ?? UNREAD,
  },
};

const virtualDevices = (graph: AccountGraph): readonly Asset[] =>
  graph.assetsOf('IAMMFADevice').filter(({ isVirtual }) => isVirtual === true);

const isReported = (user: Asset): boolean =>
  typeof user['hasIAMUserCredentials'] === 'object' && user['hasIAMUserCredentials'] !== null;

/** A user whom the list does not have was deleted since the report, and with it all that it had. */
function goneOrUnread(graph: AccountGraph, asset: Asset, name: string): unknown {
  if (asset.__typename !== 'IAMUser' || !graph.users.isDeleted(asset)) return UNREAD;
  const field = catalogue[asset.__typename as AssetTypeName].fields[name];
  if (field?.fact !== 'USER_DETAILS') return UNREAD;
  return field.list || field.relation ? NONE : null;
}
