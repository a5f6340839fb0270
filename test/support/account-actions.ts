import { accountSummary } from './account-summary.ts';
import { getAccountAuthorizationDetails } from './details-action.ts';
import type { Action, ReceivedCall } from './iam-actions.ts';
import { roleFields } from './instance-profiles.ts';
import { page } from './paged-answer.ts';
import { AwsError, element, elements, text } from './query-answer.ts';
import type { ScenarioIamRole } from './scenario-nouns.ts';

/** What IAM answers of an account as a whole. */
export const ACCOUNT_ACTIONS: Readonly<Record<string, Action>> = {
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountPasswordPolicy: getAccountPasswordPolicy,
  GetAccountSummary: ({ account }) => {
    const entries = Object.entries(accountSummary(account)).map(([key, value]) =>
      element('entry', elements({ key, value: String(value) })),
    );
    return element('SummaryMap', entries.join(''));
  },
  ListRoles: (call) => {
    const { scenario } = call.account;
    return page(call, scenario.iamRoles ?? [], 'Roles', (role) => roleFields(scenario, role) + sessionFields(role));
  },
  ListAccountAliases: (call) => page(call, call.account.scenario.aliases, 'AccountAliases', text),
};

/** What the details of a role do not tell. */
const sessionFields = ({ description, maxSessionDuration = 3_600 }: ScenarioIamRole): string =>
  elements({ Description: description, MaxSessionDuration: String(maxSessionDuration) });

/** What is required is always said; an age, a number of former passwords and a hard expiry only where they were set. */
function getAccountPasswordPolicy({ account: { scenario } }: ReceivedCall): string {
  const policy = scenario.passwordPolicy;
  if (policy === undefined) {
    const message = `The Password Policy with domain name ${scenario.accountId} cannot be found.`;
    throw new AwsError('NoSuchEntity', message);
  }
  const members = {
    RequireSymbols: false,
    RequireNumbers: false,
    RequireUppercaseCharacters: false,
    RequireLowercaseCharacters: false,
    AllowUsersToChangePassword: false,
    ExpirePasswords: (policy.MaxPasswordAge ?? 0) > 0,
    ...policy,
  };
  const texts = Object.entries(members).map(([name, value]) => [name, String(value)]);
  return element('PasswordPolicy', elements(Object.fromEntries(texts)));
}
