import type { CallerIdentity } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import { ownKeyIds } from '../aws/remediation/own-keys.ts';
import type { LookSetting } from './look.ts';

/** Who runs this, and which keys must therefore be left alone. */
export const callerOf = async (account: AwsAccount, { arn }: CallerIdentity): Promise<LookSetting['caller']> => ({
  arn,
  keyIds: await ownKeyIds(account),
});
