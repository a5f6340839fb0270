import type { Asset } from '../iam/assets.ts';
import { noteDocument, noteText, noteTrust, readDocument } from './absorb-documents.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import type {
  DocumentText,
  GroupDetail,
  InstanceProfile,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from './fact-source.ts';
import { part, tagsOf } from './parts.ts';

/** Users of the report get what it does not tell; those who are newer than it become users of the account. */
export function absorbUserDetails(graph: AccountGraph, details: readonly UserDetail[]): void {
  const listed = details.map(({ arn, userName, userId, path, createDate, permissionsBoundaryArn }) => ({
    arn,
    facts: { userName, userId, path, createDate, permissionsBoundaryArn },
  }));
  const groups = new Map(graph.assetsOf('IAMGroup').map((group) => [group['groupName'], group]));
  for (const [index, user] of graph.users.noteListed(listed).entries()) {
    const detail = details[index] as UserDetail;
    const memberOf = detail.groupNames.map((name) => groups.get(name)).filter((group) => group !== undefined);
    noteBoundary(graph, user, 'boundedUsers');
    Object.assign(user, { tags: tagsOf(user, detail.tags), hasIAMGroup: memberOf });
    for (const group of memberOf) graph.relations.add(group, 'users', user);
    attachPolicies(graph, user, 'users', detail);
  }
}

/** Adds groups to the graph, with what is attached to them. */
export function absorbGroupDetails(graph: AccountGraph, groups: readonly GroupDetail[]): void {
  for (const detail of groups) {
    const { arn, groupName, groupId, path, createDate } = detail;
    const group = graph.node('IAMGroup', arn, { internalName: groupName, arn, groupName, groupId, path, createDate });
    attachPolicies(graph, group, 'groups', detail);
  }
}

/** Adds roles to the graph, with whom they trust, what is attached to them and the instance profiles that hold them. */
export function absorbRoleDetails(graph: AccountGraph, roles: readonly RoleDetail[]): void {
  // Most roles of a service trust it in the very same words.
  const trusts = new Map<DocumentText, ReturnType<typeof readDocument>>();
  for (const detail of roles) {
    const { arn, roleName, roleId, path, createDate, assumeRolePolicyDocument, permissionsBoundaryArn } = detail;
    const { lastUsedDate, lastUsedRegion } = detail;
    const facts = { arn, roleName, roleId, path, createDate, permissionsBoundaryArn };
    const role = graph.node('IAMRole', arn, { internalName: roleName, ...facts, lastUsedDate, lastUsedRegion });
    const trust = trusts.get(assumeRolePolicyDocument) ?? readDocument(assumeRolePolicyDocument);
    trusts.set(assumeRolePolicyDocument, trust);
    noteTrust(graph, role, assumeRolePolicyDocument, trust);
    Object.assign(role, {
      isServiceLinked: path.startsWith('/aws-service-role/'),
      tags: tagsOf(role, detail.tags),
      instanceProfiles: detail.instanceProfiles.map((profile) => instanceProfile(graph, profile)),
    });
    for (const profile of role['instanceProfiles'] as readonly Asset[]) graph.relations.add(profile, 'roles', role);
    noteBoundary(graph, role, 'boundedRoles');
    attachPolicies(graph, role, 'roles', detail);
  }
}

/** Boundaries are known by the policy's ARN, whether or not the policy is. */
function noteBoundary(graph: AccountGraph, owner: Node, relation: string): void {
  const arn = owner['permissionsBoundaryArn'];
  if (arn !== null) graph.relations.add(arn, relation, owner);
}

/** Its roles name it, and are related to it by that. */
export const instanceProfile = (graph: AccountGraph, facts: InstanceProfile): Node =>
  graph.node('IAMInstanceProfile', facts.arn, { internalName: facts.instanceProfileName, ...facts });

/** Adds managed policies to the graph, with their versions and the statements of the one in force. */
export function absorbPolicyDetails(graph: AccountGraph, policies: readonly PolicyDetail[]): void {
  for (const { document, versions, ...detail } of policies) {
    const policy = managedPolicy(graph, detail.arn, detail.policyName);
    Object.assign(policy, detail, {
      versions: versions.map((version) => policyVersion(graph, policy, version)),
    });
    noteDocument(graph, policy, document);
  }
}

function policyVersion(
  graph: AccountGraph,
  policy: Node,
  { document, ...facts }: PolicyDetail['versions'][number],
): Asset {
  const version = part('IAMPolicyVersion', policy, `version/${facts.versionId}`, facts.versionId, facts);
  noteText(graph, version, 'document', document);
  return version;
}

/** Known by its ARN before its details are: AWS's own policies belong to the account `aws`. */
const managedPolicy = (graph: AccountGraph, arn: string, policyName: string): Node =>
  graph.node('IAMPolicy', arn, {
    internalName: policyName,
    arn,
    policyName,
    policyType: arn.split(':')[4] === 'aws' ? 'AWS' : 'Customer',
  });

interface Detail {
  readonly inlinePolicies: readonly { readonly policyName: string; readonly document: DocumentText }[];
  readonly attachedPolicies: readonly { readonly policyArn: string; readonly policyName: string }[];
}

/** @param relation the policies' relation that leads to such owners. */
function attachPolicies(graph: AccountGraph, owner: Node, relation: string, detail: Detail): void {
  const inline = detail.inlinePolicies.map((policy) => inlinePolicy(graph, owner, policy));
  const attached = detail.attachedPolicies.map(({ policyArn, policyName }) =>
    managedPolicy(graph, policyArn, policyName),
  );
  const policies = [...attached, ...inline];
  for (const policy of policies) graph.relations.add(policy, relation, owner);
  Object.assign(owner, { iamPolicies: policies, hasIAMPolicy: policies });
}

/** What AWS says of managed policies alone is null of it, and its relations lead to its owner alone. */
function inlinePolicy(
  graph: AccountGraph,
  owner: Node,
  { policyName, document }: Detail['inlinePolicies'][number],
): Node {
  const policy = graph.node('IAMPolicy', `${owner['arn']}/policy/${policyName}`, {
    internalName: policyName,
    owner,
    policyType: 'Inline',
    policyName,
    arn: null,
    ...MANAGED_ONLY,
    users: [],
    groups: [],
    roles: [],
    boundedUsers: [],
    boundedRoles: [],
    versions: [],
    tags: [],
  });
  const relation = { IAMUser: 'users', IAMGroup: 'groups', IAMRole: 'roles' }[owner.__typename];
  if (relation) policy[relation] = [owner];
  noteDocument(graph, policy, document);
  return policy;
}

const MANAGED_ONLY = {
  policyId: null,
  path: null,
  description: null,
  createDate: null,
  updateDate: null,
  defaultVersionId: null,
  attachmentCount: null,
  isAttachable: null,
  permissionsBoundaryUsageCount: null,
} as const;
