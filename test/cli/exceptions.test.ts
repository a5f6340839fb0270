import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { instantOf, renderInstant } from '../../src/iam/instant.ts';
import { renderCredentialReport } from '../support/aws-endpoint.ts';
import { runCli } from '../support/run-cli.ts';

const ID = 'aws-iam-no-initial-access-keys';
const DAY_MS = 86_400_000;
const inDays = (days: number): string => renderInstant(instantOf(new Date(Date.now() + days * DAY_MS)));

/** An exception of the sample's `ana`, with other lines in place of its own; undefined leaves one out. */
function exception(lines: Readonly<Record<string, string | undefined>> = {}): string {
  const all = {
    control: ID,
    account: '"111122223333"',
    asset: 'ana',
    reason: 'sealed',
    owner: 'ops',
    expires: '2999-01-01',
    ...lines,
  };
  const written = Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  return `  - ${written.join('\n    ')}\n`;
}
const ofKey = (asset: string, id: string, lines: Readonly<Record<string, string>> = {}): string =>
  exception({ asset, key: `{accessKeyId: ${id}}`, ...lines });

const ANA = ofKey('ana', 'AKIAIOSFODNN7EXAMPLE');
const ALL = [ANA, ofKey('bruno', 'AKIASAMPLE004EXAMPLE'), ofKey('"etl*"', 'AKIASAMPLE007EXAMPLE')];

const ROTATED = { control: 'aws-iam-access-keys-are-rotated' };
/** Found from 287 days on, and beside it a second key from 51 days on. */
const OLD_KEY = ofKey('bruno', 'AKIASAMPLE003EXAMPLE', ROTATED);
const YOUNG_KEY = ofKey('bruno', 'AKIASAMPLE004EXAMPLE', ROTATED);
const UNUSED = exception({ control: 'aws-iam-unused-credentials-are-disabled', asset: 'nobody' });

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function fileOf(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-exceptions-'));
  folders.push(folder);
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}
const exceptionsFile = (exceptions: readonly string[]): Promise<string> =>
  fileOf('exceptions.yaml', `exceptions:\n${exceptions.join('')}`);

const check = async (exceptions: readonly string[], ...args: readonly string[]) =>
  runCli(['check', '--sample', '--exceptions', await exceptionsFile(exceptions), ...args]);

