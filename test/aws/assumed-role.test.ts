import { expect, test } from 'vitest';
import { listAccessKeys } from '../../src/aws/access-keys.ts';
import { getCallerIdentity, listAccountAliases } from '../../src/aws/account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { openAccount } from './open-account.ts';

const roleArn = 'arn:aws:iam::444455556666:role/audit/Audit';
const roles = [{ arn: roleArn, externalId: 'x-1' }];
const SESSION = /^ASIA/;

test('the role and its external id are used for every service, and assumed once', async () => {
  const { account, endpoint, log, tag } = await openAccount({ roles }, { roleArn, externalId: 'x-1' });
  await Promise.all([listAccountAliases(account, tag), getCallerIdentity(account, tag)]);
  expect(await getCallerIdentity(account, tag)).toMatchObject({
    accountId: '444455556666',
    arn: 'arn:aws:sts::444455556666:assumed-role/Audit/iamql',
  });
  expect(endpoint.counts()).toEqual({ AssumeRole: 1, ListAccountAliases: 1, GetCallerIdentity: 2 });
  const [assume, ...others] = endpoint.calls;
  expect(assume?.signedBy).toBe(EXAMPLE_CREDENTIALS.accessKeyId);
  expect(others.map((call) => call.signedBy)).toEqual([1, 2, 3].map(() => expect.stringMatching(SESSION)));
  expect(log.calls[0]).toMatchObject({ action: 'sts:AssumeRole', why: `the credentials of ${roleArn}`, attempts: 1 });
});

test.each([
  ['a wrong external id', { roleArn, externalId: 'x-2' }],
  ['no external id', { roleArn }],
])('%s names what was denied', async (_, settings) => {
  const { account, endpoint, log, tag } = await openAccount({ roles }, settings);
  await expect(listAccountAliases(account, tag)).rejects.toMatchObject({
    kind: 'AccessDenied',
    message: `sts:AssumeRole denied in account 111122223333 for user auditor; grant sts:AssumeRole on ${roleArn}, and check that its trust policy allows this caller and external id (docs/permissions.md)`,
  });
  expect(endpoint.counts()).toEqual({ AssumeRole: 1 });
  expect(log.calls).toMatchObject([
    { action: 'sts:AssumeRole', attempts: 1, failed: true },
    { action: 'iam:ListAccountAliases', attempts: 0, failed: true },
  ]);
});

test('the role may be assumed and the call denied', async () => {
  const faults = [{ action: 'ListAccessKeys', error: { code: 'AccessDenied' } }];
  const { account, tag } = await openAccount({ roles, faults }, { roleArn, externalId: 'x-1' });
  await expect(listAccessKeys(account, 'alice', tag)).rejects.toMatchObject({
    message:
      'iam:ListAccessKeys denied in account 444455556666 for role Audit; grant iam:ListAccessKeys (docs/permissions.md)',
  });
});

test('throttling of AssumeRole is waited for', async () => {
  const faults = [{ action: 'AssumeRole', times: 1, error: { code: 'Throttling' } }];
  const { account, log, tag } = await openAccount({ roles, faults }, { roleArn, externalId: 'x-1' });
  await listAccountAliases(account, tag);
  expect(log.calls).toMatchObject([{ action: 'sts:AssumeRole', attempts: 2 }, { attempts: 1 }]);
});

test('a web page instead of the credentials is an error', async () => {
  const faults = [{ action: 'AssumeRole', garbage: true as const }];
  const { account, tag } = await openAccount({ faults }, { roleArn });
  await expect(listAccountAliases(account, tag)).rejects.toMatchObject({
    kind: 'Unexpected',
    message: expect.stringContaining(`sts:AssumeRole answered without credentials for ${roleArn}; `),
  });
});
