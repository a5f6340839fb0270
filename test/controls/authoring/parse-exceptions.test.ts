import { describe, expect, test } from 'vitest';
import { matchesAsset } from '../../../src/controls/asset-pattern.ts';
import { parseExceptions } from '../../../src/controls/authoring/parse-exceptions.ts';
import type { AssetTypeName } from '../../../src/iam/catalogue.generated.ts';
import { IamqlError } from '../../../src/iam/error.ts';

const control = (id: string, aliases: readonly string[], ...assetTypes: readonly AssetTypeName[]) => ({
  id,
  aliases,
  assetTypes,
});
const CONTROLS = [
  control('no-unused-keys', ['old-1'], 'IAMUser'),
  control('no-inline', [], 'IAMUser', 'IAMGroup'),
  control('no-admin', [], 'IAMPolicy'),
];

const LINES = [
  'exceptions:',
  '  - control: no-unused-keys',
  '    account: "012345678901"',
  '    asset: ana',
  '    reason: sealed',
  '    owner: ops',
  '    expires: 2026-03-01',
];
const withLine = (line: number, text: string): string => LINES.with(line - 1, text).join('\n');
const withMore = (...lines: readonly string[]): string => [...LINES, ...lines].join('\n');
const parse = (yaml: string) => parseExceptions(yaml, 'x.yaml', CONTROLS);

function messageOf(yaml: string): string {
  try {
    parse(yaml);
  } catch (error) {
    if (error instanceof IamqlError && error.kind === 'InvalidInput') return error.message;
    throw error;
  }
  return 'parsed';
}

describe('what may be written', () => {
  test.each([
    ['no more than is needed', LINES.join('\n'), { asset: 'ana', key: undefined, ticket: undefined }],
    ['a control by its alias', withLine(2, '  - control: old-1'), { control: 'no-unused-keys' }],
    ['a day, which is over at its start', LINES.join('\n'), { expires: '2026-03-01T00:00:00+00:00' }],
    ['a time', withLine(7, '    expires: 2026-03-01T10:00:00+02:00'), { expires: '2026-03-01T08:00:00+00:00' }],
    ['a key by its id', withMore('    key: {accessKeyId: AKIA1}'), { key: { accessKeyId: 'AKIA1' } }],
    [
      'a key by its slot and time',
      withMore('    key: {slot: 2, createDate: 2025-01-01T00:00:00Z}'),
      { key: { slot: 2, createDate: '2025-01-01T00:00:00+00:00' } },
    ],
    ['a ticket', withMore('    ticket: OPS-1'), { ticket: 'OPS-1' }],
    ['a pattern of names', withLine(4, '    asset: ci-*'), { asset: 'ci-*' }],
    ['a pattern of ARNs', withLine(4, '    asset: arn:aws:iam::012345678901:user/ci/*'), {}],
  ])('%s', (_name, yaml, exception) => {
    expect(parse(yaml)).toEqual([expect.objectContaining({ account: '012345678901', ...exception })]);
  });

  test('its place is where it begins', () => {
    expect(parse(withMore(...LINES.slice(1))).map(({ place }) => place)).toEqual(['x.yaml:2:5', 'x.yaml:8:5']);
  });

  test('nothing at all', () => expect(parse('exceptions: []')).toEqual([]));
});

