import { describe, expect, test } from 'vitest';
import { parseCredentialReport } from '../../src/iam/credential-report.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import {
  ALL_COLUMNS,
  activeKey,
  COLUMNS,
  OLD_COLUMNS,
  type Row,
  renderCsv,
  rootRow,
  userRow,
} from './render-report.ts';

const ana = userRow('ana', activeKey(1, '2024-03-02T00:00:00+00:00', '2024-04-01T01:02:00+00:00'));
const bob = userRow('bob', { access_key_1_last_used_region: 'eu-west-1', mfa_active: 'true' });
const csv = renderCsv([rootRow(), ana, bob]);
const report = parseCredentialReport(csv);

/** The credentials of the only user, whose row has those cells. */
function credentialsOf(cells: Row, columns?: readonly string[]) {
  return parseCredentialReport(renderCsv([rootRow(), userRow('ana', cells)], columns)).users[0]?.hasIAMUserCredentials;
}

test('a user’s row, whole', () => {
  const credentials = {
    __typename: 'IAMUserCredentials',
    userName: 'ana',
    arn: 'arn:aws:iam::111122223333:user/ana',
    createDate: '2024-03-01T10:20:30+00:00',
    passwordEnabled: true,
    passwordLastUsed: null,
    passwordLastChanged: null,
    passwordNextRotation: null,
    mfaActive: false,
    accessKey1Active: true,
    accessKey1LastRotated: '2024-03-02T00:00:00+00:00',
    accessKey1LastUsedDate: '2024-04-01T01:02:00+00:00',
    accessKey1LastUsedRegion: null,
    accessKey1LastUsedService: null,
    accessKey2Active: false,
    accessKey2LastRotated: null,
    accessKey2LastUsedDate: null,
    accessKey2LastUsedRegion: null,
    accessKey2LastUsedService: null,
    cert1Active: false,
    cert1LastRotated: null,
    cert2Active: false,
    cert2LastRotated: null,
    additionalCredentialsInfo: null,
  };
  expect(report.users[0]).toEqual({
    __typename: 'IAMUser',
    arn: 'arn:aws:iam::111122223333:user/ana',
    userName: 'ana',
    path: '/',
    createDate: '2024-03-01T10:20:30+00:00',
    passwordLastUsed: null,
    hasIAMUserCredentials: credentials,
  });
});

test('the root row is the root user and no IAM user', () => {
  expect(report.users.map(({ userName }) => userName)).toEqual(['ana', 'bob']);
  expect(report.root).toMatchObject({ __typename: 'RootUser', arn: 'arn:aws:iam::111122223333:root' });
  expect(parseCredentialReport(renderCsv([ana])).root).toBeUndefined();
});

test('a user called root is an IAM user', () => {
  const { users, root } = parseCredentialReport(renderCsv([rootRow(), userRow('root', { mfa_active: 'true' })]));
  expect(users.map(({ userName }) => userName)).toEqual(['root']);
  expect(root?.hasIAMUserCredentials.mfaActive).toBe(false);
});

describe('the same facts, however the file is written', () => {
  const quotedCell = (cell: string) => `"${cell}"`;
  test.each<[name: string, csv: string]>([
    ['a byte order mark', `\uFEFF${csv}`],
    ['CRLF', csv.replaceAll('\n', '\r\n')],
    ['CR', csv.replaceAll('\n', '\r')],
    ['a line break last', `${csv}\n`],
    ['a spreadsheet’s copy: mark, CRLF and empty lines last', `\uFEFF${csv.replaceAll('\n', '\r\n')}\r\n\r\n`],
    ['every cell in quotes', csv.replace(/[^,\n]+/g, quotedCell)],
    ['TRUE and FALSE', csv.replaceAll('true', 'TRUE').replaceAll('false', 'FALSE')],
    ['True and False', csv.replaceAll('true', 'True').replaceAll('false', 'False')],
    ['Z for +00:00', csv.replaceAll('+00:00', 'Z')],
    ['no_information for N/A', csv.replaceAll('N/A', 'no_information')],
    ['not_supported for N/A', csv.replaceAll('N/A', 'not_supported')],
    ['empty cells for N/A', csv.replaceAll('N/A', '')],
    ['columns in another order', renderCsv([rootRow(), ana, bob], [...COLUMNS].reverse())],
    ['columns that nobody knows', renderCsv([rootRow(), ana, bob], ['team', ...COLUMNS, 'passkey_1_active'])],
    ['spaces around column names', csv.replace('mfa_active', ' mfa_active ')],
  ])('%s', (_, written) => {
    expect(written).not.toBe(csv);
    const { missingColumns, ...facts } = parseCredentialReport(written);
    expect(facts).toEqual({
      account: report.account,
      users: report.users,
      root: report.root,
      hasAdditionalKeys: false,
    });
    expect([...missingColumns]).toEqual(['additional_credentials_info']);
  });
});

