import { type CallerIdentity, getSourceIdentities } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import { isOfUnknownKey, ownKeyIds } from '../aws/remediation/own-keys.ts';
import type { LookSetting } from './look.ts';

/** Who runs this, and which keys must therefore be left alone. */
export async function callerOf(
  account: AwsAccount,
  { arn }: CallerIdentity,
  log: CallLog,
): Promise<LookSetting['caller']> {
  const sources = await getSourceIdentities(account, { why: 'who assumes the role', log });
  return { arn, sourceArns: sources.map((source) => source.arn), keyIds: await ownKeyIds(account) };
}

/** The session of a role of which nobody can tell who assumed it: a key of a user may have. Undefined where there is none. */
export async function unknownOriginOf(
  account: AwsAccount,
  { arn, sourceArns }: LookSetting['caller'],
): Promise<string | undefined> {
  const first = sourceArns.at(-1) ?? arn;
  return first.includes(':assumed-role/') && (await isOfUnknownKey(account)) ? first : undefined;
}
