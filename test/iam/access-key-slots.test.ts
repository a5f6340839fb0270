import { describe, expect, test } from 'vitest';
import { filledSlots, type KnownKey, matchSlots, type ReportSlot } from '../../src/iam/access-key-slots.ts';
import { parseCredentialReport } from '../../src/iam/credential-report.ts';
import { activeKey, COLUMNS, OLD_COLUMNS, type Row, renderCsv, rootRow, userRow } from './render-report.ts';

const [MAY, JUNE, JULY, AUGUST] = ['05', '06', '07', '08'].map((month) => `2026-${month}-01T00:00:00+00:00`) as [
  string,
  string,
  string,
  string,
];

type Facts = readonly [state: 'active' | 'off', created: string, lastUsed?: string];

const slot = (number: 1 | 2, [state, lastRotated, lastUsed]: Facts): ReportSlot => ({
  slot: number,
  active: state === 'active',
  lastRotated,
  lastUsedDate: lastUsed ?? null,
});

const key = (accessKeyId: string, [state, createDate, lastUsed]: Facts): KnownKey => ({
  accessKeyId,
  status: state === 'active' ? 'Active' : 'Inactive',
  createDate,
  lastUsedDate: lastUsed ?? null,
});

interface Case {
  readonly name: string;
  readonly slot1?: Facts;
  readonly slot2?: Facts;
  readonly keys: Readonly<Record<string, Facts>>;
  /** The keys whose slot is certain; every other has none. */
  readonly expected: Readonly<Record<string, 1 | 2>>;
}

function match({ slot1, slot2, keys }: Case): Readonly<Record<string, 1 | 2>> {
  const slots = [...(slot1 ? [slot(1, slot1)] : []), ...(slot2 ? [slot(2, slot2)] : [])];
  const known = Object.entries(keys).map(([id, facts]) => key(id, facts));
  const matched = Object.fromEntries(matchSlots(slots, known));
  const turned = Object.fromEntries(matchSlots(slots, [...known].reverse()));
  expect(turned, 'the order of ListAccessKeys decides nothing').toEqual(matched);
  return matched;
}

