import { describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { compile } from '../../src/where/evaluate.ts';
import type { Expression } from '../../src/where/expression.ts';
import { readWhere, type WhereInput } from '../../src/where/read-where.ts';

type Truth = 'true' | 'false' | 'unknown';

const read = (asset: Asset, field: string): unknown => asset[field];

function truthOf(expression: Expression, asset: Asset, certainty: 'certainly' | 'possibly' = 'certainly'): Truth {
  const { isTrue, isFalse } = compile(expression, read)[certainty];
  return isTrue(asset) ? 'true' : isFalse(asset) ? 'false' : 'unknown';
}

const credentials = (facts: Readonly<Record<string, unknown>>): Asset => ({
  __typename: 'IAMUserCredentials',
  ...facts,
});
const ofCredentials = (where: WhereInput) => readWhere('IAMUserCredentials', where);
const ofUser = (where: WhereInput) => readWhere('IAMUser', where);

describe('comparing null is unknown, asking for null is not', () => {
  const region = (value: unknown) => credentials({ accessKey1LastUsedRegion: value });
  test.each<[where: WhereInput, ofValue: Truth, ofOther: Truth, ofNull: Truth]>([
    [{ accessKey1LastUsedRegion: 'eu-west-1' }, 'true', 'false', 'unknown'],
    [{ accessKey1LastUsedRegion_NOT: 'eu-west-1' }, 'false', 'true', 'unknown'],
    [{ NOT: { accessKey1LastUsedRegion: 'eu-west-1' } }, 'false', 'true', 'unknown'],
    [{ NOT: { accessKey1LastUsedRegion_NOT: 'eu-west-1' } }, 'true', 'false', 'unknown'],
    [{ NOT: { NOT: { accessKey1LastUsedRegion: 'eu-west-1' } } }, 'true', 'false', 'unknown'],
    [{ accessKey1LastUsedRegion: null }, 'false', 'false', 'true'],
    [{ accessKey1LastUsedRegion_NOT: null }, 'true', 'true', 'false'],
    [{ NOT: { accessKey1LastUsedRegion: null } }, 'true', 'true', 'false'],
    [{ accessKey1LastUsedRegion: '' }, 'false', 'false', 'unknown'],
    [{ accessKey1LastUsedRegion: 'EU-WEST-1' }, 'false', 'false', 'unknown'],
    [{ accessKey1LastUsedRegion: '%' }, 'false', 'false', 'unknown'],
  ])('%j', (where, ofValue, ofOther, ofNull) => {
    const truths = ['eu-west-1', 'us-east-1', null].map((value) => truthOf(ofCredentials(where), region(value)));
    expect(truths).toEqual([ofValue, ofOther, ofNull]);
  });
});

describe('AND, OR and NOT of true, false and unknown', () => {
  // Two conditions on one asset: the first is as named, so is the second.
  const values: Readonly<Record<Truth, unknown>> = { true: 'yes', false: 'no', unknown: null };
  const asset = (first: Truth, second: Truth) =>
    credentials({ accessKey1LastUsedRegion: values[first], accessKey2LastUsedRegion: values[second] });
  const conditions: readonly WhereInput[] = [{ accessKey1LastUsedRegion: 'yes' }, { accessKey2LastUsedRegion: 'yes' }];
  test.each<[first: Truth, second: Truth, and: Truth, or: Truth]>([
    ['true', 'true', 'true', 'true'],
    ['true', 'false', 'false', 'true'],
    ['true', 'unknown', 'unknown', 'true'],
    ['false', 'false', 'false', 'false'],
    ['false', 'unknown', 'false', 'unknown'],
    ['unknown', 'unknown', 'unknown', 'unknown'],
  ])('%s and %s', (first, second, and, or) => {
    const negated: Readonly<Record<Truth, Truth>> = { true: 'false', false: 'true', unknown: 'unknown' };
    for (const one of [asset(first, second), asset(second, first)]) {
      expect(truthOf(ofCredentials({ AND: conditions }), one)).toBe(and);
      expect(truthOf(ofCredentials({ OR: conditions }), one)).toBe(or);
      expect(truthOf(ofCredentials({ NOT: { AND: conditions } }), one)).toBe(negated[and]);
      expect(truthOf(ofCredentials({ NOT: { OR: conditions } }), one)).toBe(negated[or]);
    }
  });
});

describe('a record that may be missing', () => {
  const user = (record: unknown): Asset => ({ __typename: 'IAMUser', hasIAMUserCredentials: record });
  const withMfa = user(credentials({ mfaActive: true, passwordEnabled: null }));
  const withoutMfa = user(credentials({ mfaActive: false, passwordEnabled: true }));
  const withoutRecord = user(null);
  test.each<[where: WhereInput, ofMfa: Truth, ofNoMfa: Truth, ofNoRecord: Truth]>([
    [{ hasIAMUserCredentials: { mfaActive: true } }, 'true', 'false', 'false'],
    [{ hasIAMUserCredentials_NOT: { mfaActive: true } }, 'false', 'true', 'true'],
    // The trap: NOT outside selects who has no record, NOT inside does not.
    [{ NOT: { hasIAMUserCredentials: { mfaActive: true } } }, 'false', 'true', 'true'],
    [{ hasIAMUserCredentials: { NOT: { mfaActive: true } } }, 'false', 'true', 'false'],
    [{ hasIAMUserCredentials: null }, 'false', 'false', 'true'],
    [{ hasIAMUserCredentials_NOT: null }, 'true', 'true', 'false'],
    [{ hasIAMUserCredentials: {} }, 'true', 'true', 'false'],
    [{ hasIAMUserCredentials_NOT: {} }, 'false', 'false', 'true'],
    // Two-valued: what is unknown of the record is false of the relation, and NOT over it is true.
    [{ hasIAMUserCredentials: { passwordEnabled: true } }, 'false', 'true', 'false'],
    [{ NOT: { hasIAMUserCredentials: { passwordEnabled: true } } }, 'true', 'false', 'true'],
    [{ hasIAMUserCredentials: { NOT: { passwordEnabled: true } } }, 'false', 'false', 'false'],
  ])('%j', (where, ...truths) => {
    expect([withMfa, withoutMfa, withoutRecord].map((asset) => truthOf(ofUser(where), asset))).toEqual(truths);
  });
});

test('the conditions of slot 1 and slot 2 do not mix', () => {
  const founding = ofCredentials({
    OR: [
      { accessKey1Active: true, accessKey1LastUsedDate: null },
      { accessKey2Active: true, accessKey2LastUsedDate: null },
    ],
  });
  const used = '2024-04-01T01:02:00+00:00';
  const slots = (active1: boolean, used1: string | null, active2: boolean, used2: string | null) =>
    truthOf(
      founding,
      credentials({
        accessKey1Active: active1,
        accessKey1LastUsedDate: used1,
        accessKey2Active: active2,
        accessKey2LastUsedDate: used2,
      }),
    );
  // Slot 1 is active and used, slot 2 never used and off: an active key, an unused key, and no active unused key.
  expect(slots(true, used, false, null)).toBe('false');
  expect(slots(false, null, true, used)).toBe('false');
  expect(slots(true, null, false, null)).toBe('true');
  expect(slots(false, null, true, null)).toBe('true');
});

describe('a fact that nobody has read', () => {
  type Row = [
    where: WhereInput,
    asset: Asset,
    isTrue: readonly [boolean, boolean],
    isFalse: readonly [boolean, boolean],
  ];
  const unread = credentials({ mfaActive: UNREAD, passwordEnabled: true });
  const listed = (...keys: readonly unknown[]): Asset => ({ __typename: 'IAMUser', accessKeys: keys });
  const active = { status: 'Active' };
  const [no, maybe, yes] = [
    [false, false],
    [false, true],
    [true, true],
  ] as const;
  test.each<Row>([
    [{ mfaActive: true }, unread, maybe, maybe],
    [{ mfaActive: null }, unread, maybe, maybe],
    [{ NOT: { mfaActive: true } }, unread, maybe, maybe],
    [{ passwordEnabled: false, mfaActive: true }, unread, no, yes],
    [{ passwordEnabled: true, mfaActive: true }, unread, maybe, maybe],
    [{ OR: [{ passwordEnabled: true }, { mfaActive: true }] }, unread, yes, no],
    [{ accessKeys: active }, listed(UNREAD), maybe, maybe],
    [{ accessKeys: active }, listed({ status: 'Active' }, UNREAD), yes, no],
    [{ accessKeys: active }, listed({ status: 'Inactive' }, UNREAD), maybe, maybe],
    [{ accessKeys: active }, listed({ status: UNREAD }), maybe, maybe],
    [{ accessKeys: active }, listed({ status: 'Inactive' }), no, yes],
    [{ accessKeys_NONE: active }, listed({ status: UNREAD }), maybe, maybe],
    [{ accessKeys: null }, listed({ status: UNREAD }), no, yes],
    [{ accessKeys: {} }, { __typename: 'IAMUser', accessKeys: UNREAD }, maybe, maybe],
    [{ accessKeys_ALL: active }, listed(UNREAD), maybe, maybe],
    [{ accessKeys_ALL: active }, listed({ status: 'Active' }), yes, no],
    [{ accessKeys_ALL: active }, listed({ status: 'Active' }, UNREAD), maybe, maybe],
    [{ accessKeys_ALL: active }, listed({ status: 'Active' }, { status: UNREAD }), maybe, maybe],
    [{ accessKeys_ALL: active }, listed({ status: 'Inactive' }, UNREAD), no, yes],
    [{ accessKeys_ALL: active }, listed({ status: null }, UNREAD), maybe, maybe],
    [{ accessKeys_ALL: active }, { __typename: 'IAMUser', accessKeys: UNREAD }, maybe, maybe],
    [{ accessKeys_SINGLE: active }, listed(UNREAD), maybe, maybe],
    [{ accessKeys_SINGLE: active }, listed({ status: 'Active' }), yes, no],
    [{ accessKeys_SINGLE: active }, listed({ status: 'Active' }, UNREAD), maybe, maybe],
    [{ accessKeys_SINGLE: active }, listed({ status: 'Active' }, { status: UNREAD }), maybe, maybe],
    [{ accessKeys_SINGLE: active }, listed({ status: 'Active' }, { status: 'Inactive' }), yes, no],
    [{ accessKeys_SINGLE: active }, listed({ status: 'Active' }, { status: 'Active' }, UNREAD), no, yes],
    [{ accessKeys_SINGLE: active }, { __typename: 'IAMUser', accessKeys: UNREAD }, maybe, maybe],
  ])('%j', (where, asset, isTrue, isFalse) => {
    const expression = readWhere(asset.__typename as 'IAMUser', where);
    const { certainly: certain, possibly: possible } = compile(expression, read);
    expect([certain.isTrue(asset), possible.isTrue(asset)], 'certainly and possibly true').toEqual(isTrue);
    expect([certain.isFalse(asset), possible.isFalse(asset)], 'certainly and possibly false').toEqual(isFalse);
  });
});