describe.concurrent('check --sample --exceptions', () => {
  interface Row {
    readonly name: string;
    readonly exceptions: readonly string[];
    readonly code: number;
    readonly out: RegExp;
    /** The end of the text, and on stderr where another format goes to stdout. Left out: there is no such thing. */
    readonly note?: RegExp;
  }
  const ROWS: readonly Row[] = [
    { name: 'all findings excepted', exceptions: ALL, code: 0, out: /^PASS {2}\S+ with 3 exceptions\n/m },
    { name: 'one key excepted', exceptions: [ANA], code: 1, out: /^FAIL[\s\S]*2 of 10 IAM users/m },
    {
      name: 'a key that was rotated since',
      exceptions: [ofKey('ana', 'AKIAEXAMPLEOLD'), ...ALL.slice(1)],
      code: 1,
      out: /^FAIL[\s\S]*1 of 10 IAM users/m,
      note: /\S+exceptions\.yaml:2:5: exception for ana of \S+ \(owner ops\) covers nothing: .* another key, key: \{accessKeyId: AKIAIOSFODNN7EXAMPLE\}$/m,
    },
    {
      name: 'no key named',
      exceptions: [exception()],
      code: 1,
      out: /3 of 10 IAM users/,
      note: /does not cover what it names: .* name each, key: \{accessKeyId: AKIAIOSFODNN7EXAMPLE\}$/m,
    },
    {
      name: 'expired',
      exceptions: [ofKey('ana', 'AKIAIOSFODNN7EXAMPLE', { expires: '2026-01-01' })],
      code: 1,
      out: /3 of 10 IAM users/,
      note: /expired 2026-01-01 and no longer counts$/m,
    },
    {
      name: 'about to expire',
      exceptions: [ofKey('ana', 'AKIAIOSFODNN7EXAMPLE', { expires: inDays(10) })],
      code: 1,
      out: /2 of 10 IAM users/,
      note: /expires \S+, in \d+ d/,
    },
    {
      name: 'an orphan',
      exceptions: [exception({ asset: 'nobody' })],
      code: 1,
      out: /3 of 10/,
      note: /covers nothing: no such asset/,
    },
    { name: 'of another account', exceptions: [exception({ account: '"999999999999"' })], code: 1, out: /3 of 10/ },
  ];

  test.each(ROWS)('$name: $code', async ({ exceptions, code, out, note }) => {
    const result = await check(exceptions);
    expect(result.stdout).toMatch(out);
    expect(result).toMatchObject({ code, stderr: '' });
    const [, notes] = result.stdout.split('\nExceptions to look at:\n');
    if (!note) return expect(notes).toBeUndefined();
    expect(notes).toMatch(note);
    const { stderr } = await check(exceptions, '--format', 'json');
    // Each run has a file of its own.
    const plain = (lines = ''): string => lines.replace(/^(iamql: | {2})\S*(?=exceptions\.yaml)/gm, '');
    expect(plain(stderr)).toBe(plain(notes));
  });

  test('--expiring says how long before', async () => {
    const soon = [ofKey('ana', 'AKIAIOSFODNN7EXAMPLE', { expires: inDays(10) })];
    expect((await check(soon, '--expiring', '5d')).stdout).not.toContain('Exceptions to look at');
  });

  test('several files', async () => {
    const files = await Promise.all([ALL.slice(0, 1), ALL.slice(1)].map(exceptionsFile));
    const result = await runCli(['check', '--sample', ...files.flatMap((file) => ['--exceptions', file])]);
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(' with 3 exceptions\n') });
  });

  test.each([
    ['no owner', exception({ owner: undefined }), /^iamql: \S+exceptions\.yaml:2:5: owner is missing\n$/],
    [
      'an unknown control',
      exception({ control: `${ID}s` }),
      /:2:14: there is no control .*did you mean "?aws-iam-no-initial/,
    ],
    ['any asset', exception({ asset: '"*"' }), /:4:12: "\*" covers nearly everything/],
  ])('%s: 3, and nothing is judged', async (_name, one, message) => {
    const { code, stdout, stderr } = await check([one]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  test('a file that is not there', async () => {
    const result = await runCli(['check', '--sample', '--exceptions', 'none.yaml']);
    expect(result).toEqual({
      code: 3,
      stdout: '',
      stderr: 'iamql: cannot open none.yaml: there is no such file or folder\n',
    });
  });
});

describe('over a credential report, which holds no key ids', () => {
  const createDate = '2025-06-01T00:00:00Z';
  const robot = { id: 'AKIAEXAMPLE1', status: 'Active' as const, createDate };
  const user = { name: 'robot', createDate: '2025-01-01T00:00:00Z', accessKeys: [robot] };
  const third = {
    ...user,
    name: 'third',
    accessKeys: [robot, robot, robot].map((key) => ({
      ...key,
      lastUsed: { date: createDate, region: 'us-east-1', service: 's3' },
    })),
  };

  const checkReport = async (users: readonly (typeof user)[], ...exceptions: readonly string[]) => {
    const csv = renderCredentialReport({ users, report: { columns: 'with-additional' } });
    const report = await fileOf('report.csv', csv);
    const account = /arn:aws:iam::(\d{12}):/.exec(csv)?.[1];
    const written = exceptions.map((one) => one.replace('111122223333', String(account)));
    return runCli(['check', '--report', report, '--exceptions', await exceptionsFile(written)]);
  };

  test('an id covers no key that could not be named', async () => {
    const { code, stdout } = await checkReport([user], ofKey('robot', 'AKIAEXAMPLE1'));
    expect(stdout).toMatch(
      /its key could not be named \(.*\): write key: \{slot: 1, createDate: 2025-06-01T00:00:00Z\}$/m,
    );
    expect(code).toBe(1);
  });

  const bySlot = exception({ asset: 'robot', key: `{slot: 1, createDate: ${createDate}}` });

  test('slot and time do', async () => {
    const { code, stdout } = await checkReport([user], bySlot);
    expect(stdout).toMatch(/^PASS {2}\S+ with 1 exception\n/m);
    expect(code).toBe(0);
  });

  test('all findings excepted, and something could not be read: ERROR', async () => {
    const { code, stdout } = await checkReport([user, third], bySlot);
    expect(stdout).toMatch(/^ERROR[\s\S]*could not be judged: whether \S+user\/third matches cannot be told/m);
    expect(code).toBe(2);
  });
});

describe.concurrent('exceptions', () => {
  const run = async (command: string, exceptions: readonly string[], ...args: readonly string[]) =>
    runCli(['exceptions', command, '--exceptions', await exceptionsFile(exceptions), ...args]);

  test('list: the one that ends first on top', async () => {
    const expired = exception({ asset: 'bo', expires: '2026-01-01' });
    const { code, stdout } = await run('list', [ANA, expired]);
    expect(stdout).toMatch(
      /^CONTROL +ACCOUNT +ASSET +OWNER +EXPIRES +DAYS +STATE\n\S+ +111122223333 +bo +ops +2026-01-01 +-\d+ +expired\n\S+ +111122223333 +ana \(AKIAIOSFODNN7EXAMPLE\) +ops +2999-01-01 +\d+ +valid\n$/,
    );
    expect(code).toBe(0);
  });

  test.each([
    [
      'whole and not expired',
      ALL,
      [],
      0,
      /^3 exceptions: 0 expired, 0 about to expire; not compared with an account\n$/,
    ],
    ['about to expire', [exception({ expires: inDays(3) })], [], 0, /in 2 d[\s\S]*0 expired, 1 about to expire/],
    ['expired', [exception({ expires: '2026-01-01' })], [], 1, /expired 2026-01-01[\s\S]*1 exception: 1 expired/],
    ['all in use', ALL, ['--sample'], 0, /0 that cover nothing, 0 that do not cover what they name\n$/],
    ['an orphan', [exception({ asset: 'nobody' })], ['--sample'], 1, /covers nothing: no such asset/],
    ['without its key', [exception()], ['--sample'], 1, /does not cover what it names/],
    ['an orphan, not compared', [exception({ asset: 'nobody' })], [], 0, /not compared/],
    [
      'of another account',
      [exception({ account: '"999999999999"' })],
      ['--sample'],
      0,
      /not compared, because of other accounts than 111122223333: 1 exception\n/,
    ],
    [
      'of what is found with the value of a parameter',
      [YOUNG_KEY],
      ['--sample', '--param', 'maxAgeDays=10'],
      1,
      /bruno is also about key: \{accessKeyId: AKIASAMPLE003EXAMPLE\}/,
    ],
    [
      'of what is found by default, with another value of a parameter',
      [OLD_KEY],
      ['--sample', '--param', 'maxAgeDays=400'],
      1,
      /covers nothing: no such asset was found, asked with maxAgeDays: 400\n/,
    ],
    ['a way to ask and nothing to ask of', [OLD_KEY], ['--benchmark', 'cis-aws-1.2'], 3, /^$/],
    ['of what is found by default', [OLD_KEY], ['--sample'], 0, /0 that cover nothing/],
    [
      'as a benchmark asks, which has values of its own',
      [UNUSED],
      ['--sample', '--benchmark', 'cis-aws-1.2'],
      1,
      /covers nothing: no such asset was found, asked with maxUnusedDays: 90\n/,
    ],
    ['over a report that is not there', ALL, ['--report', 'none.csv'], 3, /^$/],
  ] as const)('check: %s', async (_name, exceptions, args, code, out) => {
    const result = await run('check', exceptions, ...args);
    expect(result.stdout).toMatch(out);
    expect(result.code).toBe(code);
  });

  test('need a file', async () => {
    expect(await runCli(['exceptions', 'list'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--exceptions'),
    });
  });
});
