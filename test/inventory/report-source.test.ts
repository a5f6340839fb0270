import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { instantOf } from '../../src/iam/instant.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { ReportSource } from '../../src/inventory/report-source.ts';
import { ALL_COLUMNS, activeKey, COLUMNS, renderCsv, rootRow, userRow } from '../iam/render-report.ts';

const NEVER_USED =
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate: null }]}}){userName}';
const HOUR_MS = 3_600_000;

const unused = userRow('ana', activeKey(1, '2024-03-02T00:00:00+00:00'));
const clean = userRow('bob');
const whole = renderCsv([rootRow(), unused, clean]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iamql-report-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Options {
  readonly acceptFiltered?: boolean;
  readonly maxAgeMs?: number;
  readonly generatedAt?: string;
}

async function askFile(file: string, text: string, { acceptFiltered = false, maxAgeMs, generatedAt }: Options = {}) {
  const source = new ReportSource({ file, acceptFiltered, maxAgeMs, generatedAt });
  const { result } = await ask(openAccount(source, { setupSeconds: 10 }).inventory(), { text });
  const errors = (result.errors ?? []).map(
    ({ path, extensions, message }) => `${path?.join('.')}: ${extensions['code']} ${message.replaceAll(folder, '')}`,
  );
  return { data: result.data, errors, extensions: result.extensions };
}

async function askReport(content: string, text: string, options?: Options) {
  const file = join(folder, 'report');
  await writeFile(file, content);
  return askFile(file, text, options);
}

/** What `aws iam get-credential-report` prints. */
const answerOf = (csv: string, generatedTime: string): string =>
  JSON.stringify({ Content: Buffer.from(csv).toString('base64'), GeneratedTime: generatedTime });

describe('a whole report', () => {
  test('answers, and says what it rests on', async () => {
    const { data, errors, extensions } = await askReport(whole, NEVER_USED);
    expect([data, errors]).toEqual([{ iamUsers: [{ userName: 'ana' }] }, []]);
    const credentialReport = { generatedAt: null, ageSeconds: null };
    expect(extensions).toEqual({ source: 'report', account: '111122223333', credentialReport });
  });

  test('in AWS’s own answer says when it was generated', async () => {
    const { extensions } = await askReport(answerOf(whole, '2026-11-02T08:15:00+00:00'), NEVER_USED);
    expect(extensions).toMatchObject({
      credentialReport: { generatedAt: '2026-11-02T08:15:00Z', ageSeconds: expect.any(Number) },
    });
  });

  test('names its account without a call', async () => {
    const { data } = await askReport(
      whole.replaceAll('arn:aws:', 'arn:aws-cn:'),
      'connectors{identifier name partition}',
    );
    expect(data).toEqual({ connectors: [{ identifier: '111122223333', name: '111122223333', partition: 'aws-cn' }] });
  });
});

describe('what only AWS can be asked is an error', () => {
  test.each<[name: string, text: string, path: string, data: unknown]>([
    [
      'keys of a selected user',
      'iamUsers(where:{userName:"ana"}){accessKeys{status}}',
      'iamUsers.0.accessKeys',
      [{ accessKeys: null }],
    ],
    ['keys in a filter', 'iamUsers(where:{accessKeys:{createdDuringUserSetup:true}}){userName}', 'iamUsers.0', [null]],
    ['the alias', 'connectors{accountAlias}', 'connectors.0.accountAlias', [{ accountAlias: null }]],
    ['the alias in a filter', 'connectors(where:{accountAlias:null}){name}', 'connectors.0', [null]],
  ])('%s', async (_, text, path, data) => {
    const answer = await askReport(whole, text);
    expect(Object.values(answer.data ?? {})).toEqual([data]);
    expect(answer.errors).toEqual([
      expect.stringMatching(`^${path}: NotCollected (whether \\S+ matches cannot be told: )?needs iam:List`),
    ]);
  });

  test('a key that has no slot', async () => {
    const more = userRow('carla', { additional_credentials_info: '1 more' });
    const answer = await askReport(
      renderCsv([rootRow(), { ...clean, additional_credentials_info: '' }, more], ALL_COLUMNS),
      NEVER_USED,
    );
    expect(answer.data).toEqual({ iamUsers: [null] });
    expect(answer.errors).toEqual([
      expect.stringMatching(/^iamUsers\.0: NotCollected whether \S+ matches cannot be told: needs iam:ListAccessKeys/),
    ]);
  });
});

describe('a report without the root row', () => {
  const filtered = renderCsv([unused, clean]);
  const filteredClean = renderCsv([clean]);

  test.each<[name: string, csv: string, users: readonly unknown[]]>([
    ['with findings: they stand, and an error beside them', filtered, [{ userName: 'ana' }, null]],
    ['without findings: an error', filteredClean, [null]],
  ])('%s', async (_, csv, users) => {
    const { data, errors } = await askReport(csv, NEVER_USED);
    expect(data).toEqual({ iamUsers: users });
    const message = `iamUsers.${users.length - 1}: Corrupt the credential report has no row of the root user`;
    expect(errors.map((error) => error.slice(0, message.length))).toEqual([message]);
  });

  test.each<[name: string, csv: string, users: readonly unknown[]]>([
    ['with findings', filtered, [{ userName: 'ana' }]],
    ['without findings', filteredClean, []],
  ])('taken for whole because somebody said so, %s', async (_, csv, users) => {
    const { data, errors } = await askReport(csv, NEVER_USED, { acceptFiltered: true });
    expect([data, errors]).toEqual([{ iamUsers: users }, []]);
  });

  test.each([[false], [true]])('nothing can be said of root (accepted: %s)', async (acceptFiltered) => {
    const { data, errors } = await askReport(filtered, 'rootUsers{arn}', { acceptFiltered });
    expect(data).toEqual({ rootUsers: null });
    expect(errors).toEqual([expect.stringMatching(/^rootUsers: NotCollected .* has no row of the root user/)]);
    // A question to the connector about its root says the same, and what to do.
    const connectors = await askReport(filtered, 'AWSIAM13{identifier}', { acceptFiltered });
    const message = /NotCollected whether 111122223333 matches .* has no row of the root user .*; get a whole report/;
    expect(connectors.errors).toEqual([expect.stringMatching(message)]);
  });
});

describe('what cannot be judged is an error, never an empty list', () => {
  const csvWithout = (column: string) =>
    renderCsv(
      [rootRow(), clean],
      COLUMNS.filter((name) => name !== column),
    );
  test.each<[name: string, content: string, error: RegExp]>([
    ['an empty file', '', /: Corrupt \S+report: the credential report is empty/],
    [
      'a header alone',
      COLUMNS.join(','),
      /: Corrupt \S*report: it has a header and no rows: it was cut or emptied; ask for the file again, as AWS made it$/,
    ],
    [
      'a cut last row',
      whole.slice(0, -30),
      /: Corrupt \S+report: credential report, line 4: .* the file was cut; ask for the file again/,
    ],
    ['JSON that was cut', '{"Content":"dXNl', /: Corrupt \S+report: the file begins like JSON and is not/],
    [
      'a missing column',
      csvWithout('access_key_2_active'),
      /: NotCollected .* has no column access_key_2_active, so accessKey2Active/,
    ],
  ])('%s', async (_, content, error) => {
    const { data, errors } = await askReport(content, NEVER_USED);
    expect(data).toEqual({ iamUsers: null });
    expect(errors).toEqual([expect.stringMatching(error)]);
  });

  test.each<[name: string, file: string, reason: string]>([
    ['no file', 'nowhere.csv', 'there is no such file or folder'],
    ['a folder', '.', 'it is a folder'],
  ])('%s', async (_, file, reason) => {
    const { data, errors } = await askFile(join(folder, file), NEVER_USED);
    expect(data).toEqual({ iamUsers: null });
    expect(errors).toEqual([expect.stringMatching(`^iamUsers: BAD_USER_INPUT cannot open .*: ${reason}$`)]);
  });
});

describe('no report older than asked', () => {
  const hoursAgo = (hours: number): string => instantOf(new Date(Date.now() - hours * HOUR_MS));
  const maxAgeMs = 2 * HOUR_MS;
  test.each<[name: string, content: string, options: Options, error: RegExp | undefined]>([
    ['younger, as AWS’s answer says', answerOf(whole, hoursAgo(1)), { maxAgeMs }, undefined],
    ['younger, as somebody says', whole, { maxAgeMs, generatedAt: hoursAgo(1) }, undefined],
    ['of unknown age, when none is asked', whole, {}, undefined],
    ['of unknown age', whole, { maxAgeMs }, /: TooOld the report does not say how old it is/],
    ['older', answerOf(whole, hoursAgo(3)), { maxAgeMs }, /: TooOld the report of .* is older than --max-age$/],
    ['older, whatever somebody says', answerOf(whole, hoursAgo(3)), { maxAgeMs, generatedAt: hoursAgo(1) }, /: TooOld/],
  ])('%s', async (_, content, options, error) => {
    const { data, errors } = await askReport(content, NEVER_USED, options);
    expect(data).toEqual({ iamUsers: error ? null : [{ userName: 'ana' }] });
    expect(errors).toEqual(error ? [expect.stringMatching(error)] : []);
  });
});
