import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect, inject, onTestFinished, test } from 'vitest';
import { iamClient, stsClient } from '../support/aws-clients.ts';
import { runCli } from '../support/run-cli.ts';

test('moto: keys are turned off, on and gone; what was used since, or is of a user who was made anew, is not touched', async () => {
  const url = inject('motoUrl');
  const RoleArn = 'arn:aws:iam::712345678901:role/Operator';
  const { Credentials: given } = await stsClient(url).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const iam = iamClient(url, { credentials });
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
  const cwd = mkdtempSync(join(tmpdir(), 'iamql-moto-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const remediate = (...args: readonly string[]) => runCli(['remediate', ...args], { env, cwd });
  const newKeyWithSecret = async (UserName: string) => {
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' };
  };
  const newKey = async (UserName: string): Promise<string> => (await newKeyWithSecret(UserName)).accessKeyId;
  const keysOf = async (UserName: string) =>
    ((await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? []).map(
      ({ AccessKeyId, Status }) => [AccessKeyId, Status],
    );

  // moto keeps microseconds, where AWS keeps seconds: at the end of a second they are rounded to the next, and the report's are not.
  await setTimeout(1_000 - (Date.now() % 1_000));
  const ofAna = await newKey('ana');
  const ofBob = await newKey('bob');
  const ofCid = await newKeyWithSecret('cid');
  const plan = await remediate('plan', '--min-age', '0s', '--output', 'plan.json');
  expect(plan.stdout).toContain('turn off 3 access keys');
  // Any request that it signs is a use of the key.
  await iamClient(url, { credentials: ofCid }).send(new ListUsersCommand({}));
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: ofBob }));
  await iam.send(new DeleteUserCommand({ UserName: 'bob' }));
  const another = await newKey('bob');

  const applied = await remediate('apply', 'plan.json', '--yes', '--min-age', '0s');
  expect(applied.stdout).toContain(`${ofAna} of ana: turned off`);
  expect(applied.stdout).toContain(`${ofBob} of bob: left alone: another user has that name`);
  expect(applied.stdout).toMatch(/ana: before FAIL \(AKIA\w+\), after PASS/);
  expect(applied.code).toBe(0);
  expect(applied.stdout).toContain(`${ofCid.accessKeyId} of cid: left alone: it was used: 20`);
  expect(await keysOf('cid')).toEqual([[ofCid.accessKeyId, 'Active']]);
  expect(await keysOf('ana')).toEqual([[ofAna, 'Inactive']]);
  expect(await keysOf('bob')).toEqual([[another, 'Active']]);

  expect((await remediate('undo', ofAna, '--yes')).stdout).toContain(`${ofAna} of ana, off since`);
  expect(await keysOf('ana')).toEqual([[ofAna, 'Active']]);

  await remediate('plan', '--min-age', '0s', '--output', 'plan.json');
  const early = await remediate('apply', 'plan.json', '--yes', '--all');
  expect(early.stdout).toMatch(/of ana: left alone: (?:turned on again by undo|younger than --min-age)/);
  await remediate('plan', '--min-age', '0s', '--output', 'again.json');
  await remediate('apply', 'again.json', '--yes', '--all', '--min-age', '0s');
  await remediate('plan', '--min-age', '0s', '--output', 'plan.json');
  const deleted = await remediate('apply', 'plan.json', '--yes', '--delete', '--hold', '0s', '--min-age', '0s');
  expect(deleted.stdout).toContain(`${ofAna} of ana: deleted`);
  expect(await keysOf('ana')).toEqual([]);
}, 90_000);
