import { permissionsBoundary } from './entity-details.ts';
import type { Action, ReceivedCall } from './iam-actions.ts';
import { page, tagList } from './paged-answer.ts';
import { AwsError, element, elements } from './query-answer.ts';
import { type ResolvedScenario, type ScenarioUser, userArn, wireTime } from './scenario.ts';
import { uniqueId } from './scripted-account.ts';

export const USER_ACTIONS: Readonly<Record<string, Action>> = {
  ListUsers: (call) => {
    const { account, params } = call;
    const prefix = params['PathPrefix'] ?? '/';
    const users = account.users.filter((user) => (user.path ?? '/').startsWith(prefix));
    return page(call, users, 'Users', (user) => userFields(account.scenario, user));
  },
  GetUser: ({ account, params, callerArn }) => {
    const user = account.userOrCaller(params['UserName'], callerArn);
    // ListUsers tells neither.
    const more = permissionsBoundary(user.permissionsBoundary) + (user.tags ? tagList(user.tags) : '');
    return element('User', userFields(account.scenario, user) + more);
  },
  GetLoginProfile: getLoginProfile,
};

export function userFields(scenario: ResolvedScenario, user: ScenarioUser): string {
  return elements({
    Path: user.path ?? '/',
    UserName: user.name,
    UserId: user.userId ?? uniqueId('AIDA', user.name),
    Arn: userArn(scenario, user),
    CreateDate: wireTime(user.createDate),
    PasswordLastUsed: user.passwordLastUsed && wireTime(user.passwordLastUsed),
  });
}

function getLoginProfile({ account, params, callerArn }: ReceivedCall): string {
  const user = account.userOrCaller(params['UserName'], callerArn);
  if (!user.passwordEnabled) {
    throw new AwsError('NoSuchEntity', `Login Profile for User ${user.name} cannot be found.`);
  }
  const profile = elements({
    UserName: user.name,
    CreateDate: wireTime(user.passwordLastChanged ?? user.createDate),
    PasswordResetRequired: String(user.passwordResetRequired ?? false),
  });
  return element('LoginProfile', profile);
}
