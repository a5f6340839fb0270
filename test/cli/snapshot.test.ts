import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli, startCli } from '../support/run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-snapshot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

const opened: AwsEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function live(scenario: Scenario, ...args: readonly string[]) {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return runCli(args, { env: awsEnv(endpoint.url) });
}

/** Without how old things are, and where they come from. */
const comparable = (text: string): string =>
  text
    .replaceAll(/\([^)]*\)/g, '')
    .replace('snapshot of account', 'account')
    .replace(/(generated ).*/, '$1');

describe('iamql snapshot', () => {
  const users = manyUsers(60, 4);

  test('writes an account, which is then judged like the account itself, without asking AWS', async () => {
    const file = path('account.ndjson');
    const report = { generatedTime: new Date().toISOString() };
    const { code, stdout, stderr } = await live({ users, report }, 'snapshot', '--output', file);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^iamql: wrote .*account\.ndjson: 1 Connector, \d+ IAMAccessKey, .*60 IAMUser, 61 IAMUserCredentials, \d+ IAMUserLoginProfile, 1 RootUser\n$/,
    );
    expect(code).toBe(0);
    const judged = await live({ users, report }, 'check');
    const fromFile = await runCli(['check', '--snapshot', file]);
    expect(comparable(fromFile.stdout)).toBe(comparable(judged.stdout));
    expect(fromFile.stdout).toMatch(/^snapshot of account 111122223333; credential report generated /);
    expect([fromFile.code, judged.code]).toEqual([1, 1]);
  });

  test('compresses a file whose name ends in .gz, which is read whatever it is called', async () => {
    const file = path('sample.ndjson.gz');
    expect((await runCli(['snapshot', '--sample', '--output', file])).code).toBe(0);
    const { stdout } = await runCli(['snapshot', '--sample']);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(stdout);
    const renamed = path('renamed');
    writeFileSync(renamed, readFileSync(file));
    const answer = await runCli(['query', '--snapshot', renamed, 'iamUsers{userName}']);
    expect(JSON.parse(answer.stdout).extensions).toMatchObject({
      sample: true,
      source: 'snapshot',
      snapshotOf: 'sample',
    });
    writeFileSync(renamed, readFileSync(file).subarray(0, 900));
    const cut = await runCli(['check', '--snapshot', renamed]);
    expect(cut.stdout).toMatch(/could not be judged: snapshot .*renamed, line \d+: the gzip data was cut or damaged/);
    expect(cut.code).toBe(2);
  });

  test('what AWS refused is in the file, is said, and is exit code 2', async () => {
    const file = path('denied.ndjson');
    const faults = [{ action: 'ListAccessKeys', error: { code: 'AccessDenied' } }];
    const { code, stderr } = await live({ users, faults }, 'snapshot', '--output', file);
    expect(stderr).toMatch(/^iamql: not read: IAMUser accessKeys: iam:ListAccessKeys denied in account 111122223333/m);
    expect(code).toBe(2);
    const { stdout, ...keys } = await runCli([
      'query',
      '--snapshot',
      file,
      'iamUsers(where:{accessKeys:{status:"Inactive"}}){userName}',
      '--expect',
      'eq []',
    ]);
    expect(JSON.parse(stdout).extensions.verdict.verdict).not.toBe('PASS');
    expect(keys.code).toBe(2);
  });

  test('an account of which nothing can be read leaves no file, and the old one as it was', async () => {
    const file = path('kept.ndjson');
    writeFileSync(file, 'before');
    const expired = { code: 'ExpiredToken' };
    const faults = ['GetCredentialReport', 'GetCallerIdentity'].map((action) => ({ action, error: expired }));
    const { code, stderr } = await live({ users, faults }, 'snapshot', '--output', file);
    expect(stderr).toMatch(/^iamql: sts:GetCallerIdentity failed: .*expired; sign in again/);
    expect(code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect((await runCli(['snapshot', '--output', file])).code).toBe(3);
    expect((await runCli(['snapshot', '--report', path('no-such.csv'), '--output', file])).code).toBe(3);
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('a report file gives one of what it holds', async () => {
    const csv = (await runCli(['query', '--sample', '{iamUsers{userName}}'])).code;
    expect(csv).toBe(0);
    const file = path('report.ndjson');
    const report = join(import.meta.dirname, '..', '..', 'sample', 'credential-report.csv');
    const { code, stderr } = await runCli(['snapshot', '--report', report, '--output', file]);
    expect(stderr).toContain(
      'not read: IAMUser accessKeys: needs iam:ListAccessKeys, which a credential report does not hold',
    );
    expect(code).toBe(0);
    const [fromReport, fromSnapshot] = await Promise.all([
      runCli(['check', '--report', report]),
      runCli(['check', '--snapshot', file]),
    ]);
    expect(comparable(fromSnapshot.stdout)).toBe(comparable(fromReport.stdout));
    expect(fromSnapshot.code).toBe(fromReport.code);
  });

  test('cannot be written where there is no folder', async () => {
    const { code, stderr } = await runCli(['snapshot', '--sample', '--output', path('none/x.ndjson')]);
    expect(stderr).toMatch(/^iamql: cannot write .*none\/x\.ndjson: there is no such file or folder\n$/);
    expect(code).toBe(3);
  });
});

describe('--snapshot', () => {
  const file = () => path('flags.ndjson');
  beforeAll(async () => {
    await runCli(['snapshot', '--sample', '--output', file()]);
  });

  test.each<[args: readonly string[], code: number, expected: RegExp]>([
    [['--snapshot', 'no-such'], 3, /cannot open no-such: there is no such file/],
    [['--snapshot', '.'], 3, /cannot open \.: it is a folder/],
    [['--sample', '--snapshot', 'x'], 3, /--sample and --snapshot name two sources/],
    [['--sample', '--snapshot', 'x', '--report', 'y'], 3, /--sample and --report and --snapshot name 3 sources/],
    [['--profile', 'p', '--snapshot', 'x'], 3, /--profile, --role-arn and --external-id are for live AWS only/],
    [
      ['--snapshot', 'FILE', '--setup-seconds', '40000000'],
      1,
      /FAIL {2}A key made during user setup[\s\S]*3 of 10 IAM users: ana, bruno, carla/,
    ],
    [['--snapshot', 'FILE', '--setup-seconds', '10'], 1, /FAIL/],
    [['--snapshot', 'FILE', '--max-age', '1h'], 2, /the snapshot of 2026-11-02T08:15:00Z is older than --max-age/],
    [['--snapshot', 'FILE', '--max-age', '30000d'], 1, /FAIL/],
  ])('%j', async (args, code, expected) => {
    const result = await runCli(['check', ...args.map((arg) => (arg === 'FILE' ? file() : arg))]);
    expect(result.stdout + result.stderr).toMatch(expected);
    expect(result.code).toBe(code);
  });

  test('of unknown age is too old for any --max-age', async () => {
    const report = join(import.meta.dirname, '..', '..', 'sample', 'credential-report.csv');
    await runCli(['snapshot', '--report', report, '--output', path('ageless.ndjson')]);
    const { code, stdout } = await runCli(['check', '--snapshot', path('ageless.ndjson'), '--max-age', '9000d']);
    expect(stdout).toContain('the snapshot does not say how old it is, which --max-age needs; take one of live AWS');
    expect(code).toBe(2);
  });

  test('is served, and the server says what it is', async () => {
    const server = startCli(['serve', '--snapshot', file(), '--port', '0']);
    const [, label, url = ''] = await server.waitFor(/iamql serves (.*) at (http:\S+)/);
    expect(label).toMatch(/^the snapshot .*flags\.ndjson of the SAMPLE account 111122223333: bundled example data/);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'iamUsersAggregate{count}' }),
    });
    expect(await response.json()).toMatchObject({
      data: { iamUsersAggregate: { count: 10 } },
      extensions: { sample: true },
    });
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  test('that is damaged ends a server before it starts', async () => {
    writeFileSync(path('damaged.ndjson'), readFileSync(file()).subarray(0, 9_000));
    const { code, stderr } = await runCli(['serve', '--snapshot', path('damaged.ndjson'), '--port', '0']);
    expect(stderr).toMatch(
      /^iamql: snapshot .*damaged\.ndjson, line \d+: the line is no JSON: it was cut or damaged\n$/,
    );
    expect(code).toBe(2);
  });
});
