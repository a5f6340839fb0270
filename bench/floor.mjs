// The floor of a cold check: a process that does nothing but import the IAM client and make the calls that check makes.
import {
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';

const client = new IAMClient({ region: 'us-east-1' });
const { Content } = await client.send(new GetCredentialReportCommand({}));
const users = process.argv.slice(2);
await Promise.all(
  users.map(async (UserName) => {
    const { AccessKeyMetadata } = await client.send(new ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata)
      await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  }),
);
console.log(Content.length);
