import { afterEach, describe, expect, test } from 'vitest';
import { type AwsEndpoint, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const key = (id: string, rest: object = {}) => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active' as const,
  createDate: '2025-01-01T00:00:00Z',
  ...rest,
});
const AFTER = '2025-03-02T00:00:00Z';
const used = { lastUsed: { date: AFTER, region: 'us-east-1', service: 's3' } };
const user = (name: string, ...accessKeys: ReturnType<typeof key>[]) => ({
  name,
  createDate: '2024-12-01T00:00:00Z',
  accessKeys,
});
/** In the report ana, bo and cy are findings; today ana still is, and dan, whom the report does not know. */
const scenario: Scenario = {
  report: { generatedTime: '2025-03-01T00:00:00Z' },
  users: [
    { ...user('ana', key('A')), passwordEnabled: true },
    user('bo', key('B', used)),
    { ...user('cy', key('C')), deletedSinceReport: true },
    { ...user('dan', key('D', { createDate: AFTER })), createDate: AFTER },
  ],
};

const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function run(args: readonly string[], given: Scenario = scenario) {
  const endpoint = await startAwsEndpoint(given);
  opened.push(endpoint);
  const result = await runCli(args, { env: awsEnv(endpoint.url) });
  return { ...result, calls: endpoint.counts() };
}

