import type { FactGroup } from '../iam/assets.generated.ts';
import {
  absorbGroupDetails,
  absorbPolicyDetails,
  absorbRoleDetails,
  absorbUserDetails,
  instanceProfile,
} from './absorb-details.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import type { Facts } from './fact-source.ts';
import { inIdentifier, part, tagsOf } from './parts.ts';
import { absorbAccessKeys, absorbLastUses } from './user-keys.ts';
import { VIRTUAL_DEVICES } from './user-parts.ts';

type Absorb<G extends FactGroup> = (graph: AccountGraph, facts: Facts[G], owner: Node) => void;

const absorbTags = (_graph: AccountGraph, tags: Facts['POLICY_TAGS'], owner: Node): void => {
  owner['tags'] = tagsOf(owner, tags);
};

/** Puts what was read where it belongs: one mapping from the answers of AWS for each group of facts. */
export const absorb: { readonly [G in Exclude<FactGroup, 'CALLER_IDENTITY'>]: Absorb<G> } = {
  CREDENTIAL_REPORT: (graph, facts) => graph.users.noteReport(facts),
  ACCOUNT_ALIASES: ({ connector }, [alias]) => {
    if (connector) connector['accountAlias'] = alias ?? null;
  },
  ACCESS_KEYS: absorbAccessKeys,
  ACCESS_KEY_LAST_USED: absorbLastUses,
  USER_LIST: ({ users }, listed) => {
    users.noteListed(listed.map(({ arn, passwordLastUsed: _, ...facts }) => ({ arn, facts })));
    users.notePasswordUses(new Map(listed.map(({ arn, passwordLastUsed }) => [arn, passwordLastUsed])));
  },
  USER_DETAILS: absorbUserDetails,
  GROUP_DETAILS: absorbGroupDetails,
  ROLE_DETAILS: absorbRoleDetails,
  POLICY_DETAILS: absorbPolicyDetails,
  ROLES: (graph, roles) => {
    const known = new Map(graph.assetsOf('IAMRole').map((role) => [role['arn'], role]));
    for (const { arn, ...facts } of roles) Object.assign(known.get(arn) ?? {}, facts);
  },
  PASSWORD_POLICY: (graph, policy) => {
    graph.node('IAMPasswordPolicy', String(graph.accountId), { internalName: 'password policy', ...policy });
  },
  ACCOUNT_SUMMARY: (graph, summary) => {
    const node = graph.node('IAMAccountSummary', String(graph.accountId), { internalName: 'account summary' });
    const items = Object.entries(summary).sort(([a], [b]) => (a < b ? -1 : 1));
    node['hasIAMAccountSummaryItem'] = items.map(([key, value]) =>
      part('IAMAccountSummaryItem', node, key, key, { key, value }),
    );
  },
  VIRTUAL_MFA_DEVICES: (graph, devices) => {
    for (const device of devices) graph.relations.add(device.userArn, VIRTUAL_DEVICES, mfaDevice(graph, device));
  },
  INSTANCE_PROFILES: (graph, profiles) => {
    for (const profile of profiles) instanceProfile(graph, profile);
  },
  SERVER_CERTIFICATES: (graph, certificates) => {
    for (const { arn, ...facts } of certificates) {
      graph.node('IAMServerCertificate', arn, { internalName: facts.serverCertificateName, arn, ...facts });
    }
  },
  SAML_PROVIDERS: (graph, providers) => {
    for (const { arn, ...facts } of providers) {
      graph.node('IAMSAMLProvider', arn, { internalName: lastPart(arn), arn, ...facts });
    }
  },
  SAML_PROVIDER: (_graph, { privateKeys, tags, ...facts }, provider) => {
    const keys = privateKeys.map((key) =>
      part('IAMSAMLPrivateKey', provider, `private-key/${inIdentifier(key.keyId)}`, key.keyId, { ...key }),
    );
    Object.assign(provider, { ...facts, privateKeys: keys, tags: tagsOf(provider, tags) });
  },
  OIDC_PROVIDERS: (graph, arns) => {
    for (const arn of arns) graph.node('IAMOIDCProvider', arn, { internalName: lastPart(arn), arn });
  },
  OIDC_PROVIDER: (_graph, { url, clientIds, thumbprints, createDate, tags }, provider) => {
    Object.assign(provider, { url, clientIDs: clientIds, thumbprints, createDate, tags: tagsOf(provider, tags) });
  },
  SERVICE_SPECIFIC_CREDENTIALS: (graph, credentials) => {
    for (const { serviceSpecificCredentialId: id, ...facts } of credentials) {
      // What people know it by; the user's name is in it.
      const internalName = facts.serviceCredentialAlias ?? facts.serviceUserName ?? id;
      const own = { internalName, serviceSpecificCredentialId: id, ...facts };
      graph.relations.add(
        facts.userName,
        'serviceSpecificCredentials',
        graph.node('IAMServiceSpecificCredential', id, own),
      );
    }
  },
  LOGIN_PROFILE: (_graph, profile, user) => {
    const { userName } = user;
    const own = profile
      ? [part('IAMUserLoginProfile', user, 'login-profile', String(userName), { userName, ...profile })]
      : [];
    user['hasIAMUserLoginProfile'] = own;
  },
  MFA_DEVICES: (graph, devices, user) => {
    user['mfaDevices'] = devices.map((device) => mfaDevice(graph, { ...device, userArn: user['arn'] as string }, user));
    user['mfaSerialNumbers'] = devices.map(({ serialNumber }) => serialNumber);
  },
  SSH_PUBLIC_KEYS: (_graph, keys, user) => {
    user['sshPublicKeys'] = keys.map((key) =>
      part('IAMSSHPublicKey', user, `ssh-public-key/${key.sshPublicKeyId}`, key.sshPublicKeyId, {
        userName: user['userName'],
        ...key,
      }),
    );
  },
  SIGNING_CERTIFICATES: (_graph, certificates, user) => {
    user['signingCertificates'] = certificates.map((one) =>
      part('IAMSigningCertificate', user, `signing-certificate/${one.certificateId}`, one.certificateId, {
        userName: user['userName'],
        ...one,
      }),
    );
  },
  POLICY_TAGS: absorbTags,
  SERVER_CERTIFICATE_TAGS: absorbTags,
  INSTANCE_PROFILE_TAGS: absorbTags,
  MFA_DEVICE_TAGS: absorbTags,
};

/** Only virtual devices are resources of the account, with an ARN that names them so, and may have tags. */
function mfaDevice(
  graph: AccountGraph,
  { serialNumber, enableDate, userArn }: Facts['VIRTUAL_MFA_DEVICES'][number],
  owner?: Node,
): Node {
  const isVirtual = /^arn:[^:]*:iam::\d+:mfa\//.test(serialNumber);
  const facts = { serialNumber, enableDate, isVirtual, userArn, ...(owner ? { owner } : {}) };
  const device = graph.node('IAMMFADevice', serialNumber, { internalName: lastPart(serialNumber), ...facts });
  if (!isVirtual) device['tags'] = [];
  return device;
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
