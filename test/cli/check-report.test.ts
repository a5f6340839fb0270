import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderCredentialReport, type Scenario } from '../support/aws-endpoint.ts';
import { runCli } from '../support/run-cli.ts';

const GENERATED = '2026-03-01T10:00:00Z';
const key = (slot: 1 | 2, lastUsed?: string) => ({
  id: `AKIAEXAMPLE${slot}`,
  status: 'Active' as const,
  createDate: '2025-06-01T00:00:00Z',
  slot,
  ...(lastUsed ? { lastUsed: { date: lastUsed, region: 'us-east-1', service: 's3' } } : {}),
});
const ROBOT = { name: 'robot', createDate: '2025-01-01T00:00:00Z', accessKeys: [key(1, '2026-02-28T00:00:00Z')] };
const ANA = { name: 'ana', createDate: '2025-01-01T00:00:00Z', passwordEnabled: true, accessKeys: [key(2)] };

const csvOf = (scenario: Scenario): string => renderCredentialReport({ ...scenario, report: { columns: 'full22' } });
const GOOD = csvOf({ users: [ROBOT] });
const BAD = csvOf({ users: [ANA, ROBOT] });
const FILTERED_GOOD = csvOf({ users: [ROBOT], root: null });
const FILTERED_BAD = csvOf({ users: [ANA], root: null });
const answerOf = (csv: string): string =>
  JSON.stringify({
    Content: Buffer.from(csv).toString('base64'),
    ReportFormat: 'text/csv',
    GeneratedTime: '2026-03-01T10:00:00+00:00',
  });
/** As a spreadsheet saves it: byte order mark, CRLF, every cell in quotes. */
const fromSpreadsheet = (csv: string): string =>
  `\ufeff${csv
    .split('\n')
    .map((line) =>
      line
        .split(',')
        .map((cell) => `"${cell}"`)
        .join(','),
    )
    .join('\r\n')}\r\n`;

interface Row {
  readonly name: string;
  readonly file: string | Uint8Array;
  readonly flags?: readonly string[];
  readonly code: number;
  /** All of them are in what is printed. */
  readonly says: readonly (string | RegExp)[];
}

