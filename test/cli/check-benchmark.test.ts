import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadLibrary } from '../../src/controls/load-controls.ts';
import { packageRoot } from '../../src/package-root.ts';
import { type Scenario, type ScenarioUser, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const bundled = (await loadLibrary()).benchmarks.map(({ id }) => id);
const LIBRARY = ['--controls', join(packageRoot, 'test', 'fixtures', 'library')];
const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+/, '');

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const ALLOW = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };

const user = (name: string, keyDays: number, more: Partial<ScenarioUser> = {}): ScenarioUser => ({
  name,
  createDate: daysAgo(400),
  accessKeys: [
    {
      id: `AKIAEXAMPLE${name.toUpperCase()}`,
      status: 'Active',
      createDate: daysAgo(keyDays),
      lastUsed: { date: daysAgo(1), region: 'us-east-1', service: 's3' },
    },
  ],
  ...more,
});

/** Ana has no MFA and a key of 60 days, and is an administrator by her group; bo has all in order. */
const ACCOUNT: Scenario = {
  users: [
    user('ana', 60, { passwordEnabled: true, groups: ['admins'] }),
    user('bo', 5, { passwordEnabled: true, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/bo' }] }),
    user('robot', 5),
  ],
  groups: [{ name: 'admins', attachedPolicies: [ADMINISTRATOR] }],
  iamRoles: [{ name: 'deploy', trust: TRUST }],
  policies: [{ arn: ADMINISTRATOR, document: ALLOW }],
  passwordPolicy: { MinimumPasswordLength: 8 },
};

async function check(args: readonly string[], scenario: Scenario = ACCOUNT) {
  const endpoint = await startAwsEndpoint(scenario);
  try {
    const result = await runCli(['check', ...LIBRARY, '--format', 'json', ...args], { env: awsEnv(endpoint.url) });
    const controls: readonly Judged[] = result.stdout === '' ? [] : JSON.parse(result.stdout).controls;
    return { ...result, controls, calls: endpoint.counts() };
  } finally {
    await endpoint.close();
  }
}

interface Judged {
  readonly id: string;
  readonly verdict: string;
  readonly rules: readonly {
    readonly found: number;
    readonly total: number | null;
    readonly findings: readonly { readonly name: string; readonly type: string }[];
  }[];
}

const verdicts = (controls: readonly Judged[]) => controls.map(({ id, verdict }) => [id.replace('test-', ''), verdict]);

describe('check --benchmark', () => {
  test('judges each control once for each set of parameters, over facts that are read once', async () => {
    const { code, controls, calls, stderr } = await check(['--benchmark', 'test-1.0']);
    expect(stderr).toBe('');
    expect(verdicts(controls)).toEqual([
      ['users-have-mfa', 'FAIL'],
      ['keys-are-rotated', 'PASS'],
      ['keys-are-rotated', 'FAIL'],
      ['no-administrators-without-mfa', 'FAIL'],
      ['no-administrator-roles', 'PASS'],
      ['password-is-long', 'FAIL'],
      ['support-policy-is-attached', 'FAIL'],
    ]);
    expect(code).toBe(1);
    expect(calls).toEqual({
      GetCredentialReport: 1,
      GetAccountAuthorizationDetails: 1,
      GetAccountPasswordPolicy: 1,
      // The keys of the two findings about users.
      ListAccessKeys: 1,
      GetAccessKeyLastUsed: 1,
    });
  });

  test('costs what its dearest facts cost, however many users there are', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => user(`user${index}`, 5, { groups: ['admins'] }));
    const alone = await check(['test-no-administrators-without-mfa'], { ...ACCOUNT, users: many });
    const all = await check(['--benchmark', 'test-1.0'], { ...ACCOUNT, users: many });
    const details = 'GetAccountAuthorizationDetails';
    expect(alone.calls[details]).toBe(3);
    expect(all.calls[details]).toBe(3);
    expect(all.calls['GetCredentialReport']).toBe(1);
  });

  test('says out of how many assets of its types, or of those that are applicable', async () => {
    const { controls } = await check(['--benchmark', 'test-1.0']);
    const totals = controls.map(({ id, rules }) => [id, rules.map(({ found, total }) => `${found} of ${total}`)]);
    expect(totals).toEqual([
      // Of three users two have a password.
      ['test-users-have-mfa', ['1 of 2']],
      ['test-keys-are-rotated', ['0 of 3']],
      ['test-keys-are-rotated', ['1 of 3']],
      ['test-no-administrators-without-mfa', ['1 of 3', '0 of 3']],
      ['test-no-administrator-roles', ['0 of 1']],
      ['test-password-is-long', ['1 of 1']],
      ['test-support-policy-is-attached', ['1 of 1']],
    ]);
  });

  test('finds the asset that a return path leads to', async () => {
    const { controls } = await check(['test-password-is-long']);
    expect(controls[0]?.rules[0]?.findings).toMatchObject([
      { type: 'Connector', identifier: '111122223333', facts: [{ field: 'minimumPasswordLength', value: 8 }] },
    ]);
  });

  test('what could not be read is ERROR of the controls that need it, and of no other', async () => {
    const denied: Scenario = {
      ...ACCOUNT,
      faults: [{ action: 'GetAccountAuthorizationDetails', error: { code: 'AccessDenied' } }],
    };
    const { code, controls } = await check(['--benchmark', 'test-1.0'], denied);
    expect(Object.fromEntries(verdicts(controls))).toMatchObject({
      'users-have-mfa': 'FAIL',
      'no-administrators-without-mfa': 'ERROR',
      'no-administrator-roles': 'ERROR',
      'password-is-long': 'FAIL',
      'support-policy-is-attached': 'ERROR',
    });
    expect(code).toBe(2);
  });

  test('applicable assets that could not be read leave the total unknown, and the verdict as it is', async () => {
    const cut: Scenario = { ...ACCOUNT, faults: [{ action: 'GetCredentialReport', error: { code: 'AccessDenied' } }] };
    const { code, controls } = await check(['test-users-have-mfa'], cut);
    expect(controls[0]).toMatchObject({ verdict: 'ERROR', rules: [{ found: 0, total: null }] });
    expect(code).toBe(2);
  });
});

