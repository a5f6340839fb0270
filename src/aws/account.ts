import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import { allPages, PAGES_OF_ONE, type Tag } from './paging.ts';

/** Who the credentials are: AWS answers this to anyone, whatever their permissions. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly partition: string;
  readonly arn: string;
}

const SUMMARY = 'iam:GetAccountSummary';

/** Source: STS API Reference, GetCallerIdentity. */
export const getCallerIdentity = async (account: AwsAccount, tag: Tag): Promise<CallerIdentity> =>
  identityOf(account, await account.stsClient(), tag);

/** Who assumes the roles that the account is read as, the first of all at the end; nobody where none is assumed, or was not yet. */
export async function getSourceIdentities(account: AwsAccount, tag: Tag): Promise<readonly CallerIdentity[]> {
  const clients = await account.sourceStsClients();
  return Promise.all(clients.map((client) => identityOf(account, client, tag)));
}

async function identityOf(account: AwsAccount, client: STSClient, tag: Tag): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  return account.call({ action: 'sts:GetCallerIdentity', ...tag }, async (options) => {
    const answer = await client.send(new GetCallerIdentityCommand({}), options);
    const [, partition] = answer.Arn?.split(':') ?? [];
    if (!answer.Account || !answer.Arn || !partition) throw answeredWithout('sts:GetCallerIdentity', 'an account');
    return { accountId: answer.Account, partition, arn: answer.Arn };
  });
}

/** Source: IAM API Reference, ListAccountAliases. An account has one alias at most. */
export async function listAccountAliases(account: AwsAccount, tag: Tag): Promise<readonly string[]> {
  const { ListAccountAliasesCommand } = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action: 'iam:ListAccountAliases',
      items: 'account aliases',
      maxPages: PAGES_OF_ONE,
      send: (client, from, options) => client.send(new ListAccountAliasesCommand(from), options),
      itemsOf: (answer) => answer.AccountAliases,
    },
    tag,
  );
}

/**
 * How much the account has and may have of everything, in numbers such as `Users` and `UsersQuota`, and whether the root
 * user has access keys and MFA.
 *
 * Source: IAM API Reference, GetAccountSummary.
 */
export async function getAccountSummary(account: AwsAccount, tag: Tag): Promise<Readonly<Record<string, number>>> {
  const { GetAccountSummaryCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  return account.call({ action: SUMMARY, ...tag }, async (options) => {
    const { SummaryMap: summary = {} } = await client.send(new GetAccountSummaryCommand({}), options);
    const entries = Object.entries(summary);
    if (entries.length === 0) throw answeredWithout(SUMMARY, 'a summary');
    // The SDK reads what is no number as NaN.
    const wrong = entries.find(([, value]) => !Number.isInteger(value));
    if (wrong) throw answeredWithout(SUMMARY, `the value of ${wrong[0]}`);
    return Object.fromEntries(entries);
  });
}
