import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'iamql-export-'));
const REPORT = new URL('../../sample/credential-report.csv', import.meta.url).pathname;
const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);

test('all types are written as a snapshot has them', async () => {
  const [exported, snapshot] = await Promise.all([
    runCli(['export', 'all', '--sample']),
    runCli(['snapshot', '--sample']),
  ]);
  expect([exported.code, exported.stderr]).toEqual([0, '']);
  expect(linesOf(exported.stdout).toSorted()).toEqual(linesOf(snapshot.stdout).slice(1).toSorted());
});

test('a name that ends in .gz is compressed', async () => {
  const file = join(folder, 'users.ndjson.gz');
  const { code, stdout } = await runCli(['export', 'IAMUser', 'IAMUser', '--sample', '--output', file]);
  expect([code, stdout]).toEqual([0, '']);
  expect(linesOf(gunzipSync(readFileSync(file)).toString()).length).toBe(10);
});

test('a field that the source does not hold is not in the line, and the exit code says so', async () => {
  const { code, stdout, stderr } = await runCli(['export', 'IAMUser', '--report', REPORT]);
  expect(code).toBe(2);
  expect(linesOf(stdout).length).toBe(10);
  for (const line of linesOf(stdout)) expect(JSON.parse(line)).not.toHaveProperty('tags');
  expect(stderr).toMatch(/^iamql: not read: IAMUser\.tags: .*\(10 times\)$/m);
});

test('where nothing could be read nothing is written', async () => {
  const file = join(folder, 'roles.ndjson');
  const { code, stderr } = await runCli(['export', 'IAMRole', '--report', REPORT, '--output', file]);
  expect([code, existsSync(file)]).toEqual([2, false]);
  expect(stderr).toContain('which a credential report does not hold');
});

test('a live account is read for what is exported alone', async () => {
  const endpoint = await startAwsEndpoint({ users: [], passwordPolicy: { MinimumPasswordLength: 20 } });
  opened.push(endpoint);
  const { code, stdout, stderr } = await runCli(['export', 'IAMPasswordPolicy', '--explain'], {
    env: awsEnv(endpoint.url),
  });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ __typename: 'IAMPasswordPolicy' });
  expect(stderr).toContain('GetAccountPasswordPolicy');
  expect(stderr).not.toContain('GetCredentialReport');
});

test('a type that there is not is refused', async () => {
  const { code, stderr } = await runCli(['export', 'IAMUsers', '--sample']);
  expect(code).toBe(3);
  expect(stderr).toContain('there is no asset type "IAMUsers"; did you mean IAMUser?');
});
