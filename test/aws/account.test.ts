import { expect, test } from 'vitest';
import { getCallerIdentity, listAccountAliases } from '../../src/aws/account.ts';
import { openAccount } from './open-account.ts';

test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])('the caller of an account in %s', async (partition) => {
  const { account, tag } = await openAccount({ partition, accountId: '444455556666' });
  expect(await getCallerIdentity(account, tag)).toEqual({
    accountId: '444455556666',
    partition,
    arn: `arn:${partition}:iam::444455556666:user/auditor`,
  });
});

test('an account has an alias or none', async () => {
  const { account, endpoint, tag } = await openAccount({ aliases: ['prod & co'] });
  expect(await listAccountAliases(account, tag)).toEqual(['prod & co']);
  endpoint.setScenario({});
  expect(await listAccountAliases(account, tag)).toEqual([]);
});

test.each([
  ['sts:GetCallerIdentity answered without an account', getCallerIdentity],
  ['iam:ListAccountAliases answered without a list', listAccountAliases],
])('%s when a web page answers', async (message, read) => {
  const { account, log, tag } = await openAccount({ faults: [{ action: '*', garbage: true }] });
  await expect(read(account, tag)).rejects.toMatchObject({
    kind: 'Unexpected',
    message: expect.stringContaining(message),
  });
  expect(log.calls).toMatchObject([{ failed: true }]);
});
