import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manyUsers, type Scenario } from '../support/aws-endpoint.ts';
import { opensEndpoints } from '../support/opened-endpoints.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';
import { backends, makesStores } from '../support/stores.ts';

const open = opensEndpoints();

async function scanAndJudge(store: string, scenario: Scenario, ...args: readonly string[]) {
  const { endpoint } = await open(scenario);
  return runCli(['scan', '--store', store, ...args], { env: awsEnv(endpoint.url) });
}

/** Without judging, which test/cli/judge-scans.test.ts is about. */
const scanLive: typeof scanAndJudge = (store, scenario, ...args) =>
  scanAndJudge(store, scenario, '--no-judge', ...args);

interface Answered {
  readonly code: number | null;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of an answer is what it then asserts.
  readonly body: any;
}

async function ask(store: string, text: string, ...args: readonly string[]): Promise<Answered> {
  const { code, stdout } = await runCli(['query', '--store', store, text, ...args]);
  return { code, body: JSON.parse(stdout) };
}

/** Which of several root fields, each under an alias, came with an error. */
async function erring(store: string, text: string): Promise<readonly string[]> {
  const { body } = await ask(store, text);
  const paths = (body.errors ?? []).map(({ path }: { path: readonly string[] }) => path[0]);
  return [...new Set<string>(paths)].sort();
}

const users = manyUsers(6, 2);
const denied = (...actions: readonly string[]): Scenario => ({
  users,
  faults: actions.map((action) => ({ action, error: { code: 'AccessDenied' } })),
});
const expired: Scenario = { users, faults: [{ action: '*', error: { code: 'ExpiredToken' } }] };

/** A test runs the command line ten times, and each opens the store. */
const timeout = 90_000;

