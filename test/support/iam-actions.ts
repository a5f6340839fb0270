import { ACCOUNT_ACTIONS } from './account-actions.ts';
import { page } from './paged-answer.ts';
import { AwsError, element, elements, text } from './query-answer.ts';
import { type Fault, type ScenarioUser, userArn, wireTime } from './scenario.ts';
import { currentKeys, type ScriptedAccount, uniqueId } from './scripted-account.ts';

/** One call as an action sees it. */
export interface ReceivedCall {
  readonly account: ScriptedAccount;
  readonly params: Readonly<Record<string, string>>;
  readonly callerArn: string;
  readonly fault: Fault | undefined;
}

/** The inside of the result element, or a thrown AwsError. */
export type Action = (call: ReceivedCall) => string;

export const IAM_ACTIONS: Readonly<Record<string, Action>> = {
  GenerateCredentialReport: ({ account }) => elements({ ...account.report.generate() }),
  GetCredentialReport: ({ account }) => {
    const { contentBase64, generatedTime } = account.report.get();
    return elements({ Content: contentBase64, ReportFormat: 'text/csv', GeneratedTime: generatedTime });
  },
  ListUsers: (call) => {
    const prefix = call.params['PathPrefix'] ?? '/';
    const users = call.account.users.filter((user) => (user.path ?? '/').startsWith(prefix));
    return page(call, users, 'Users', (user) => userFields(call, user));
  },
  ListAccessKeys: (call) => {
    const user = call.account.userOrCaller(call.params['UserName'], call.callerArn);
    return page(call, currentKeys(user), 'AccessKeyMetadata', (key) =>
      elements({
        UserName: user.name,
        AccessKeyId: key.id,
        Status: key.status,
        CreateDate: wireTime(key.createDate),
      }),
    );
  },
  ListAccountAliases: (call) => page(call, call.account.scenario.aliases, 'AccountAliases', text),
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  GetUser: (call) => {
    const user = call.account.userOrCaller(call.params['UserName'], call.callerArn);
    return element('User', userFields(call, user));
  },
  GetLoginProfile: getLoginProfile,
  ...ACCOUNT_ACTIONS,
};

/** A key without use has no LastUsedDate at all, and `N/A` for service and region (API_AccessKeyLastUsed). */
function getAccessKeyLastUsed({ account, params }: ReceivedCall): string {
  const id = params['AccessKeyId'] ?? '';
  const owned = account.accessKey(id);
  if (owned === undefined) throw new AwsError('NoSuchEntity', `The Access Key with id ${id} cannot be found.`);
  const { lastUsed } = owned.key;
  const fields = elements({
    LastUsedDate: lastUsed && wireTime(lastUsed.date),
    ServiceName: lastUsed?.service ?? 'N/A',
    Region: lastUsed?.region ?? 'N/A',
  });
  return elements({ UserName: owned.user.name }) + element('AccessKeyLastUsed', fields);
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

function userFields({ account }: ReceivedCall, user: ScenarioUser): string {
  return elements({
    Path: user.path ?? '/',
    UserName: user.name,
    UserId: uniqueId('AIDA', user.name),
    Arn: userArn(account.scenario, user),
    CreateDate: wireTime(user.createDate),
    PasswordLastUsed: user.passwordLastUsed && wireTime(user.passwordLastUsed),
  });
}