const ROWS: readonly Row[] = [
  {
    name: 'a good report',
    file: GOOD,
    code: 0,
    says: ['PASS  aws-iam-no-initial-access-keys', '0 of 1 IAM users, as of the time of the report', 'of unknown age'],
  },
  {
    name: 'a key in slot 2 that was never used',
    file: BAD,
    code: 1,
    says: ['FAIL  aws-iam', '1 of 2 IAM users', 'ana  console password: yes', 'access key 2, since', '2025-06-01'],
  },
  { name: 'an account without users', file: csvOf({}), code: 0, says: ['PASS', '0 of 0 IAM users'] },
  { name: 'a report as a spreadsheet saves it', file: fromSpreadsheet(BAD), code: 1, says: ['1 of 2 IAM users'] },
  {
    name: 'the JSON that the AWS command line prints',
    file: answerOf(BAD),
    code: 1,
    says: ['1 of 2 IAM users', 'generated 2026-03-01T10:00:00Z'],
  },
  { name: 'half of that JSON', file: answerOf(BAD).slice(0, 300), code: 2, says: ['ERROR', 'it may be cut'] },
  { name: 'a web page', file: '<!doctype html><html></html>', code: 2, says: ['ERROR', 'not a credential report'] },
  { name: 'an empty file', file: '', code: 2, says: ['ERROR  aws-iam', '? of ? IAM users', 'is empty'] },
  { name: 'a header alone', file: GOOD.split('\n')[0] ?? '', code: 2, says: ['ERROR', 'a header and no rows'] },
  {
    name: 'a report cut in the middle of a row',
    file: BAD.slice(0, -40),
    code: 2,
    says: ['ERROR', 'line 4', 'the file was cut'],
  },
  {
    name: 'a cell that is not what its column says',
    file: BAD.replace('user/ana,2025-01-01T00:00:00+00:00,true', 'user/ana,2025-01-01T00:00:00+00:00,yes'),
    code: 2,
    says: ['ERROR', 'line 3, column password_enabled: "yes" is not true or false'],
  },
  { name: 'a binary file', file: Uint8Array.of(0x50, 0x4b, 3, 4, 0xff, 0, 0xfe), code: 2, says: ['not UTF-8 text'] },
  { name: 'another CSV', file: 'name,age\nana,7\n', code: 2, says: ['line 1 has no column user, arn'] },
  {
    name: 'a report without its root row, nothing found in it',
    file: FILTERED_GOOD,
    code: 2,
    says: ['ERROR', 'no row of the root user', '--accept-filtered'],
  },
  {
    name: 'a report without its root row, something found in it',
    file: FILTERED_BAD,
    code: 1,
    says: ['FAIL', '1 of 1', 'could not be judged in full', 'ana'],
  },
  {
    name: 'a report without its root row, accepted',
    file: FILTERED_GOOD,
    flags: ['--accept-filtered'],
    code: 0,
    says: ['PASS'],
  },
  {
    name: 'a CSV whose age nobody knows, where the age matters',
    file: GOOD,
    flags: ['--max-age', '4h'],
    code: 2,
    says: ['ERROR', 'does not say how old it is', '--generated-at'],
  },
  {
    name: 'a CSV that is said to be too old',
    file: GOOD,
    flags: ['--max-age', '4h', '--generated-at', GENERATED],
    code: 2,
    says: ['ERROR', 'the report of 2026-03-01T10:00:00Z is older than --max-age'],
  },
  {
    name: 'a CSV that is said to be young enough',
    file: GOOD,
    flags: ['--max-age', '9999d', '--generated-at', GENERATED],
    code: 0,
    says: ['PASS', 'credential report file generated 2026-03-01T10:00:00Z'],
  },
  {
    name: 'JSON that is too old, by its own word and not by the flag',
    file: answerOf(GOOD),
    flags: ['--max-age', '4h', '--generated-at', '2099-01-01T00:00:00Z'],
    code: 2,
    says: ['ERROR', '2026-03-01T10:00:00Z is older'],
  },
  {
    name: 'JSON of a time that has not come',
    file: answerOf(GOOD).replace('2026', '2099'),
    flags: ['--max-age', '4h'],
    code: 2,
    says: ['ERROR', /JSON-of-a-time\S+: it says that it was generated 2099-03-01T10:00:00Z, which has not come yet/],
  },
  {
    name: 'dates as a spreadsheet of another country writes them',
    file: GOOD.replaceAll(/(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d):\d\d\+00:00/g, '$3.$2.$1 $4'),
    code: 2,
    says: [
      'ERROR',
      /\S+dates-as-a\S+\.csv: credential report, line 2, column \w+: ".+" is not a time; .* as AWS made it\n/,
    ],
  },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iamql-reports-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function save(content: string | Uint8Array, name: string): Promise<string> {
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.csv`);
  await writeFile(file, content);
  return file;
}

describe.concurrent('check --report', () => {
  test.each(ROWS)('$name: $code', async ({ name, file, flags = [], code, says }) => {
    const result = await runCli(['check', '--report', await save(file, name), ...flags]);
    for (const text of says) expect(result.stdout).toMatch(text);
    expect(result).toMatchObject({ code, stderr: '' });
    expect(result.stdout).not.toContain('SAMPLE');
  });

  test('no such file, and a folder: nothing was judged', async () => {
    const missing = await runCli(['check', '--report', join(folder, 'missing.csv')]);
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toMatch(/^iamql: cannot open .*missing\.csv: there is no such file or folder\n$/);
    const directory = await runCli(['check', '--report', folder]);
    expect(directory).toMatchObject({ code: 3, stdout: '' });
    expect(directory.stderr).toContain('it is a folder');
  });

  test('a time of the future is none that a report can have been generated at', async () => {
    const file = await save(GOOD, 'future');
    const future = await runCli(['check', '--report', file, '--generated-at', '2099-01-01', '--max-age', '4h']);
    expect(future).toMatchObject({ code: 3, stdout: '' });
    expect(future.stderr).toBe('iamql: --generated-at 2099-01-01T00:00:00Z has not come yet\n');
  });

  test('a report on stdin', async () => {
    const piped = await runCli(['check', '--report', '-'], { stdin: answerOf(BAD) });
    expect(piped).toMatchObject({ code: 1, stdout: expect.stringContaining('1 of 2 IAM users'), stderr: '' });
    const nothing = await runCli(['check', '--report', '-'], { stdin: '' });
    expect(nothing).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('stdin: the credential report is empty'),
    });
  });

  test('what a report cannot tell is not judged, and says what it needs', async () => {
    // Changed long after the user was created: the key may be younger than the setup, or have been turned off since.
    const file = await save(csvOf({ users: [ANA] }), 'undecided');
    const { stdout, code } = await runCli(['check', '--report', file]);
    expect(stdout).toMatch(
      /ERROR {2}A key made during user setup.*\n +not judged: whether \S+ matches cannot be told: needs iam:ListAccessKeys/,
    );
    expect(stdout).toMatch(/no key id: needs iam:ListAccessKeys/);
    expect(code).toBe(1);
  });

  test('a report that decides the console audit judges it', async () => {
    const made = { ...ANA, accessKeys: [{ ...key(1), createDate: ANA.createDate }] };
    const { stdout } = await runCli(['check', '--report', await save(csvOf({ users: [made] }), 'decided')]);
    expect(stdout).toMatch(/FAIL {2}A key made during user setup.*\n +1 of 1 IAM users: ana/);
  });

  test('names that would command a terminal or a shell are shown and quoted, never sent raw', async () => {
    const names = [
      '<script>alert(1)</script>',
      '\u001b[2Jgone',
      'tab\tbell\u0007',
      "$(touch x)'; rm",
      '-rf',
      'a\u202eb',
    ];
    const users = names.map((name) => ({ ...ANA, name }));
    const file = await save(csvOf({ users }), 'names');
    const text = await runCli(['check', '--report', file]);
    expect(text.code).toBe(1);
    expect(text.stdout.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    expect(text.stdout).toContain('  \\u001b[2Jgone  console password');
    expect(text.stdout).toContain("list-access-keys --user-name '$(touch x)'\\''; rm'");
    expect(text.stdout).toContain("list-access-keys --user-name '<script>alert(1)</script>'");
    expect(text.stdout).toContain('list-access-keys --user-name=-rf');
    const json = await runCli(['check', '--report', file, '--format', 'json']);
    expect(json.stdout.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    const found = JSON.parse(json.stdout).controls[0].rules[0].findings.map(({ name }: { name: string }) => name);
    expect(found.sort()).toEqual([...names].sort());
    const query = await runCli(['query', 'iamUsers{userName}', '--report', file]);
    expect(query.stdout.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
  });
});
