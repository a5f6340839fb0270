import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseCredentialReport } from '../../src/iam/credential-report.ts';
import { IamqlError } from '../../src/iam/error.ts';
import { ALL_COLUMNS, activeKey, COLUMNS, type Row, renderCsv, rootRow, userRow } from './render-report.ts';

const HEADER = COLUMNS.join(',');
const ana = userRow('ana', activeKey(1, '2024-03-02T00:00:00+00:00'));
const bob = userRow('bob');
const csv = renderCsv([rootRow(), ana, bob]);
const lines = csv.split('\n');

/** The report, or the error that it is refused with; anything else that is thrown fails the test. */
function parseOrError(text: string) {
  try {
    return parseCredentialReport(text);
  } catch (error) {
    if (error instanceof IamqlError) return error;
    throw error;
  }
}

function without(line: number): string {
  return lines.filter((_, index) => index !== line).join('\n');
}

describe('refused as Corrupt, with what is wrong and where', () => {
  const withRow = (row: Row) => renderCsv([rootRow(), ana, row, userRow('carla')]);
  test.each<[name: string, text: string, message: string | RegExp]>([
    ['nothing', '', /is empty: not even a header line$/],
    ['line breaks alone', '\n\r\n\n', /is empty: not even a header line$/],
    ['a byte order mark alone', '\uFEFF', /is empty: not even a header line$/],
    [
      'no header',
      without(0),
      /^not a credential report: line 1 has no column user, arn, user_creation_time; it begins "<root/,
    ],
    [
      'another table',
      'name,team\nana,blue',
      /line 1 has no column user, arn, user_creation_time; it begins "name,team"$/,
    ],
    ['tabs', csv.replaceAll(',', '\t'), /^not a credential report: line 1 has no column user,/],
    ['semicolons', csv.replaceAll(',', ';'), /^not a credential report: line 1 has no column user,/],
    [
      'no user_creation_time',
      csv.replace('user_creation_time', 'created'),
      /has no column user_creation_time; it begins/,
    ],
    ['a column twice', csv.replace('cert_1_active', 'mfa_active'), /line 1: a column name stands there twice$/],
    ['an empty line in the middle', csv.replace('\nbob', '\n\nbob'), /line 4: 1 cells under 22 columns$/],
    ['a short row in the middle', csv.replace(`${lines[2]}`, 'ana,x'), /line 3: 2 cells under 22 columns$/],
    ['a short row last', csv.slice(0, -4), /line 4: 21 cells under 22 columns: the file was cut$/],
    ['a long row', `${csv},more`, /line 4: 23 cells under 22 columns$/],
    ['a quote that never closes', `${csv.slice(0, -3)}"N/A`, /line 4: quoted field unterminated; the file may be cut$/],
    ['a quote inside a cell', csv.replace('\nana,', '\n"a"na,'), /line 3: .*quote.*; the file may be cut$/],
    ['a user twice', `${csv}\n${lines[2]}`, 'line 5, column arn: "arn:aws:iam::111122223333:user/ana" is not new'],
    ['the root row twice', `${csv}\n${lines[1]}`, 'line 5, column arn: "arn:aws:iam::111122223333:root" is not new'],
    [
      'a user of another account',
      withRow(userRow('bob', { arn: 'arn:aws:iam::444455556666:user/bob' })),
      'line 4, column arn: "arn:aws:iam::444455556666:user/bob" is not of account 111122223333',
    ],
    [
      'an ARN of another name',
      withRow(userRow('bob', { arn: 'arn:aws:iam::111122223333:user/eve' })),
      'line 4, column arn',
    ],
    [
      'an ARN that ends like it',
      withRow(userRow('ob', { arn: 'arn:aws:iam::111122223333:user/bob' })),
      'line 4, column arn',
    ],
    ['an ARN of a role', withRow(userRow('bob', { arn: 'arn:aws:iam::111122223333:role/bob' })), 'line 4, column arn'],
    ['no ARN', withRow(userRow('bob', { arn: 'N/A' })), 'line 4, column arn: "N/A" is not the ARN of the IAM user'],
    [
      'a user with the ARN of root',
      withRow(userRow('bob', { arn: 'arn:aws:iam::111122223333:root' })),
      'line 4, column arn: "arn:aws:iam::111122223333:root" is not the ARN of the IAM user',
    ],
    ['<root_account> with a user’s ARN', withRow({ ...userRow('bob'), user: '<root_account>' }), 'line 4, column arn'],
  ])('%s', (_, text, message) => {
    const error = parseOrError(text);
    expect(error).toMatchObject({ kind: 'Corrupt' });
    expect((error as IamqlError).message).toMatch(message);
  });
});

