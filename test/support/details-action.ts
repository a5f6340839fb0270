import type { ReceivedCall } from './iam-actions.ts';
import { pageOfMembers, tagList } from './paged-answer.ts';
import { element, elements } from './query-answer.ts';
import { type ResolvedScenario, type ScenarioUser, userArn, wireTime } from './scenario.ts';
import type { Document, PolicyHolder, ScenarioGroup, ScenarioIamRole, ScenarioPolicy } from './scenario-nouns.ts';
import { uniqueId } from './scripted-account.ts';

const CREATED = '2024-01-01T00:00:00Z';

/** One sequence of pages over four lists, in which a page may hold members of several (API_GetAccountAuthorizationDetails). */
export function getAccountAuthorizationDetails(call: ReceivedCall): string {
  const { account, params } = call;
  const { scenario } = account;
  const asked = Object.entries(params)
    .filter(([name]) => name.startsWith('Filter.member.'))
    .map(([, value]) => value);
  const wants = (filter: string): boolean => asked.length === 0 || asked.includes(filter);
  const members = [
    ...(wants('User') ? account.users.map((user) => ['UserDetailList', userDetail(scenario, user)] as const) : []),
    ...(wants('Group')
      ? (scenario.groups ?? []).map((group) => ['GroupDetailList', groupDetail(scenario, group)] as const)
      : []),
    ...(wants('Role')
      ? (scenario.iamRoles ?? []).map((role) => ['RoleDetailList', roleDetail(scenario, role)] as const)
      : []),
    ...(scenario.policies ?? [])
      .filter((policy) =>
        isOfAws(policy.arn)
          ? wants('AWSManagedPolicy') && attachments(scenario, policy) > 0
          : wants('LocalManagedPolicy'),
      )
      .map((policy) => ['Policies', policyDetail(scenario, policy)] as const),
  ];
  const { shown, more } = pageOfMembers(call, members);
  const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'].map((name) =>
    element(
      name,
      shown
        .filter(([list]) => list === name)
        .map(([, detail]) => element('member', detail))
        .join(''),
    ),
  );
  return lists.join('') + more;
}

const groupArn = (scenario: ResolvedScenario, group: ScenarioGroup): string =>
  `arn:${scenario.partition}:iam::${scenario.accountId}:group${group.path ?? '/'}${group.name}`;

const roleArn = (scenario: ResolvedScenario, role: ScenarioIamRole): string =>
  `arn:${scenario.partition}:iam::${scenario.accountId}:role${role.path ?? '/'}${role.name}`;

const isOfAws = (arn: string): boolean => arn.split(':')[4] === 'aws';
const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
const pathOf = (arn: string): string => /:policy(\/.*\/|\/)/.exec(arn)?.[1] ?? '/';

const holders = (scenario: ResolvedScenario): readonly PolicyHolder[] => [
  ...scenario.users,
  ...(scenario.groups ?? []),
  ...(scenario.iamRoles ?? []),
];

const attachments = (scenario: ResolvedScenario, { arn }: ScenarioPolicy): number =>
  holders(scenario).filter(({ attachedPolicies }) => attachedPolicies?.includes(arn)).length;

const encoded = (document: Document): string =>
  encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document));

function policyLists(holder: PolicyHolder, inlineName: string): string {
  const inline = Object.entries(holder.inlinePolicies ?? {}).map(([name, document]) =>
    element('member', elements({ PolicyName: name, PolicyDocument: encoded(document) })),
  );
  const attached = (holder.attachedPolicies ?? []).map((arn) =>
    element('member', elements({ PolicyName: nameOf(arn), PolicyArn: arn })),
  );
  return element(inlineName, inline.join('')) + element('AttachedManagedPolicies', attached.join(''));
}

const boundary = (arn: string | undefined): string =>
  arn
    ? element('PermissionsBoundary', elements({ PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn }))
    : '';

function userDetail(scenario: ResolvedScenario, user: ScenarioUser): string {
  const own = elements({
    Path: user.path ?? '/',
    UserName: user.name,
    UserId: uniqueId('AIDA', user.name),
    Arn: userArn(scenario, user),
    CreateDate: wireTime(user.createDate),
  });
  const groups = (user.groups ?? []).map((name) => elements({ member: name })).join('');
  return (
    own +
    element('GroupList', groups) +
    policyLists(user, 'UserPolicyList') +
    boundary(user.permissionsBoundary) +
    tagList(user.tags)
  );
}

function groupDetail(scenario: ResolvedScenario, group: ScenarioGroup): string {
  const own = elements({
    Path: group.path ?? '/',
    GroupName: group.name,
    GroupId: uniqueId('AGPA', group.name),
    Arn: groupArn(scenario, group),
    CreateDate: wireTime(group.createDate ?? CREATED),
  });
  return own + policyLists(group, 'GroupPolicyList');
}

function roleDetail(scenario: ResolvedScenario, role: ScenarioIamRole): string {
  const own = elements({
    Path: role.path ?? '/',
    RoleName: role.name,
    RoleId: uniqueId('AROA', role.name),
    Arn: roleArn(scenario, role),
    CreateDate: wireTime(role.createDate ?? CREATED),
    AssumeRolePolicyDocument: encoded(role.trust),
  });
  const roles = element('Roles', element('member', own));
  const profiles = (role.instanceProfiles ?? []).map((name) => {
    const profile = elements({
      Path: '/',
      InstanceProfileName: name,
      InstanceProfileId: uniqueId('AIPA', name),
      Arn: `arn:${scenario.partition}:iam::${scenario.accountId}:instance-profile/${name}`,
      CreateDate: wireTime(CREATED),
    });
    return element('member', profile + roles);
  });
  const { lastUsed } = role;
  const used = elements({ LastUsedDate: lastUsed && wireTime(lastUsed.date), Region: lastUsed?.region });
  return (
    own +
    element('InstanceProfileList', profiles.join('')) +
    policyLists(role, 'RolePolicyList') +
    boundary(role.permissionsBoundary) +
    tagList(role.tags) +
    element('RoleLastUsed', used)
  );
}

function policyDetail(scenario: ResolvedScenario, policy: ScenarioPolicy): string {
  const created = wireTime(policy.createDate ?? CREATED);
  const own = elements({
    PolicyName: nameOf(policy.arn),
    PolicyId: uniqueId('ANPA', policy.arn),
    Arn: policy.arn,
    Path: pathOf(policy.arn),
    DefaultVersionId: 'v2',
    AttachmentCount: String(attachments(scenario, policy)),
    PermissionsBoundaryUsageCount: '0',
    IsAttachable: 'true',
    Description: policy.description,
    CreateDate: created,
    UpdateDate: created,
  });
  const version = (id: string, isDefault: boolean, document: Document): string =>
    element(
      'member',
      elements({
        Document: encoded(document),
        VersionId: id,
        IsDefaultVersion: String(isDefault),
        CreateDate: created,
      }),
    );
  // An older version is there as well, which says nothing of what is in force.
  const old = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'none:OldVersion', Resource: '*' } };
  return own + element('PolicyVersionList', version('v1', false, old) + version('v2', true, policy.document));
}