describe('which controls, and what fails', () => {
  test('that nothing is judged is said', async () => {
    const { code, stderr, controls } = await check(['test-keys-are-rotated', '--severity', 'high']);
    expect(controls).toEqual([]);
    expect(stderr).toBe('iamql: nothing is judged: no control that was asked for is of severity high\n');
    expect(code).toBe(2);
  });

  const PASSING = 'test-no-administrator-roles';
  test.each<[name: string, args: readonly string[], code: number, controls: readonly (readonly [string, string])[]]>([
    [
      'two of them',
      [PASSING, 'test-users-have-mfa'],
      1,
      [
        ['no-administrator-roles', 'PASS'],
        ['users-have-mfa', 'FAIL'],
      ],
    ],
    ['one named twice is judged once', [PASSING, PASSING], 0, [['no-administrator-roles', 'PASS']]],
    [
      'a severity of those that are named',
      [PASSING, 'test-keys-are-rotated', '--severity', 'high'],
      0,
      [['no-administrator-roles', 'PASS']],
    ],
    [
      'a severity of a benchmark',
      ['--benchmark', 'test-1.0', '--severity', 'high'],
      1,
      [
        ['users-have-mfa', 'FAIL'],
        ['no-administrators-without-mfa', 'FAIL'],
        ['no-administrator-roles', 'PASS'],
      ],
    ],
    [
      'failing below --fail-on is only shown',
      ['test-password-is-long', '--fail-on', 'high'],
      0,
      [['password-is-long', 'FAIL']],
    ],
    [
      'failing at --fail-on',
      ['test-users-have-mfa', 'test-password-is-long', '--fail-on', 'high'],
      1,
      [
        ['users-have-mfa', 'FAIL'],
        ['password-is-long', 'FAIL'],
      ],
    ],
    ['a parameter', ['test-keys-are-rotated', '--param', 'maxAgeDays=30'], 1, [['keys-are-rotated', 'FAIL']]],
    [
      'a parameter of one control of several',
      ['test-keys-are-rotated', PASSING, '--param', 'test-keys-are-rotated.maxAgeDays=30'],
      1,
      [
        ['keys-are-rotated', 'FAIL'],
        ['no-administrator-roles', 'PASS'],
      ],
    ],
    [
      'a parameter before that of the benchmark',
      ['--benchmark', 'test-1.0', '--severity', 'medium', '--param', 'maxAgeDays=365', '--param', 'minimumLength=6'],
      1,
      [
        ['users-have-mfa', 'FAIL'],
        ['keys-are-rotated', 'PASS'],
        ['no-administrators-without-mfa', 'FAIL'],
        ['no-administrator-roles', 'PASS'],
        ['password-is-long', 'PASS'],
      ],
    ],
  ])('%s', async (_name, args, code, controls) => {
    const judged = await check(args);
    expect(judged.stderr).toBe('');
    expect(verdicts(judged.controls)).toEqual(controls);
    expect(judged.code).toBe(code);
  });

  test('--severity alone judges all that there are', async () => {
    const { controls } = await check(['--severity', 'low']);
    const ids = controls.map(({ id }) => id);
    expect(ids).toContain('aws-iam-no-initial-access-keys');
    expect(ids.filter((id) => id.startsWith('test-'))).toHaveLength(6);
  });

  test('ERROR is 2 whatever --fail-on says', async () => {
    const denied: Scenario = {
      ...ACCOUNT,
      faults: [{ action: 'GetAccountPasswordPolicy', error: { code: 'AccessDenied' } }],
    };
    expect(await check(['test-password-is-long', '--fail-on', 'high'], denied)).toMatchObject({ code: 2 });
  });

  test.each<[args: readonly string[], message: string]>([
    [
      ['--benchmark', 'test-1.1'],
      `there is no benchmark "test-1.1": there are ${bundled.join(', ')}, test-1.0; did you mean test-1.0?`,
    ],
    [['--benchmark', 'test-1.0', PASSING], 'name controls or a --benchmark, not both'],
    [['test-users-have-mfaa'], 'there is no control "test-users-have-mfaa"; did you mean test-users-have-mfa?'],
    [
      ['test-keys-are-rotated', '--param', 'maxAge=3'],
      '--param maxAge=3: test-keys-are-rotated has no parameter maxAge: it has maxAgeDays; did you mean maxAgeDays?',
    ],
    [
      ['test-keys-are-rotated', '--param', 'maxAgeDays=soon'],
      '--param maxAgeDays=soon: maxAgeDays is a number, such as 90',
    ],
    [['test-keys-are-rotated', '--param', 'maxAgeDays'], '--param maxAgeDays: write it as name=value or ID.name=value'],
    [
      [PASSING, '--param', 'maxAgeDays=3'],
      `--param maxAgeDays=3: ${PASSING} has no parameter maxAgeDays, nor any other`,
    ],
    [
      [PASSING, '--param', 'test-keys-are-rotated.maxAgeDays=3'],
      '--param test-keys-are-rotated.maxAgeDays=3: test-keys-are-rotated is not among the controls that are judged',
    ],
    [
      ['--benchmark', 'test-1.0', '--param', 'maxAgeDay=3'],
      '--param maxAgeDay=3: no control that is judged has it; did you mean maxAgeDays?',
    ],
  ])('%j could not run', async (args, message) => {
    expect(await check(args)).toMatchObject({ code: 3, stdout: '', stderr: `iamql: ${message}\n`, calls: {} });
  });

  test('a number that is none of the type that the text asks for could not run either', async () => {
    const { code, stderr } = await check(['test-keys-are-rotated', '--param', 'maxAgeDays=1.5']);
    expect(stderr).toMatch(/^iamql: .*Int cannot represent non-integer value: 1\.5/);
    expect(code).toBe(3);
  });
});

describe('controls list and show', () => {
  test('say where benchmarks point at a control', async () => {
    const { stdout } = await runCli(['controls', 'list', ...LIBRARY]);
    expect(stdout).toContain(
      'test-keys-are-rotated  medium  Access keys are rotated\n    test-1.0 1.9 and 1.10 and 1.11\n',
    );
    const shown = await runCli(['controls', 'show', 'test-keys-are-rotated', ...LIBRARY]);
    expect(shown.stdout).toContain('\nbenchmarks     test-1.0 1.9 and 1.10 and 1.11\n');
    expect(shown.stdout).toContain('maxAgeDays (90): How old an active key may be, in days.');
  });

  test('list a benchmark with what decides each recommendation', async () => {
    const { stdout, code } = await runCli(['controls', 'list', '--benchmark', 'test-1.0', ...LIBRARY]);
    expect(stdout).toMatch(/^Test Benchmark v1\.0\n\n1 {2}Users\n {2}1\.1 +L1 {2}not automated {2}Contact details/);
    expect(stdout).toContain('  1.10   L2  test-keys-are-rotated maxAgeDays=30  medium  Access keys are rotated\n');
    expect(code).toBe(0);
  });
});
