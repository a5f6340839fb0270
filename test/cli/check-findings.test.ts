import { afterEach, describe, expect, test } from 'vitest';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const CREATED = '2024-12-01T00:00:00Z';
const REPORT_TIME = '2025-03-01T00:00:00Z';
const key = (id: string, rest: object = {}) => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active' as const,
  createDate: '2025-01-01T00:00:00Z',
  ...rest,
});
const usedAt = (date: string) => ({ lastUsed: { date, region: 'us-east-1', service: 's3' } });
const user = (name: string, ...accessKeys: ReturnType<typeof key>[]) => ({ name, createDate: CREATED, accessKeys });
const DENIED = { code: 'AccessDenied' };

const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function check(scenario: Scenario, ...args: readonly string[]) {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  const result = await runCli(['check', ...args], { env: awsEnv(endpoint.url) });
  return { ...result, calls: endpoint.counts() };
}

describe('what is asked of AWS', () => {
  test('one report for 5,000 users, and the keys of the 20 who are found', async () => {
    // Who has a password and a key of the user's own age is decided by the report; the one other candidate of the
    // console audit, who got a key a day later, is a finding as well.
    const users = manyUsers(5_000, 20);
    const keys = users.filter(isFound).reduce((sum, { accessKeys = [] }) => sum + accessKeys.length, 0);
    const { code, stdout, stderr, calls } = await check({ users }, '--explain');
    expect(calls).toEqual({ GetCredentialReport: 1, ListAccessKeys: 20, GetAccessKeyLastUsed: keys });
    expect(stdout).toContain('20 of 5000 IAM users');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^AWS calls: ${21 + keys}\n`));
    expect(stderr).toMatch(/^ {2}1 x iam:GetCredentialReport, \d+ ms: the facts of every IAM user$/m);
    expect(stderr).toMatch(/^ {2}20 x iam:ListAccessKeys, \d+ ms: /m);
  });

  test('nothing but the report where nothing is found', async () => {
    const { calls, code } = await check({ users: manyUsers(100, 0) });
    expect(calls).toEqual({ GetCredentialReport: 1 });
    expect(code).toBe(0);
  });

  test('a candidate of the informative audit is asked for alone', async () => {
    const later = { ...user('later', key('1', { status: 'Inactive' })), passwordEnabled: true };
    const plain = { ...user('plain', key('2', usedAt('2025-02-01T00:00:00Z'))), passwordEnabled: true };
    const { calls, code, stdout } = await check({ users: [later, plain, user('none')] });
    expect(calls).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1 });
    expect(code).toBe(0);
    expect(stdout).toMatch(/PASS {2}A key made during user setup/);
  });
});

describe('findings', () => {
  test('name the key of slot 2, and only that', async () => {
    const accessKeys = [key('2', { slot: 2 }), key('1', { slot: 1, ...usedAt('2025-02-01T00:00:00Z') })];
    const { stdout } = await check({ users: [user('ana', ...accessKeys)] });
    expect(stdout).toContain('access key 2 AKIAEXAMPLE2, since 2025-01-01T00:00:00Z');
    expect(stdout).toContain('update-access-key --user-name ana --access-key-id AKIAEXAMPLE2 --status Inactive');
    expect(stdout).not.toContain('AKIAEXAMPLE1');
  });

  test('name both keys where both were never used', async () => {
    const second = key('2', { createDate: '2025-01-05T00:00:00Z' });
    const { stdout } = await check({ users: [user('ana', key('1'), second)] });
    expect(stdout).toContain('access key 1 AKIAEXAMPLE1, since 2025-01-01T00:00:00Z');
    expect(stdout).toContain('access key 2 AKIAEXAMPLE2, since 2025-01-05T00:00:00Z');
  });

  test.each(['ListAccessKeys', 'GetAccessKeyLastUsed'])('stand without ids when %s is denied', async (action) => {
    const scenario = { users: [user('ana', key('1')), user('bo', key('2'))], faults: [{ action, error: DENIED }] };
    const { code, stdout } = await check(scenario);
    expect(stdout).toContain('2 of 2 IAM users\n');
    expect(stdout.match(new RegExp(`iam:${action} denied in account`, 'g'))).toHaveLength(1);
    expect(stdout).toContain('access key 1, since (created or last changed) 2025-01-01T00:00:00Z');
    expect(stdout).not.toContain('update-access-key');
    expect(code).toBe(1);
  });

  test('say that a key was used since the report, and not to turn it off', async () => {
    const used = key('1', usedAt('2025-03-02T00:00:00Z'));
    const { code, stdout } = await check({ users: [user('ana', used)], report: { generatedTime: REPORT_TIME } });
    expect(stdout).toContain('used since the report: 2025-03-02T00:00:00Z');
    expect(stdout).not.toContain('update-access-key');
    expect(code).toBe(1);
  });

  test.each([
    ['user', { ...user('ana', key('1')), deletedSinceReport: true }],
    ['key', user('ana', key('1', { deletedSinceReport: true }))],
  ])('say that the %s was deleted since the report', async (_what, ana) => {
    const { code, stdout } = await check({ users: [ana] });
    expect(stdout).toMatch(/access key 1, since .*\n +no key id: .*deleted since the report/);
    expect(code).toBe(1);
  });
});

describe('a third key, for which the report has no slot', () => {
  const used = usedAt('2025-02-01T00:00:00Z');
  const many = user('many', key('1', used), key('2', used), key('3', { createDate: '2025-01-09T00:00:00Z' }));
  const report = { columns: 'with-additional' } as const;

  test('is a finding with its id when it was never used', async () => {
    const { code, stdout, calls } = await check({ users: [many], report });
    expect(stdout).toMatch(/further access key AKIAEXAMPLE3, since 2025-01-09T00:00:00Z/);
    expect(stdout).not.toMatch(/AKIAEXAMPLE[12]/);
    expect(calls).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 });
    expect(code).toBe(1);
  });

  test.each([
    ['used', used],
    ['inactive', { status: 'Inactive' as const }],
  ])('is none when it is %s', async (_state, state) => {
    const accessKeys = [key('1', used), key('2', used), key('3', state)];
    const { code, stdout } = await check({ users: [user('many', ...accessKeys)], report });
    expect(stdout).toContain('PASS  aws-iam');
    expect(code).toBe(0);
  });

  test.each(['ListAccessKeys', 'GetAccessKeyLastUsed'])('%s denied, and nothing else found: ERROR', async (action) => {
    const { code, stdout } = await check({ users: [many], report, faults: [{ action, error: DENIED }] });
    expect(stdout).toMatch(
      /ERROR {2}aws-iam[\s\S]*\? of 1 IAM users\n +could not be judged: whether \S+:user\/many matches cannot be told: iam:\w+ denied/,
    );
    expect(code).toBe(2);
  });

  test('denied beside a finding: FAIL, and says that it may not be all', async () => {
    const faults = [{ action: 'ListAccessKeys', error: DENIED }];
    const { code, stdout } = await check({ users: [many, user('ana', key('4'))], report, faults });
    expect(stdout).toMatch(
      /FAIL {2}aws-iam[\s\S]*1 of 2 IAM users\n +could not be judged in full: whether \S+:user\/many matches cannot be told: iam:ListAccessKeys/,
    );
    expect(code).toBe(1);
  });
});

function isFound({ accessKeys = [] }: ReturnType<typeof manyUsers>[number]): boolean {
  return accessKeys.some(({ status, lastUsed }) => status === 'Active' && !lastUsed);
}
