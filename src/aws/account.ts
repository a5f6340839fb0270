import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import type { CallLog } from './call-log.ts';

/** Who the credentials are: AWS answers this to anyone, whatever their permissions. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly partition: string;
  readonly arn: string;
}

interface Tag {
  readonly why: string;
  readonly log: CallLog;
}

/** Source: STS API Reference, GetCallerIdentity. */
export async function getCallerIdentity(account: AwsAccount, tag: Tag): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = await account.stsClient();
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
  const client = await account.iamClient();
  return account.call({ action: 'iam:ListAccountAliases', ...tag }, async (options) => {
    const { AccountAliases: aliases } = await client.send(new ListAccountAliasesCommand({}), options);
    if (!aliases) throw answeredWithout('iam:ListAccountAliases', 'a list');
    return aliases;
  });
}
