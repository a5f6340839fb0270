import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
} from '@aws-sdk/client-iam';
import { expect, inject, test } from 'vitest';
import { iamClient } from './aws-clients.ts';

test('moto answers the SDK: a user, a key and a credential report with both', async () => {
  const iam = iamClient(inject('motoUrl'));
  // Accounts of moto live as long as the run, so the name is this test's own.
  const UserName = 'moto-test-alice';
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new CreateAccessKeyCommand({ UserName }));
  await iam.send(new GenerateCredentialReportCommand({}));
  const report = await iam.send(new GetCredentialReportCommand({}));
  const line = Buffer.from(report.Content ?? [])
    .toString('utf8')
    .split('\n')
    .find((row) => row.startsWith(`${UserName},`));
  expect(line?.split(',')).toHaveLength(22);
  expect(line?.split(',')[8]).toBe('true');
});
