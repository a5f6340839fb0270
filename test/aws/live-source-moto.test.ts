import { CreateAccessKeyCommand, CreateAccountAliasCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { expect, inject, test } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import { LiveSource } from '../../src/inventory/live-source.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { stubAwsEnvironment } from './open-account.ts';

/** Moto knows an account by its role, so that these users are nobody else's. */
const ROLE = 'arn:aws:iam::222233334444:role/Audit';

test("moto's report from nothing to facts, through a role", async () => {
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: inject('motoUrl'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  const signal = new AbortController().signal;
  const account = new AwsAccount({ roleArn: ROLE }, signal);
  const iam = await account.iamClient();
  await iam.send(new CreateUserCommand({ UserName: 'ana' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ana' }));
  await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'moto-audit' }));

  const source = new LiveSource(account, { maxAgeMs: undefined, waitMs: 10_000 }, signal);
  const { report } = await source.read('CREDENTIAL_REPORT', undefined);
  expect(report.users.map((user) => user.userName)).toEqual(['ana']);
  expect(report.account).toMatchObject({ partition: 'aws', accountId: '222233334444' });
  const ana = { __typename: 'IAMUser', userName: 'ana', accessKeys: [{ accessKeyId: key?.AccessKeyId }] };
  expect(await source.read('ACCESS_KEYS', ana)).toMatchObject([{ accessKeyId: key?.AccessKeyId, status: 'Active' }]);
  expect(await source.read('ACCESS_KEY_LAST_USED', ana)).toMatchObject([{ lastUsedDate: null }]);
  expect(await source.read('ACCOUNT_ALIASES', undefined)).toEqual(['moto-audit']);
  expect(await source.read('CALLER_IDENTITY', undefined)).toMatchObject({ accountId: '222233334444' });
  const actions = source.calls.map(({ action }) => action.split(':')[1]);
  expect(actions.slice(0, 3)).toEqual(['GetCredentialReport', 'GenerateCredentialReport', 'GetCredentialReport']);

  // A second source finds the report of the first. Moto says of every one that it is of 2015, and builds no newer one.
  const again = new LiveSource(account, { maxAgeMs: undefined, waitMs: 10_000 }, signal);
  await again.read('CREDENTIAL_REPORT', undefined);
  expect(again.calls).toHaveLength(1);
  const young = new LiveSource(account, { maxAgeMs: 3_600_000, waitMs: 10_000 }, signal);
  await expect(young.read('CREDENTIAL_REPORT', undefined)).rejects.toMatchObject({
    kind: 'TooOld',
    message:
      'the credential report of 2015-02-02T20:02:02Z is older than --max-age (60 min); AWS builds a new one at most every 4 hours, so not yet: try later',
  });
});
