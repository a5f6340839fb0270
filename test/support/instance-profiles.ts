import type { Action } from './iam-actions.ts';
import { page } from './paged-answer.ts';
import { encodedDocument } from './policy-details.ts';
import { elements, list } from './query-answer.ts';
import { accountArn, type ResolvedScenario, wireTime } from './scenario.ts';
import { DEFAULT_CREATED, type ScenarioIamRole, type ScenarioInstanceProfile } from './scenario-nouns.ts';
import { uniqueId } from './scripted-account.ts';

/** An instance profile holds one role at most. */
interface HeldProfile extends ScenarioInstanceProfile {
  readonly role?: ScenarioIamRole;
}

export const INSTANCE_PROFILE_ACTIONS: Readonly<Record<string, Action>> = {
  ListInstanceProfiles: (call) => {
    const prefix = call.params['PathPrefix'] ?? '/';
    const profiles = allProfiles(call.account.scenario).filter(({ path = '/' }) => path.startsWith(prefix));
    return page(call, profiles, 'InstanceProfiles', (profile) => profileFields(call.account.scenario, profile));
  },
};

export function allProfiles({ iamRoles = [], instanceProfiles = [] }: ResolvedScenario): readonly HeldProfile[] {
  return [...iamRoles.flatMap(profilesOf), ...instanceProfiles];
}

export function profilesOf(role: ScenarioIamRole): readonly HeldProfile[] {
  return (role.instanceProfiles ?? []).map((profile) =>
    typeof profile === 'string' ? { name: profile, role } : { ...profile, role },
  );
}

export function profileFields(scenario: ResolvedScenario, profile: HeldProfile): string {
  const { name, path = '/', createDate = DEFAULT_CREATED, role } = profile;
  const own = elements({
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: uniqueId('AIPA', name),
    Arn: accountArn(scenario, `instance-profile${path}${name}`),
    CreateDate: wireTime(createDate),
  });
  return own + list('Roles', role ? [roleFields(scenario, role)] : []);
}

/** What AWS says of a role wherever it names one. */
export function roleFields(scenario: ResolvedScenario, role: ScenarioIamRole): string {
  const { name, path = '/', createDate = DEFAULT_CREATED } = role;
  return elements({
    Path: path,
    RoleName: name,
    RoleId: uniqueId('AROA', name),
    Arn: accountArn(scenario, `role${path}${name}`),
    CreateDate: wireTime(createDate),
    AssumeRolePolicyDocument: encodedDocument(role.trust),
  });
}