const cases: Readonly<Record<string, readonly Case[]>> = {
  'nothing has changed since the report': [
    { name: 'no keys', keys: {}, expected: {} },
    { name: 'one key in slot 1', slot1: ['active', MAY], keys: { A: ['active', MAY] }, expected: { A: 1 } },
    { name: 'one key in slot 2', slot2: ['active', MAY], keys: { A: ['active', MAY] }, expected: { A: 2 } },
    {
      name: 'slot 1 holds the older key',
      slot1: ['active', MAY],
      slot2: ['active', JUNE],
      keys: { A: ['active', MAY], B: ['active', JUNE] },
      expected: { A: 1, B: 2 },
    },
    {
      name: 'slot 1 holds the newer key',
      slot1: ['active', JUNE],
      slot2: ['active', MAY],
      keys: { A: ['active', MAY], B: ['active', JUNE] },
      expected: { A: 2, B: 1 },
    },
    {
      name: 'two keys of one second, told apart by status',
      slot1: ['off', MAY],
      slot2: ['active', MAY],
      keys: { A: ['active', MAY], B: ['off', MAY] },
      expected: { A: 2, B: 1 },
    },
    {
      name: 'two keys of one second, told apart by last use',
      slot1: ['active', MAY, JULY],
      slot2: ['active', MAY],
      keys: { A: ['active', MAY], B: ['active', MAY, JULY] },
      expected: { A: 2, B: 1 },
    },
    {
      name: 'two keys of one second with nothing to tell them apart: not guessed',
      slot1: ['active', MAY],
      slot2: ['active', MAY],
      keys: { A: ['active', MAY], B: ['active', MAY] },
      expected: {},
    },
    {
      name: 'a key that was switched off in July, so that its slot changed after it was created',
      slot1: ['off', JULY, JUNE],
      slot2: ['active', JUNE],
      keys: { A: ['off', MAY, JUNE], B: ['active', JUNE] },
      expected: { A: 1, B: 2 },
    },
  ],
  'a third key, for which the report has no slot': [
    {
      name: 'newer than both',
      slot1: ['active', MAY, JULY],
      slot2: ['active', JUNE, JULY],
      keys: { A: ['active', MAY, JULY], B: ['active', JUNE, JULY], C: ['active', JULY] },
      expected: { A: 1, B: 2 },
    },
    {
      name: 'older than both',
      slot1: ['active', JULY],
      slot2: ['active', JUNE],
      keys: { A: ['active', MAY], B: ['active', JUNE], C: ['active', JULY] },
      expected: { B: 2, C: 1 },
    },
    {
      name: 'of the same second as one of them, and like it: that slot is not guessed',
      slot1: ['active', MAY],
      slot2: ['active', JUNE],
      keys: { A: ['active', MAY], B: ['active', JUNE], C: ['active', JUNE] },
      expected: { A: 1 },
    },
  ],
  'something has changed since the report': [
    {
      name: 'a key was used',
      slot1: ['active', MAY],
      slot2: ['active', JUNE],
      keys: { A: ['active', MAY, AUGUST], B: ['active', JUNE] },
      expected: { A: 1, B: 2 },
    },
    {
      name: 'a key was used again',
      slot1: ['active', JUNE, JULY],
      slot2: ['active', MAY],
      keys: { A: ['active', MAY], B: ['active', JUNE, AUGUST] },
      expected: { A: 2, B: 1 },
    },
    {
      name: 'a key was switched off',
      slot1: ['active', JUNE],
      slot2: ['active', MAY],
      keys: { A: ['off', MAY], B: ['active', JUNE] },
      expected: { A: 2, B: 1 },
    },
    {
      name: 'a key was added',
      slot1: ['active', MAY],
      keys: { A: ['active', MAY], B: ['active', AUGUST] },
      expected: { A: 1 },
    },
    {
      name: 'a key was deleted, the newer is left',
      slot1: ['active', MAY],
      slot2: ['active', JUNE],
      keys: { B: ['active', JUNE] },
      expected: { B: 2 },
    },
    {
      name: 'a key was deleted, the older is left, which might be what the newer slot was before it changed: not guessed',
      slot1: ['active', MAY],
      slot2: ['active', JUNE],
      keys: { A: ['active', MAY] },
      expected: {},
    },
    {
      name: 'a key was deleted and another created',
      slot1: ['active', MAY],
      slot2: ['active', JUNE, JULY],
      keys: { B: ['active', JUNE, JULY], C: ['active', AUGUST] },
      expected: { B: 2 },
    },
    { name: 'all keys were deleted', slot1: ['active', MAY], slot2: ['active', JUNE], keys: {}, expected: {} },
    { name: 'a use is never taken back', slot1: ['active', MAY, JULY], keys: { A: ['active', MAY] }, expected: {} },
    { name: 'a key is never newer than its slot', slot1: ['active', MAY], keys: { A: ['active', JUNE] }, expected: {} },
  ],
};

for (const [title, table] of Object.entries(cases)) {
  describe(title, () => {
    test.each(table.map((row) => [row.name, row] as const))('%s', (_, row) => {
      expect(match(row)).toEqual(row.expected);
    });
  });
}

test('an expired key is not active', () => {
  const expired: KnownKey = { ...key('A', ['off', MAY]), status: 'Expired' };
  const slots = [slot(1, ['active', MAY]), slot(2, ['off', MAY])];
  expect([...matchSlots(slots, [expired, key('B', ['active', MAY])])].sort()).toEqual([
    ['A', 2],
    ['B', 1],
  ]);
});

describe('the slots of a row that hold a key', () => {
  const without = (column: string) => COLUMNS.filter((name) => name !== column);
  const both = { ...activeKey(1, MAY, JULY), ...activeKey(2, JUNE) };
  test.each<[name: string, cells: Row, columns: readonly string[], slots: readonly ReportSlot[]]>([
    ['none', {}, COLUMNS, []],
    ['both', both, COLUMNS, [slot(1, ['active', MAY, JULY]), slot(2, ['active', JUNE])]],
    ['slot 2 alone', activeKey(2, JUNE), COLUMNS, [slot(2, ['active', JUNE])]],
    ['an inactive key', { ...activeKey(1, MAY), access_key_1_active: 'false' }, COLUMNS, [slot(1, ['off', MAY])]],
    ['no columns of last use', both, OLD_COLUMNS, []],
    ['no column of slot 1’s status', both, without('access_key_1_active'), [slot(2, ['active', JUNE])]],
    ['no column of slot 2’s last use', both, without('access_key_2_last_used_date'), [slot(1, ['active', MAY, JULY])]],
  ])('%s', (_, cells, columns, slots) => {
    const { users } = parseCredentialReport(renderCsv([rootRow(), userRow('ana', cells)], columns));
    expect(users.flatMap((user) => filledSlots(user.hasIAMUserCredentials))).toEqual(slots);
  });
});
