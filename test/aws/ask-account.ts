import { getCallerIdentity, listAccountAliases } from '../../src/aws/account.ts';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import { CallLog } from '../../src/aws/call-log.ts';
import { IamqlError } from '../../src/iam/error.ts';

// A process of its own for tests about where credentials come from: the settings are its argument, the answer its output.
const account = new AwsAccount(JSON.parse(process.argv[2] ?? '{}'), new AbortController().signal);
const tag = { why: 'a test', log: new CallLog() };
try {
  await listAccountAliases(account, tag);
  const { arn } = await getCallerIdentity(account, tag);
  console.log(JSON.stringify({ arn }));
} catch (error) {
  if (!(error instanceof IamqlError)) throw error;
  console.log(JSON.stringify({ kind: error.kind, message: error.message }));
}