describe.each(backends)('iamql scan into %s', { timeout }, (backend) => {
  const newStore = makesStores(backend);

  test('keeps an account, which is then judged like itself; a scan of what has not changed adds nothing but itself', async () => {
    const store = await newStore();
    const first = await scanAndJudge(store, { users }, '--name', 'prod', '--tag', 'env=prod');
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(
      /^scan 1 of account 111122223333, in .*: 1 Connector, \d+ IAMAccessKey, .*6 IAMUser, /,
    );
    expect(first.stdout).not.toContain('iamql:iamql');
    expect(first.code).toBe(0);
    const again = await scanLive(store, { users });
    expect(again.code).toBe(0);
    const status = JSON.parse((await runCli(['store', 'status', '--store', store, '--format', 'json'])).stdout);
    expect(status).toMatchObject({ accounts: 1, scans: 2, version: expect.any(Number), stale: [] });
    expect(status.location).not.toContain('iamql:iamql');
    expect(status.server).toMatch(/^PostgreSQL 1\d\.\d/);
    expect(status.bytes).toBeGreaterThan(100_000);
    const ofUsers = status.rows.find(({ table }: { table: string }) => table === 'IAMUser');
    expect(ofUsers).toEqual({ table: 'IAMUser', now: 6, before: 0 });
    // What one named stays named, and keeps its tags.
    expect(
      (await ask(store, '{iamUsersAggregate{count}}', '--connector', 'prod', '--tag', 'env=prod')).body.data,
    ).toEqual({ iamUsersAggregate: { count: 6 } });
    const judged = await runCli(['check', '--store', store]);
    expect(judged.stdout).toMatch(/FAIL {2}aws-iam-no-initial-access-keys[\s\S]*2 of 6 IAM users/);
    expect(judged.code).toBe(1);
    const vacuumed = await runCli(['store', 'vacuum', '--store', store, '--keep', '0s']);
    expect(vacuumed.stderr).toMatch(/^iamql: deleted scans: 1, /);
    expect(vacuumed.code).toBe(0);
  });

  test.each([['scans'], ['store', 'vacuum'], ['check']])(
    '%s of a place where no store is makes none',
    async (...command) => {
      const store = await newStore();
      const { code, stdout, stderr } = await runCli([...command, '--store', store]);
      expect(stderr + stdout).toMatch(/there is no store in .*; `iamql scan --store` makes one/);
      expect(stderr + stdout).not.toContain('iamql:iamql');
      expect(code).toBe(3);
    },
  );

  // That both databases answer alike is shown in test/store; here a folder is slow, because each command opens it anew.
  if (backend === 'PGlite') return;

  test('keeps what could be read: only a question that needs the rest is an error', async () => {
    const store = await newStore();
    const { code, stdout } = await scanLive(store, denied('ListAccessKeys'));
    expect(stdout).toMatch(/^not read: IAMUser accessKeys: iam:ListAccessKeys denied in account 111122223333/m);
    expect(code).toBe(2);
    const asked = `{
      names: iamUsers(where:{userName:"nobody"}){userName}
      keysOf: iamUsers(where:{accessKeys:{status:"Inactive"}}){userName}
      keys: iamAccessKeys(where:{status:"none"}){accessKeyId}
      roles: iamRoles{roleName}
    }`;
    expect(await erring(store, asked)).toEqual(['keys', 'keysOf']);
    const { stdout: listed } = await runCli(['scans', '--store', store]);
    expect(listed).toMatch(
      /^SCAN +ACCOUNT +NAME +STARTED +TOOK +STATE +NOT READ\n1 +111122223333 .* partial +IAMUser(, \w+)*\n$/,
    );
    // It is whole again when it can be read again.
    expect((await scanLive(store, { users })).code).toBe(0);
    expect(await erring(store, asked)).toEqual([]);
  });

  test('a list that could not be read keeps its last rows, and is not clean without any', async () => {
    const store = await newStore();
    const trust = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const roles = [{ name: 'audit', trust }];
    const first = await scanLive(store, { users, iamRoles: roles });
    const keys = Number(/(\d+) IAMAccessKey,/.exec(first.stdout)?.[1]);
    const second = await scanLive(store, {
      ...denied(
        'GetCredentialReport',
        'GenerateCredentialReport',
        'GetAccountAuthorizationDetails',
        'ListUsers',
        'ListRoles',
      ),
      iamRoles: roles,
    });
    expect(second.code).toBe(2);
    expect(second.stdout).toMatch(/^not read: IAMUser: /m);
    const { code, body } = await ask(
      store,
      '{users: iamUsers{userName} roles: iamRoles{roleName} keys: iamAccessKeys{status}}',
    );
    expect(code).toBe(2);
    const found = (name: string): number => body.data[name].filter((row: unknown) => row !== null).length;
    expect([found('users'), found('roles'), found('keys')]).toEqual([6, 1, keys]);
    const asked = `{
      users: iamUsers(where:{userName:"nobody"}){userName}
      roles: iamRoles(where:{roleName:"none"}){arn}
      keys: iamAccessKeys(where:{status:"none"}){status}
      statements: iamAssumeRolePolicyStatements(where:{effect:"none"}){effect}
      certificates: iamServerCertificates{arn}
    }`;
    expect(await erring(store, asked)).toEqual(['keys', 'roles', 'statements', 'users']);
  });

  test('a scan that read nothing leaves the last good one, and the account stale', async () => {
    const store = await newStore();
    await scanLive(store, { users }, '--name', 'prod');
    const failed = await scanLive(store, expired, '--name', 'prod');
    expect(failed.stderr).toMatch(/^iamql: .*expired.*\n$/);
    expect(failed.code).toBe(2);
    const { code, body } = await ask(store, '{iamUsers{userName} none: iamUsers(where:{userName:"nobody"}){userName}}');
    expect(body.data.iamUsers.filter((row: unknown) => row !== null)).toHaveLength(6);
    expect(body.errors.map(({ path }: { path: readonly string[] }) => path[0]).sort()).toEqual(['iamUsers', 'none']);
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'ExpiredCredentials' } });
    expect(body.errors[0].message).toMatch(/account prod: the last scan read nothing: .*expired/);
    expect(code).toBe(2);
    const { stdout } = await runCli(['store', 'status', '--store', store]);
    expect(stdout).toMatch(
      /^stale: account 111122223333 \(prod\): the scan of \S+ read nothing, what is known is of /m,
    );
    const listed = JSON.parse((await runCli(['scans', '--store', store, '--format', 'json'])).stdout);
    expect(listed).toMatchObject([
      { number: '2', name: 'prod', state: 'failed', failure: { code: 'ExpiredCredentials' } },
      { number: '1', name: 'prod', state: 'whole', unread: [] },
    ]);
    // Of the one account that there is, unless it is said to be another: then nobody knows whose it is, and nothing is noted.
    expect(await scanLive(store, expired)).toMatchObject({ code: 2, stderr: failed.stderr });
    const other = await scanLive(store, expired, '--name', 'another');
    expect(other.stderr).toMatch(/^iamql: nothing told which account this is, .*\niamql: .*expired/);
    expect(other.code).toBe(2);
    const aws = ['--role-arn', 'arn:aws:iam::444455556666:role/audit', '--name', 'dev'];
    expect((await scanLive(store, denied('AssumeRole'), ...aws)).code).toBe(2);
    const stale = JSON.parse((await runCli(['store', 'status', '--store', store, '--format', 'json'])).stdout).stale;
    expect(stale).toMatchObject([
      { account: '111122223333', lastGood: expect.any(String) },
      { account: '444455556666', name: 'dev', lastGood: null, code: 'AccessDenied' },
    ]);
    expect((await scanLive(store, { users })).code).toBe(0);
    expect((await ask(store, 'iamUsers{userName}', '--connector', 'prod')).code).toBe(0);
  });

  test('keeps for a time, as of which questions are answered, and what is true now for ever', async () => {
    const store = await newStore();
    for (const count of [3, 4, 5]) await scanLive(store, { users: manyUsers(count, 1) });
    await scanLive(store, expired, '--name', '111122223333');
    const [, third, , first] = JSON.parse((await runCli(['scans', '--store', store, '--format', 'json'])).stdout);
    expect((await ask(store, '{iamUsersAggregate{count}}', '--as-of', first.endedAt)).body.data).toEqual({
      iamUsersAggregate: { count: 3 },
    });
    const { code, stderr } = await runCli(['store', 'vacuum', '--store', store, '--keep', '0s']);
    expect(stderr).toMatch(
      /^iamql: deleted scans: 2, states of assets: \d+, findings that are gone: \d+, judgements that changed nothing: \d+\n$/,
    );
    expect(code).toBe(0);
    const left = JSON.parse((await runCli(['scans', '--store', store, '--format', 'json'])).stdout);
    expect(left.map(({ number, state }: { number: string; state: string }) => [number, state])).toEqual([
      ['4', 'failed'],
      ['3', 'whole'],
    ]);
    const then = await ask(store, '{iamUsersAggregate{count}}', '--as-of', third.endedAt);
    expect(then.body.data).toEqual({ iamUsersAggregate: { count: 5 } });
    const before = await ask(store, 'iamUsers{userName}', '--as-of', first.endedAt);
    expect(before.code).toBe(2);
    expect(before.body.errors[0].message).toContain('it was not scanned');
    const again = await scanLive(store, { users: manyUsers(5, 1) }, '--keep', '0s');
    expect(again.stderr).toMatch(
      /^iamql: deleted what was older than --keep: scans: 2, states of assets: 0, findings that are gone: 0, judgements that changed nothing: \d+\n$/,
    );
    expect(again.code).toBe(0);
    expect((await ask(store, '{iamUsersAggregate{count}}')).body.data).toEqual({ iamUsersAggregate: { count: 5 } });
  });

  test('takes a report, a snapshot and the sample as well as AWS', async () => {
    const store = await newStore();
    const report = join(import.meta.dirname, '..', '..', 'sample', 'credential-report.csv');
    const { code, stdout } = await runCli(['scan', '--store', store, '--report', report]);
    expect(stdout).toContain('not read: IAMUser accessKeys: needs iam:ListAccessKeys');
    expect(code).toBe(0);
    const nothing = await runCli(['scan', '--store', store, '--report', 'no-such.csv']);
    expect(nothing).toMatchObject({ code: 3, stderr: expect.stringMatching(/cannot open no-such\.csv/) });
    const sample = await runCli(['scan', '--store', store, '--sample']);
    expect(sample.code).toBe(0);
    const { body } = await ask(store, '{iamUsersAggregate{count}}');
    expect(body).toMatchObject({ data: { iamUsersAggregate: { count: 10 } }, extensions: { sample: true } });
    const { stdout: listed } = await runCli(['scans', '--store', store, '--connector', '111122223333']);
    expect(listed.split('\n').length).toBe(4);
  });
});

describe('iamql scan', () => {
  test.each<[args: readonly string[], expected: RegExp]>([
    [['--sample', '--report', 'x'], /--sample and --report name two sources/],
    [['--sample', '--keep', 'long'], /"long" is not a length of time/],
    [['--sample', '--tag', 'x'], /--tag "x" is not key=value/],
    [['--sample', '--as-of', '2026-01-01'], /unknown option '--as-of'/],
  ])('%j is refused', async (args, expected) => {
    const { code, stderr } = await runCli(['scan', ...args]);
    expect(stderr).toMatch(expected);
    expect(code).toBe(3);
  });
});
