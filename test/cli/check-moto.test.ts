import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GenerateCredentialReportCommand,
  type IAMClient,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect, inject, test } from 'vitest';
import { iamClient, stsClient } from '../support/aws-clients.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { runCli } from '../support/run-cli.ts';

interface MotoAccount {
  readonly iam: IAMClient;
  readonly env: Readonly<Record<string, string>>;
}

/** moto keeps accounts apart by the credentials: those of a role in an account that no other test names. */
async function openAccount(accountId: string): Promise<MotoAccount> {
  const url = inject('motoUrl');
  const RoleArn = `arn:aws:iam::${accountId}:role/Audit`;
  const { Credentials: given } = await stsClient(url).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  const accessKeyId = given?.AccessKeyId ?? '';
  const secretAccessKey = given?.SecretAccessKey ?? '';
  const sessionToken = given?.SessionToken ?? '';
  return {
    iam: iamClient(url, { credentials: { accessKeyId, secretAccessKey, sessionToken } }),
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    },
  };
}

async function createKey(iam: IAMClient, UserName: string): Promise<string> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return AccessKey?.AccessKeyId ?? '';
}

test('a key that was never used fails, and passes once it is turned off', async () => {
  const { iam, env } = await openAccount('210987654321');
  const AccessKeyId = await createKey(iam, 'ana');
  const failed = await runCli(['check'], { env });
  expect(failed.stdout).toContain('account 210987654321');
  expect(failed.stdout).toContain('1 of 1 IAM users\n');
  expect(failed.stdout).toContain(`update-access-key --user-name ana --access-key-id ${AccessKeyId} --status Inactive`);
  expect(failed).toMatchObject({ code: 1, stderr: '' });
  const answer = await runCli(['query', FOUNDING_TEXT], { env });
  expect(JSON.parse(answer.stdout).data.iamUsers).toMatchObject([
    { idFromProvider: 'arn:aws:iam::210987654321:user/ana' },
  ]);

  await iam.send(new UpdateAccessKeyCommand({ UserName: 'ana', AccessKeyId, Status: 'Inactive' }));
  await iam.send(new GenerateCredentialReportCommand({}));
  const passed = await runCli(['check'], { env });
  expect(passed.stdout).toContain('0 of 1 IAM users');
  expect(passed).toMatchObject({ code: 0, stderr: '' });
});

test('a role in another account is assumed first, and that account is judged', async () => {
  const { iam } = await openAccount('310987654321');
  await createKey(iam, 'bruno');
  const { env } = await openAccount('410987654321');
  const roleArn = 'arn:aws:iam::310987654321:role/Audit';
  const { code, stdout } = await runCli(['check', '--role-arn', roleArn, '--external-id', 'x'], { env });
  expect(stdout).toMatch(/^account 310987654321; [\s\S]* bruno {2}console password: no/);
  expect(code).toBe(1);
});

test('an account without users gives no row at all in moto, where AWS always gives the root user: ERROR', async () => {
  const { env } = await openAccount('510987654321');
  const { code, stdout } = await runCli(['check'], { env });
  expect(stdout).toContain('ERROR  aws-iam-no-initial-access-keys');
  expect(code).toBe(2);
});