describe('check --verify', () => {
  test('judges by what is true now, and says what was found by the report and no longer is so', async () => {
    const { code, stdout, stderr, calls } = await run([
      'check',
      '--verify',
      'aws-iam-no-initial-access-keys',
      '--explain',
    ]);
    expect(stdout).toMatch(/^account 111122223333; .* ago\); who is found or newer was read live\n/);
    expect(stdout).toContain('\n      2 of 3 IAM users\n');
    expect(stdout).toMatch(
      /\n {2}ana {2}console password: yes\n {4}access key 1 AKIAEXAMPLEA, since 2025-01-01T00:00:00Z/,
    );
    expect(stdout).toMatch(
      /\n {2}dan {2}console password: no\n {4}access key 1 AKIAEXAMPLED, since 2025-03-02T00:00:00Z/,
    );
    expect(stdout).toMatch(
      /\n {2}Told by iam:GetAccessKeyLastUsed, read 20[^;]+Z; iam:ListAccessKeys, read 20[^;]+Z\.\n\n {2}Found by the report, and no longer so:\n {4}cy: deleted since the report\n {4}bo: access key 1 was used since the report \(2025-03-02T00:00:00Z\)\n/,
    );
    expect(code).toBe(1);
    expect(calls).toEqual({
      GetCredentialReport: 1,
      ListUsers: 1,
      ListAccessKeys: 3,
      GetAccessKeyLastUsed: 3,
      GetLoginProfile: 2,
    });
    expect(stderr).toMatch(/^ {2}1 x iam:ListUsers, \d+ ms: the users who are there now$/m);
  });

  test('as JSON, with the answer of AWS that told each fact', async () => {
    const { stdout } = await run(['check', '--verify=all', '--format', 'json']);
    const { verified, controls } = JSON.parse(stdout);
    expect(verified).toBe('all');
    const [stored] = controls[0].rules;
    expect(stored.restsOn.map(({ source }: { source: string }) => source)).toEqual([
      'iam:GetAccessKeyLastUsed',
      'iam:ListAccessKeys',
      'iam:ListUsers',
    ]);
    expect(stored.findings[0].facts).toEqual([
      { field: 'accessKey1Active', value: true, source: 'iam:ListAccessKeys', readAt: expect.any(String) },
      { field: 'accessKey1LastUsedDate', value: null, source: 'iam:GetAccessKeyLastUsed', readAt: expect.any(String) },
    ]);
    expect(stored.withdrawn).toMatchObject([{ name: 'cy', reasons: ['deleted since the report'] }, { name: 'bo' }]);
  });

  test('passes as of the report where only what the report found was read live', async () => {
    const clean = { ...scenario, users: [user('bo', key('B', used))] };
    const selected = await run(['check', '--verify'], clean);
    expect(selected.stdout).toContain('0 of 1 IAM users, as of 2025-03-01T00:00:00Z (iam:GetCredentialReport)\n');
    expect(selected.code).toBe(0);
    const all = await run(['check', '--verify=all'], clean);
    expect(all.stdout).toMatch(/0 of 1 IAM users, as of 20(?!25-03-01)\S+Z \(iam:\w+\)\n/);
    expect(all.code).toBe(0);
  });

  test.each([
    ['ListAccessKeys', /could not be judged: whether \S+:user\/ana matches cannot be told: iam:ListAccessKeys denied/],
    ['ListUsers', /could not be judged: whether there are users who are newer .* told: iam:ListUsers denied/],
  ])('is ERROR where %s is denied and nothing else is found: 2', async (action, message) => {
    const users = action === 'ListUsers' ? [user('bo', key('B', used))] : [user('ana', key('A'))];
    const faults = [{ action, error: { code: 'AccessDenied' } }];
    const { code, stdout } = await run(['check', '--verify'], { ...scenario, users, faults });
    expect(stdout).toMatch(/^ERROR {2}aws-iam/m);
    expect(stdout).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('query --verify', () => {
  test('answers with what is true now, and says what no longer is', async () => {
    const text = FOUNDING_TEXT.replace(
      '...AssetFragment',
      'userName hasIAMUserCredentials{mfaActive accessKey1Active}',
    );
    const { code, stdout, stderr } = await run(['query', '--verify', text]);
    const { data, errors, extensions } = JSON.parse(stdout);
    const hasIAMUserCredentials = { mfaActive: false, accessKey1Active: true };
    expect(data.iamUsers).toEqual(['ana', 'dan'].map((userName) => ({ userName, hasIAMUserCredentials })));
    expect(errors).toBeUndefined();
    expect(extensions.verified).toBe('selected');
    expect(extensions.withdrawn).toEqual([
      { field: 'iamUsers', identifier: 'arn:aws:iam::111122223333:user/cy', reasons: ['deleted since the report'] },
      {
        field: 'iamUsers',
        identifier: 'arn:aws:iam::111122223333:user/bo',
        reasons: ['access key 1 was used since the report (2025-03-02T00:00:00Z)'],
      },
    ]);
    expect(stderr).toMatch(/user\/cy is no longer selected: deleted since the report\n/);
    expect(code).toBe(0);
  });

  test('every text in the published form is answered whole', async () => {
    const { code, stdout } = await run(['query', '--verify', FOUNDING_TEXT, '--expect', 'eq []']);
    const { errors, extensions } = JSON.parse(stdout);
    expect([errors, extensions.verdict]).toMatchObject([undefined, { verdict: 'FAIL', found: 2, total: 3 }]);
    expect(code).toBe(1);
  });

  test('--explain prints what it adds', async () => {
    const plain = await run(['query', '--explain', FOUNDING_TEXT]);
    expect(plain.stderr).not.toContain('--verify');
    const { stderr } = await run(['query', '--explain', '--verify', FOUNDING_TEXT]);
    expect(stderr).toMatch(
      /\n {2}to know who is there now, because of --verify:\n {4}iam:ListUsers: one call for each thousand/,
    );
    expect(stderr).toMatch(
      /\n {2}for the users whom --verify reads live: .*\n {4}iam:ListAccessKeys: .*\n {4}iam:GetAccessKeyLastUsed: /,
    );
    const ofMfa = 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}';
    const asked = await runCli(['query', '--explain', '--verify', ofMfa]);
    expect(asked.stderr).toMatch(/--verify reads live: .*\n {4}iam:ListMFADevices: [^\n]*\nAWS calls/);
  });
});

describe('--verify is of a live account alone', () => {
  test.each([
    ['--sample', ['--sample']],
    ['--report', ['--report', 'report.csv']],
    ['--snapshot', ['--snapshot', 'account.ndjson']],
  ])('%s: 3, and why', async (flag, source) => {
    const checked = await runCli(['check', ...source, '--verify']);
    expect(checked).toEqual({
      code: 3,
      stdout: '',
      stderr: `iamql: --verify asks AWS what is true now, and ${flag} holds what was: verify a live account\n`,
    });
    expect(await runCli(['query', '--verify=all', '{iamUsers{arn}}', ...source])).toEqual(checked);
  });

  test('serve and snapshot have no such flag, and there is no other value', async () => {
    expect(await runCli(['serve', '--verify'])).toMatchObject({ code: 3, stderr: expect.stringMatching(/--verify/) });
    expect(await runCli(['snapshot', '--verify'])).toMatchObject({ code: 3, stdout: '' });
    expect(await runCli(['check', '--verify=none'])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/selected, all/),
    });
  });
});

test('permissions --verify adds what it reads', async () => {
  const actionsOf = async (...args: readonly string[]): Promise<readonly string[]> =>
    JSON.parse((await runCli(['permissions', ...args])).stdout).Statement[0].Action;
  const founding = 'aws-iam-no-initial-access-keys';
  const plain = await actionsOf(founding);
  const verified = await actionsOf('--verify', founding);
  expect(verified.filter((action) => !plain.includes(action))).toEqual(['iam:GetLoginProfile', 'iam:ListUsers']);
  const ofText = 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}';
  expect(await actionsOf('--verify', ofText)).toEqual([
    'iam:GenerateCredentialReport',
    'iam:GetCredentialReport',
    'iam:ListMFADevices',
    'iam:ListUsers',
  ]);
});
