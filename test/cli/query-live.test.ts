import { afterEach, describe, expect, test } from 'vitest';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function ask(scenario: Scenario, ...args: readonly string[]) {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  const result = await runCli(['query', ...args], { env: awsEnv(endpoint.url) });
  return { ...result, calls: endpoint.counts() };
}

const RECENT = new Date(Date.now() - 600_000).toISOString();

describe('what the founding query costs', () => {
  test.each([10, 5_000])('one call when there is a fresh report: %d users', async (count) => {
    const users = manyUsers(count, 4);
    const { code, stdout, calls } = await ask({ users, report: { generatedTime: RECENT } }, FOUNDING_TEXT);
    expect(calls).toEqual({ GetCredentialReport: 1 });
    const { data, extensions } = JSON.parse(stdout);
    expect(data.iamUsers).toHaveLength(4);
    expect(extensions).toMatchObject({ source: 'live', account: '111122223333' });
    expect(extensions.credentialReport.ageSeconds).toBeGreaterThanOrEqual(600);
    expect(code).toBe(0);
  });

  test.each([
    ['absent', 10],
    ['absent', 5_000],
    ['expired', 10],
    ['expired', 5_000],
  ] as const)('Get, Generate and polls of Get when it is %s: %d users', async (state, count) => {
    const users = manyUsers(count, 4);
    const { code, stdout, calls } = await ask({ users, report: { state, pollsUntilReady: 2 } }, FOUNDING_TEXT);
    expect(calls).toEqual({ GetCredentialReport: 4, GenerateCredentialReport: 1 });
    expect(JSON.parse(stdout).data.iamUsers).toHaveLength(4);
    expect(code).toBe(0);
  });

  test('--explain says so on stderr', async () => {
    const { stderr, stdout } = await ask({ report: { state: 'absent' } }, FOUNDING_TEXT, '--explain');
    expect(stderr).toMatch(/^AWS calls: 4\n/m);
    expect(stderr).toMatch(/1 x iam:GenerateCredentialReport, \d+ ms: there was no report/);
    expect(JSON.parse(stdout).data).toEqual({ iamUsers: [] });
  });
});

describe('a failed read is never []', () => {
  const report = 'GetCredentialReport';
  test.each([
    ['denied', { action: report, error: { code: 'AccessDenied' } }, 'AccessDenied', 'iam:GetCredentialReport denied'],
    ['expired token', { action: report, error: { code: 'ExpiredToken' } }, 'ExpiredCredentials', 'sign in again'],
    ['cut', { action: report, cut: true }, 'Unreachable', 'iam:GetCredentialReport failed'],
    ['a web page', { action: report, garbage: true as const }, 'Unexpected', 'without a report'],
  ])('%s', async (_name, fault, kind, message) => {
    const plain = await ask({ faults: [fault] }, FOUNDING_TEXT);
    const { data, errors } = JSON.parse(plain.stdout);
    expect(data).toEqual({ iamUsers: null });
    expect(errors).toMatchObject([{ path: ['iamUsers'], extensions: { code: kind } }]);
    expect(errors[0].message).toContain(message);
    expect(plain.stderr).toContain(message);
    expect(plain.code).toBe(2);
    const judged = await ask({ faults: [fault] }, FOUNDING_TEXT, '--expect', 'eq []');
    expect(JSON.parse(judged.stdout).extensions.verdict).toMatchObject({ verdict: 'ERROR', total: null });
    expect(judged.code).toBe(2);
  });

  test('a user whose filter cannot be decided is an error beside the others', async () => {
    const third = { id: 'AKIAEXAMPLE3', status: 'Active' as const, createDate: '2025-01-01T00:00:00Z' };
    const used = { ...third, lastUsed: { date: '2025-02-01T00:00:00Z', region: 'us-east-1', service: 's3' } };
    const accessKeys = [{ ...used, id: 'AKIAEXAMPLE1' }, { ...used, id: 'AKIAEXAMPLE2' }, third];
    const many = { name: 'many', createDate: '2025-01-01T00:00:00Z', accessKeys };
    const scenario: Scenario = {
      users: [many, { ...many, name: 'found', accessKeys: [{ ...third, id: 'AKIAEXAMPLE4' }] }],
      report: { columns: 'with-additional' },
      faults: [{ action: 'ListAccessKeys', error: { code: 'AccessDenied' } }],
    };
    const { code, stdout } = await ask(scenario, FOUNDING_TEXT.replace('{...AssetFragment}', '{userName}'));
    const { data, errors } = JSON.parse(stdout);
    expect(data.iamUsers).toEqual([{ userName: 'found' }, null]);
    expect(errors).toMatchObject([{ path: ['iamUsers', 1], extensions: { code: 'AccessDenied' } }]);
    expect(code).toBe(2);
  });
});
