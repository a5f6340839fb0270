import { profileFields, profilesOf, roleFields } from './instance-profiles.ts';
import { tagList } from './paged-answer.ts';
import { encodedDocument, nameOfPolicy } from './policy-details.ts';
import { element, elements, list, text } from './query-answer.ts';
import { accountArn, type ResolvedScenario, type ScenarioUser, userArn, wireTime } from './scenario.ts';
import { DEFAULT_CREATED, type PolicyHolder, type ScenarioGroup, type ScenarioIamRole } from './scenario-nouns.ts';
import { uniqueId } from './scripted-account.ts';

/*
 * The details of API_GetAccountAuthorizationDetails. AWS writes lists without members as empty elements, but for the
 * inline policies of a user, which it leaves out, as it leaves out a boundary that is not there.
 */

export function userDetail(scenario: ResolvedScenario, user: ScenarioUser): string {
  const own = elements({
    Path: user.path ?? '/',
    UserName: user.name,
    UserId: user.userId ?? uniqueId('AIDA', user.name),
    Arn: userArn(scenario, user),
    CreateDate: wireTime(user.createDate),
  });
  const inline = inlinePolicies(user);
  return (
    own +
    (inline.length === 0 ? '' : list('UserPolicyList', inline)) +
    list('GroupList', (user.groups ?? []).map(text)) +
    attachedPolicies(user) +
    permissionsBoundary(user.permissionsBoundary) +
    tagList(user.tags)
  );
}

export function groupDetail(scenario: ResolvedScenario, group: ScenarioGroup): string {
  const { name, path = '/', createDate = DEFAULT_CREATED } = group;
  const own = elements({
    Path: path,
    GroupName: name,
    GroupId: uniqueId('AGPA', name),
    Arn: accountArn(scenario, `group${path}${name}`),
    CreateDate: wireTime(createDate),
  });
  return own + list('GroupPolicyList', inlinePolicies(group)) + attachedPolicies(group);
}

export function roleDetail(scenario: ResolvedScenario, role: ScenarioIamRole): string {
  const { lastUsed } = role;
  const used = elements({ LastUsedDate: lastUsed && wireTime(lastUsed.date), Region: lastUsed?.region });
  return (
    roleFields(scenario, role) +
    list(
      'InstanceProfileList',
      profilesOf(role).map((profile) => profileFields(scenario, profile)),
    ) +
    list('RolePolicyList', inlinePolicies(role)) +
    attachedPolicies(role) +
    permissionsBoundary(role.permissionsBoundary) +
    tagList(role.tags) +
    element('RoleLastUsed', used)
  );
}

export function permissionsBoundary(arn: string | undefined): string {
  if (arn === undefined) return '';
  const boundary = elements({ PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn });
  return element('PermissionsBoundary', boundary);
}

function inlinePolicies(holder: PolicyHolder): readonly string[] {
  return Object.entries(holder.inlinePolicies ?? {}).map(([name, document]) =>
    elements({ PolicyName: name, PolicyDocument: encodedDocument(document) }),
  );
}

function attachedPolicies(holder: PolicyHolder): string {
  const attached = (holder.attachedPolicies ?? []).map((arn) =>
    elements({ PolicyName: nameOfPolicy(arn), PolicyArn: arn }),
  );
  return list('AttachedManagedPolicies', attached);
}