describe('what is wrong, with file, line and column', () => {
  const other = (line: string): string => withLine(2, `  - control: ${line}`);
  test.each([
    ['no YAML', 'exceptions: [', /^x\.yaml:1:\d+: /],
    ['an empty file', '', /^x\.yaml:1:1: a file of exceptions is a map/],
    ['another key', 'exception: []', /^x\.yaml:1:\d+: unknown key exception; did you mean "?exceptions"?\?/],
    ['no list', 'exceptions: {}', /^x\.yaml:1:13: exceptions is not a list/],
    ['a text for an exception', 'exceptions: [a]', /^x\.yaml:1:14: keys and values are expected/],
    ['an unknown key', withMore('    expire: 2026-01-01'), /^x\.yaml:8:5: unknown key expire; did you mean expires/],
    ['a key that is near none', withMore('    zzzzzzzzz: 1'), /unknown key zzzzzzzzz; known are control, account/],
    ['no owner', LINES.toSpliced(5, 1).join('\n'), /^x\.yaml:2:5: owner is missing/],
    ['no reason', LINES.toSpliced(4, 1).join('\n'), /^x\.yaml:2:5: reason is missing/],
    ['no expiry', LINES.toSpliced(6, 1).join('\n'), /^x\.yaml:2:5: expires is missing/],
    ['a blank owner', withLine(6, "    owner: ' '"), /^x\.yaml:6:12: owner is empty/],
    ['a blank reason', withLine(5, '    reason:'), /^x\.yaml:5:\d+: reason is empty/],
    ['a number for an owner', withLine(6, '    owner: 7'), /^x\.yaml:6:12: owner is not text: put it in quotes/],
    [
      'an unknown control',
      other('no-unused-key'),
      /^x\.yaml:2:14: there is no control "no-unused-key"; did you mean "?no-unused-keys/,
    ],
    [
      'an account without quotes',
      withLine(3, '    account: 012345678901'),
      /^x\.yaml:3:14: account is a number here: quote it, "012345678901", because YAML takes zeros off/,
    ],
    [
      'an account of 11 digits',
      withLine(3, '    account: "12345678901"'),
      /^x\.yaml:3:14: account is not the 12 digits/,
    ],
    ['an account by a pattern', withLine(3, '    account: "*"'), /^x\.yaml:3:14: account is not the 12 digits/],
    [
      'a 30th of February',
      withLine(7, '    expires: 2026-02-30'),
      /^x\.yaml:7:14: expires: "2026-02-30" is not a date/,
    ],
    ['a time without an offset', withLine(7, '    expires: 2026-02-03T10:00:00'), /^x\.yaml:7:14: expires: /],
    ['never', withLine(7, '    expires: never'), /^x\.yaml:7:14: expires: "never" is not a date/],
    ['any asset', withLine(4, '    asset: "*"'), /^x\.yaml:4:12: "\*" covers nearly everything/],
    ['nearly any asset', withLine(4, '    asset: "*a*b*"'), /^x\.yaml:4:12: "\*a\*b\*" covers nearly everything/],
    [
      'any user',
      withLine(4, '    asset: arn:aws:iam::012345678901:user/*'),
      /^x\.yaml:4:12: "arn:aws:iam::012345678901:user\/\*" covers nearly everything/,
    ],
    [
      'any account',
      withLine(4, '    asset: arn:aws:iam::*:user/ana'),
      /^x\.yaml:4:12: .* is not an IAM ARN whose account/,
    ],
    ['any kind', withLine(4, '    asset: arn:aws:iam::012345678901:*/ana'), /^x\.yaml:4:12: .* is not an IAM ARN/],
    [
      'an asset of another account',
      withLine(4, '    asset: arn:aws:iam::111122223333:user/ana'),
      /^x\.yaml:4:12: the asset is of account 111122223333, the exception of account 012345678901/,
    ],
    [
      'a name that users and groups may have',
      other('no-inline'),
      /^x\.yaml:4:12: no-inline is about IAM users, IAM groups, .* write the ARN/,
    ],
    ['a name that several policies may have', other('no-admin'), /^x\.yaml:4:12: .* write the ARN/],
    [
      'a key that is no map',
      withMore('    key: AKIA1'),
      /^x\.yaml:8:10: key is \{accessKeyId\} or \{slot, createDate\}/,
    ],
    ['a key by its slot alone', withMore('    key: {slot: 1}'), /^x\.yaml:8:10: key is .* whole and not both/],
    ['a key by a pattern', withMore('    key: {accessKeyId: "AKIA*"}'), /^x\.yaml:8:24: accessKeyId is the whole id/],
    ['a third slot', withMore('    key: {slot: 3, createDate: 2025-01-01}'), /^x\.yaml:8:17: slot is 1 or 2/],
    [
      'an unknown key of a key',
      withMore('    key: {accesKeyId: A}'),
      /^x\.yaml:8:\d+: unknown key accesKeyId; did you mean/,
    ],
    ['a key made on no day', withMore('    key: {slot: 1, createDate: 2025-13-01}'), /^x\.yaml:8:32: createDate: /],
  ])('%s', (_name, yaml, message) => {
    expect(messageOf(yaml)).toMatch(message);
  });
});

describe('an asset is matched', () => {
  const ANA = { identifier: 'arn:aws:iam::012345678901:user/ci/ana', name: 'ana' };
  test.each([
    ['ana', true],
    ['Ana', false],
    ['an', false],
    ['an*', true],
    ['*ana*', true],
    ['a*n*a', true],
    ['a*na*a', false],
    ['ana*ana', false],
    ['ci/ana', false],
    ['arn:aws:iam::012345678901:user/ci/ana', true],
    ['arn:aws:iam::012345678901:user/ana', false],
    ['arn:aws:iam::012345678901:user/ci/*', true],
    ['arn:aws:iam::012345678901:USER/ci/ana', false],
  ])('by %s: %s', (pattern, isMatched) => {
    expect(matchesAsset(pattern, ANA)).toBe(isMatched);
  });

  test('by an id that is not an ARN', () => {
    expect(matchesAsset('111122223333', { identifier: '111122223333', name: 'production' })).toBe(true);
  });
});
