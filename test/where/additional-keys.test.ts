import { describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import { withAdditionalKeys } from '../../src/where/additional-keys.ts';
import { canonical } from '../../src/where/canonical.ts';
import { compile } from '../../src/where/evaluate.ts';
import { type Expression, factsOf, nodesOf } from '../../src/where/expression.ts';
import { readWhere, type WhereInput } from '../../src/where/read-where.ts';

const A1 = { accessKey1Active: true };
const U1 = { accessKey1LastUsedDate: null };
const A2 = { accessKey2Active: true };
const U2 = { accessKey2LastUsedDate: null };
const PASSWORD = { passwordEnabled: true };
const founding = {
  OR: [
    { ...A1, ...U1 },
    { ...A2, ...U2 },
  ],
};

const ofCredentials = (where: WhereInput): Expression => withAdditionalKeys(readWhere('IAMUserCredentials', where));
const ofUser = (where: WhereInput): Expression => withAdditionalKeys(readWhere('IAMUser', where));
const ofRecord = (where: WhereInput): WhereInput => ({ hasIAMUserCredentials: where });

const additional = (expression: Expression): readonly Expression[] =>
  [...nodesOf(expression)].filter((node) => node.kind === 'additionalKey');

/** A user whose two slots hold used keys, and who has those keys besides. */
function userWith(...keys: readonly { readonly active: boolean; readonly lastUsedDate: string | null }[]): Asset {
  const row = {
    __typename: 'IAMUserCredentials',
    passwordEnabled: true,
    accessKey1Active: true,
    accessKey1LastUsedDate: '2024-04-01T00:00:00+00:00',
    accessKey2Active: true,
    accessKey2LastUsedDate: '2024-04-01T00:00:00+00:00',
  };
  const additionalKeys = keys.map(({ active, lastUsedDate }) => ({
    ...row,
    accessKey1Active: active,
    accessKey1LastUsedDate: lastUsedDate,
  }));
  return { __typename: 'IAMUser', userName: 'ana', hasIAMUserCredentials: { ...row, additionalKeys } };
}

const unused = userWith({ active: true, lastUsedDate: null });
const off = userWith({ active: false, lastUsedDate: null });
const apart = userWith(
  { active: false, lastUsedDate: null },
  { active: true, lastUsedDate: '2024-05-01T00:00:00+00:00' },
);
const none = userWith();

const isTrue = (expression: Expression, user: Asset): boolean =>
  compile(expression, (asset, field) => asset[field]).certainly.isTrue(user);

describe('the same of either slot is asked of every other key as well', () => {
  test.each<[name: string, where: WhereInput]>([
    ['the founding where', ofRecord(founding)],
    ['alternatives the other way round', ofRecord({ OR: [...founding.OR].reverse() })],
    [
      'conditions in another order',
      ofRecord({
        OR: [
          { ...A1, ...U1 },
          { ...U2, ...A2 },
        ],
      }),
    ],
    ['conditions in an AND of their own', ofRecord({ OR: [{ AND: [A1, U1] }, { ...A2, ...U2 }] })],
    [
      'conditions grouped in another way',
      ofRecord({
        OR: [
          { AND: [{ ...A1, ...U1 }], ...PASSWORD },
          { ...A2, ...U2, ...PASSWORD },
        ],
      }),
    ],
    ['beside another condition', ofRecord({ ...PASSWORD, ...founding })],
    ['with another condition in each', ofRecord({ OR: founding.OR.map((one) => ({ ...one, ...PASSWORD })) })],
    ['with a third alternative', ofRecord({ OR: [{ passwordEnabled: false }, ...founding.OR] })],
    [
      'with alternatives in alternatives',
      ofRecord({ OR: [{ ...A1, ...U1 }, { OR: [{ passwordEnabled: false }, { ...A2, ...U2 }] }] }),
    ],
    ['at the level of the user', { OR: founding.OR.map(ofRecord) }],
    ['at the level of the user, the other way round', { OR: founding.OR.map(ofRecord).reverse() }],
    [
      'at the level of the user, with a condition of the user',
      { OR: founding.OR.map((one) => ({ ...ofRecord(one), userName: 'ana' })) },
    ],
    [
      'at the level of the user, as two conditions on the record',
      { OR: founding.OR.map((one) => ({ AND: [ofRecord(one), ofRecord(PASSWORD)] })) },
    ],
    ['under two NOTs', { NOT: { NOT: ofRecord(founding) } }],
    [
      'with a NOT in each',
      ofRecord({
        OR: [
          { NOT: { accessKey1Active: false }, ...U1 },
          { NOT: { accessKey2Active: false }, ...U2 },
        ],
      }),
    ],
  ])('%s', (_, where) => {
    const expression = ofUser(where);
    expect(additional(expression)).toHaveLength(1);
    expect({
      unused: isTrue(expression, unused),
      off: isTrue(expression, off),
      apart: isTrue(expression, apart),
      none: isTrue(expression, none),
    }).toEqual({
      unused: true,
      off: false,
      apart: false,
      none: false,
    });
  });

  test('its facts are those of ListAccessKeys and GetAccessKeyLastUsed', () => {
    expect([...factsOf(ofUser(ofRecord(founding)))].sort()).toEqual(['ACCESS_KEYS', 'ACCESS_KEY_LAST_USED']);
  });

  test('it is exactly the alternative of slot 1, asked of another key', () => {
    const slot1 = readWhere('IAMUserCredentials', { ...A1, ...U1 });
    expect(additional(ofCredentials(founding))).toEqual([
      { kind: 'additionalKey', type: 'IAMUserCredentials', of: slot1 },
    ]);
  });

  test('every pair has an alternative of its own', () => {
    expect(additional(ofCredentials({ OR: [A1, U1, A2, U2] }))).toHaveLength(2);
  });
});

describe('what speaks of the slots themselves keeps its exact meaning', () => {
  test.each<[name: string, where: WhereInput]>([
    ['slot 1 alone', { ...A1, ...U1 }],
    ['slot 2 alone', { ...A2, ...U2 }],
    ['slot 1 in an OR', { OR: [{ ...A1, ...U1 }, PASSWORD] }],
    ['both slots at once', { ...A1, ...A2 }],
    ['both slots at once, in an AND', { AND: [A1, A2] }],
    ['alternatives that ask different things', { OR: [A1, U2] }],
    ['alternatives that ask different values', { OR: [A1, { accessKey2Active: false }] }],
    [
      'alternatives that mix the slots',
      {
        OR: [
          { ...A1, ...U2 },
          { ...A2, ...U1 },
        ],
      },
    ],
    ['alternatives of which one asks more', { OR: [{ ...A1, ...U1 }, A2] }],
    ['the certificates, which are no keys', { OR: [{ cert1Active: true }, { cert2Active: true }] }],
    ['slot 1 twice', { OR: [A1, A1] }],
  ])('%s', (_, where) => {
    expect(ofCredentials(where)).toEqual(readWhere('IAMUserCredentials', where));
  });

  test.each<[name: string, where: WhereInput]>([
    [
      'no record with an active key 1, or none with an active key 2',
      { OR: [A1, A2].map((one) => ({ NOT: ofRecord(one) })) },
    ],
    ['the same with _NOT', { OR: [A1, A2].map((one) => ({ hasIAMUserCredentials_NOT: one })) }],
  ])('%s: no question about some key', (_, where) => {
    expect(ofUser(where)).toEqual(readWhere('IAMUser', where));
  });
});

describe('NOT over it is the complement', () => {
  test.each<[name: string, where: WhereInput]>([
    ['around the relation', { NOT: ofRecord(founding) }],
    ['in the relation', ofRecord({ NOT: founding })],
    ['by the relation', { hasIAMUserCredentials_NOT: founding }],
    ['at the level of the user', { NOT: { OR: founding.OR.map(ofRecord) } }],
  ])('%s', (_, where) => {
    const expression = ofUser(where);
    expect([unused, off, apart, none].map((user) => isTrue(expression, user))).toEqual([false, true, true, true]);
  });
});

test('conditions in conditions are compared in time that grows with them alone', () => {
  const deep = (innermost: WhereInput): WhereInput =>
    Array.from({ length: 28 }).reduce<WhereInput>((inner) => ({ hasIAMGroup_SOME: { users_SOME: inner } }), innermost);
  const expression = readWhere('IAMUser', { OR: [deep({ userName: 'ana' }), deep({ userName: 'bruno' })] });
  expect(canonical(expression).length).toBeLessThan(10_000);
  expect(canonical(readWhere('IAMUser', { OR: [deep({ userName: 'bruno' }), deep({ userName: 'ana' })] }))).toBe(
    canonical(expression),
  );
});