describe('a cell that does not hold what its column says', () => {
  test.each<[column: string, cell: string]>([
    ['mfa_active', 'N/A'],
    ['mfa_active', ''],
    ['mfa_active', 'yes'],
    ['mfa_active', '1'],
    ['mfa_active', ' true'],
    ['access_key_1_active', 'N/A'],
    ['access_key_2_active', 'no_information'],
    ['cert_1_active', 'not_supported'],
    ['cert_2_active', 'wahr'],
    ['password_enabled', 'not_supported'],
    ['password_enabled', 'N/A'],
    ['password_last_used', 'n/a'],
    ['password_last_used', 'never'],
    ['password_last_changed', '3/1/2024 10:20'],
    ['access_key_1_last_rotated', '2024-03-01'],
    ['access_key_1_last_used_date', '2024-03-01T10:20:30'],
    ['access_key_2_last_used_date', '2024-02-30T10:20:30+00:00'],
    ['cert_1_last_rotated', '45352.43'],
    ['user_creation_time', 'N/A'],
    ['user_creation_time', '2024-03-01'],
    ['user_creation_time', ''],
  ])('%s "%s"', (column, cell) => {
    const expects = /_active$|_enabled$/.test(column) ? 'true or false' : 'a time';
    const error = parseOrError(renderCsv([rootRow(), ana, userRow('bob', { [column]: cell })]));
    expect(error).toMatchObject({ kind: 'Corrupt' });
    const message = `credential report, line 4, column ${column}: ${JSON.stringify(cell)} is not ${expects}`;
    expect((error as IamqlError).message.slice(0, message.length)).toBe(message);
  });

  test('the line counts the line breaks in quotes before it', () => {
    const long = userRow('ana', { additional_credentials_info: 'one\ntwo\nthree' });
    const text = renderCsv([rootRow(), long, userRow('bob', { mfa_active: '?' })], ALL_COLUMNS);
    expect(parseOrError(text)).toMatchObject({ message: expect.stringContaining('line 6, column mfa_active') });
  });

  test('a long cell is quoted in part', () => {
    const error = parseOrError(renderCsv([rootRow({ mfa_active: 'x'.repeat(500) })]));
    expect((error as IamqlError).message).toContain(`"${'x'.repeat(60)}…"`);
  });
});

test('a header alone has no account: whoever reads it says that there is nothing', () => {
  expect(parseOrError(HEADER)).toMatchObject({ account: undefined, users: [], root: undefined });
});

/**
 * A cut may lose whole rows, which no reader can tell from a smaller account, and that is all it may lose unnoticed: what
 * is left says exactly what the whole report says, or it is an error. The exceptions are cells that a whole report may
 * hold as well, and only where they stand last in the file: a time that is gone, or shorter words.
 */
describe('cut after any character', () => {
  const withTime = userRow('bob', { cert_2_last_rotated: '2024-05-05T05:05:05+00:00' });
  const withWords = userRow('bob', { additional_credentials_info: '3 keys' });
  const mfaLast = [...COLUMNS.filter((column) => column !== 'mfa_active'), 'mfa_active'];

  test.each<[name: string, columns: readonly string[], last: Row, indistinguishable: readonly string[]]>([
    ['a time, of which there is none', COLUMNS, bob, []],
    ['a time', COLUMNS, withTime, ['']],
    ['true or false', mfaLast, bob, []],
    // What is left of `N/A` says that there are more keys: they are listed, or that is an error. Nothing says it too late.
    ['words, of which there are none', ALL_COLUMNS, bob, ['N', 'N/']],
    ['words', ALL_COLUMNS, withWords, ['', '3', '3 ', '3 k', '3 ke', '3 key']],
  ])('the last cell is %s', (_, columns, last, indistinguishable) => {
    const noWords = { additional_credentials_info: '' };
    const whole = renderCsv([rootRow(noWords), { ...ana, ...noWords }, last], columns);
    const { users, root } = parseCredentialReport(whole);
    const changed: string[] = [];
    const usersLeft = new Set<number>();
    for (let end = 0; end <= whole.length; end++) {
      const text = whole.slice(0, end);
      const cut = parseOrError(text);
      if (cut instanceof IamqlError || cut.account === undefined) continue;
      usersLeft.add(cut.users.length);
      const isSame = isDeepStrictEqual([cut.root, cut.users], [root, users.slice(0, cut.users.length)]);
      if (!isSame) changed.push(text.slice(text.lastIndexOf(',') + 1));
    }
    expect(changed).toEqual(indistinguishable);
    expect([...usersLeft]).toEqual([0, 1, 2]);
  });

  test('within the header there are no rows, so no account', () => {
    const cuts = Array.from(HEADER, (_, end) => parseOrError(HEADER.slice(0, end)));
    const accepted = cuts.flatMap((cut) => (cut instanceof IamqlError ? [] : [cut]));
    expect(accepted.length).toBeGreaterThan(0);
    for (const cut of accepted) expect(cut).toMatchObject({ account: undefined, users: [], root: undefined });
  });
});