test.each<[partition: string]>([['aws-cn'], ['aws-us-gov'], ['aws-iso']])(
  'an account of the partition %s',
  (partition) => {
    const { account, users } = parseCredentialReport(csv.replaceAll('arn:aws:', `arn:${partition}:`));
    expect(account).toMatchObject({ partition, accountId: '111122223333' });
    expect(users[0]?.arn).toBe(`arn:${partition}:iam::111122223333:user/ana`);
  },
);

test.each<[name: string, user: string, arn: string, path: string]>([
  ['a path', 'ana', 'user/engineering/west/ana', '/engineering/west/'],
  ['a comma in the name', 'ana,maria', 'user/ana,maria', '/'],
  ['every sign that IAM allows', 'a+b=c,d.e@f_g-h', 'user/a+b=c,d.e@f_g-h', '/'],
  ['a path that repeats the name', 'ana', 'user/ana/ana', '/ana/'],
])('%s', (_, user, resource, path) => {
  const arn = `arn:aws:iam::111122223333:${resource}`;
  const { users } = parseCredentialReport(renderCsv([rootRow(), userRow(user, { arn })]));
  expect(users).toMatchObject([{ userName: user, arn, path }]);
});

test.each<[name: string, info: string, value: string | null]>([
  ['words', '1 additional access key', '1 additional access key'],
  ['words with comma, quote and line break', 'a "third", see\nListAccessKeys', 'a "third", see\nListAccessKeys'],
  ['N/A', 'N/A', null],
  ['nothing', '', null],
])('additional_credentials_info: %s', (_, info, value) => {
  const credentials = credentialsOf({ additional_credentials_info: info }, ALL_COLUMNS);
  expect(credentials?.additionalCredentialsInfo).toBe(value);
});

test('CRLF inside quotes is one line break', () => {
  const written = renderCsv([rootRow(), userRow('ana', { additional_credentials_info: 'one\ntwo' })], ALL_COLUMNS);
  const { users } = parseCredentialReport(written.replaceAll('\n', '\r\n'));
  expect(users[0]?.hasIAMUserCredentials.additionalCredentialsInfo).toBe('one\ntwo');
});

describe('what a report does not hold is UNREAD, never null', () => {
  test('sixteen columns: everything of last use, and only that', () => {
    const { missingColumns } = parseCredentialReport(renderCsv([rootRow(), ana], OLD_COLUMNS));
    const unread = Object.entries(credentialsOf({}, OLD_COLUMNS) ?? {}).filter(([, value]) => value === UNREAD);
    expect(unread.map(([field]) => field).sort()).toEqual([
      'accessKey1LastUsedDate',
      'accessKey1LastUsedRegion',
      'accessKey1LastUsedService',
      'accessKey2LastUsedDate',
      'accessKey2LastUsedRegion',
      'accessKey2LastUsedService',
    ]);
    expect([...missingColumns].sort()).toEqual([
      'access_key_1_last_used_date',
      'access_key_1_last_used_region',
      'access_key_1_last_used_service',
      'access_key_2_last_used_date',
      'access_key_2_last_used_region',
      'access_key_2_last_used_service',
      'additional_credentials_info',
    ]);
  });

  test('a column that was taken out is UNREAD in the user too', () => {
    const columns = COLUMNS.filter((column) => column !== 'password_last_used');
    const { users } = parseCredentialReport(renderCsv([rootRow(), ana], columns));
    expect(users[0]?.passwordLastUsed).toBe(UNREAD);
  });

  test('no additional_credentials_info is null: reports without it are from when two keys were all', () => {
    expect(credentialsOf({})?.additionalCredentialsInfo).toBeNull();
  });
});

describe('the root user’s password', () => {
  test.each<[cell: string, value: boolean | null]>([
    ['not_supported', null],
    ['N/A', null],
    ['', null],
    ['true', true],
    ['FALSE', false],
  ])('"%s" is %s', (cell, value) => {
    const { root } = parseCredentialReport(renderCsv([rootRow({ password_enabled: cell })]));
    expect(root?.hasIAMUserCredentials.passwordEnabled).toBe(value);
  });

  test('not_supported of a user’s is an error', () => {
    expect(() => credentialsOf({ password_enabled: 'not_supported' })).toThrow(
      'credential report, line 3, column password_enabled: "not_supported" is not true or false',
    );
  });
});
