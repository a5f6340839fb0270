import { describe, expect, test } from 'vitest';
import { parseCredentialReport } from '../../src/iam/credential-report.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { keysInReport } from '../../src/inventory/user-keys.ts';
import {
  ALL_COLUMNS,
  activeKey,
  COLUMNS,
  OLD_COLUMNS,
  type Row,
  renderCsv,
  rootRow,
  userRow,
} from '../iam/render-report.ts';

const SETUP = '2024-03-01T10:20:35+00:00';
const LATER = '2024-05-01T00:00:00+00:00';
const USED = '2024-06-01T00:00:00+00:00';

/** `more` stands for keys that the report does not show: perhaps none. */
function keysOf(cells: Row, columns: readonly string[] = COLUMNS) {
  const [user] = parseCredentialReport(renderCsv([rootRow(), userRow('ana', cells)], columns)).users;
  const keys = user ? keysInReport(user, 10) : [];
  return keys.map((key) =>
    key === UNREAD
      ? 'more'
      : `${shown(key.slot)} ${shown(key.status)} ${shown(key.lastUsedDate)} ${shown(key.createdDuringUserSetup)}`,
  );
}

const shown = (value: unknown): string => (value === UNREAD ? '?' : String(value));

const without = (column: string): readonly string[] => COLUMNS.filter((name) => name !== column);
const inactive = (slot: 1 | 2, lastRotated: string): Row => ({
  ...activeKey(slot, lastRotated),
  [`access_key_${slot}_active`]: 'false',
});

describe('the keys that a report tells of: slot, status, last use, created during setup', () => {
  test.each<[name: string, cells: Row, columns: readonly string[], keys: readonly string[]]>([
    ['none', {}, COLUMNS, []],
    ['an active key from the user’s setup', activeKey(1, SETUP), COLUMNS, ['1 Active null true']],
    [
      'an active key that changed later, so may be from then all the same',
      activeKey(1, LATER, USED),
      COLUMNS,
      [`1 Active ${USED} ?`],
    ],
    ['a key that is off, or expired', inactive(2, SETUP), COLUMNS, ['2 ? null true']],
    ['both', { ...activeKey(1, LATER), ...activeKey(2, SETUP) }, COLUMNS, ['1 Active null ?', '2 Active null true']],
    [
      'more than the slots',
      { ...activeKey(1, SETUP), additional_credentials_info: '1 more' },
      ALL_COLUMNS,
      ['1 Active null true', 'more'],
    ],
    [
      'no more than the slots',
      { ...activeKey(1, SETUP), additional_credentials_info: '' },
      ALL_COLUMNS,
      ['1 Active null true'],
    ],
    ['an active slot that does not say since when', { access_key_2_active: 'true' }, COLUMNS, ['more']],
  ])('%s', (_, cells, columns, keys) => {
    expect(keysOf(cells, columns)).toEqual(keys);
  });

  test.each<[name: string, columns: readonly string[]]>([
    ['sixteen columns', OLD_COLUMNS],
    ['no status of slot 1', without('access_key_1_active')],
    ['no status of slot 2', without('access_key_2_active')],
    ['no time of slot 1', without('access_key_1_last_rotated')],
    ['no time of slot 2', without('access_key_2_last_rotated')],
    ['no last use of slot 2', without('access_key_2_last_used_date')],
  ])('nothing certain: %s', (_, columns) => {
    expect(keysOf({ ...activeKey(1, SETUP), ...activeKey(2, LATER, USED) }, columns)).toEqual(['more']);
  });
});
