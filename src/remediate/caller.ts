import { type CallerIdentity, getSourceIdentity } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import { ownKeyIds } from '../aws/remediation/own-keys.ts';
import type { LookSetting } from './look.ts';

/** Who runs this, and which keys must therefore be left alone. */
export async function callerOf(
  account: AwsAccount,
  { arn }: CallerIdentity,
  log: CallLog,
): Promise<LookSetting['caller']> {
  const source = await getSourceIdentity(account, { why: 'who assumes the role', log });
  return { arn, sourceArn: source?.arn, keyIds: await ownKeyIds(account) };
}
