import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type JudgingOptions, openJudging } from '../../src/cli/judge-scans.ts';
import type { Database } from '../../src/store/database/database.ts';
import { asked } from '../store/judged-store.ts';
import { type Assets, backends, scan } from '../store/scanned-accounts.ts';

const CONTROL = 'aws-iam-no-initial-access-keys';
const folder = mkdtempSync(join(tmpdir(), 'iamql-judge-'));
const exceptions = join(folder, 'exceptions.yaml');
const file = join(folder, 'new.ndjson');
let database: Database;

beforeAll(async () => {
  database = (await backends['PGlite']?.())?.database as Database;
});
afterAll(() => database.close());

const withUnusedKey = (...names: readonly string[]): Assets => ({
  IAMUser: names.map((userName) => ({
    userName,
    accessKeys: [
      {
        accessKeyId: `AKIA${userName}`,
        status: 'Active',
        createDate: '2025-01-01T00:00:00Z',
        slot: 1,
        lastUsedDate: null,
      },
    ],
    hasIAMUserCredentials: {
      accessKey1Active: true,
      accessKey1LastUsedDate: null,
      accessKey1LastRotated: '2025-01-01T00:00:00Z',
    },
  })),
});

async function judge(options: Partial<JudgingOptions> = {}) {
  const judging = await openJudging({ exceptions: [], expiring: 0, new: file, ...options });
  const lines = await judging.scans(database);
  const changes = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const ofControl = changes.filter(({ control }) => control === CONTROL);
  return { lines, changes: ofControl.map(({ change, name, scan: of }) => `${of} ${change} ${name}`) };
}

test('scans that nobody judged are judged in order, each as of its own time, and once', async () => {
  const ids: string[] = [];
  for (const names of [['ana'], ['ana', 'bob'], ['bob']]) ids.push((await scan(database, withUnusedKey(...names))).id);
  const [first, second, third] = ids;
  const { lines, changes } = await judge();
  expect(lines.map((line) => /^judged scan (\d+)/.exec(line)?.[1])).toEqual(ids);
  expect(changes).toEqual([`${first} OPENED ana`, `${second} OPENED bob`, `${third} RESOLVED ana`]);
  // The newest is told again; nothing is judged again.
  expect((await judge()).changes).toEqual([`${third} RESOLVED ana`]);
});

test('what could not be read resolves nothing', async () => {
  const lives = async () =>
    (await asked(database, `{findings(where:{control:"${CONTROL}", name:"bob"}){state lastSeen unjudgedSince}}`)).items;
  const shown = ({ endedAt }: { readonly endedAt: string }) => endedAt.replace(/\.?0*Z$/, 'Z');
  const [{ lastSeen } = {}] = await lives();
  const unread = await scan(database, { IAMUser: 'unread' });
  expect((await judge()).changes).toEqual([]);
  // What is there as an earlier scan found it, this one has not seen.
  expect(await lives()).toEqual([{ state: 'OPEN', lastSeen, unjudgedSince: shown(unread) }]);
  const { items } = await asked(database, '{iamUsers{userName}}');
  expect(items).toEqual([{ userName: 'bob' }]);
  await scan(database, { IAMUser: 'unread' });
  expect((await judge()).changes).toEqual([]);
  expect(await lives()).toEqual([{ state: 'OPEN', lastSeen, unjudgedSince: shown(unread) }]);
  const again = await scan(database, withUnusedKey('bob'));
  expect((await judge()).changes).toEqual([]);
  expect(await lives()).toEqual([{ state: 'OPEN', lastSeen: shown(again), unjudgedSince: null }]);
});

test('an exception that counts when the scan ends sets its finding apart', async () => {
  writeFileSync(
    exceptions,
    `exceptions:\n- control: ${CONTROL}\n  account: "111122223333"\n  asset: bob\n  key: {accessKeyId: AKIAbob}\n  reason: For the drill.\n  owner: ana@example.com\n  expires: 2999-01-01\n`,
  );
  const { id } = await scan(database, withUnusedKey('bob'));
  expect((await judge({ exceptions: [exceptions] })).changes).toEqual([`${id} EXCEPTED bob`]);
  const { id: next } = await scan(database, withUnusedKey('bob'));
  expect((await judge()).changes).toEqual([`${next} REOPENED bob`]);
});

test('other values of a parameter count from the next scan on, as other findings', async () => {
  const aged = 'aws-iam-access-keys-are-rotated';
  const notes: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => notes.push(String(text)) > 0);
  const changes = async (param: readonly string[]) => {
    const judging = await openJudging({ exceptions: [], expiring: 0, new: file, param });
    await judging.scans(database);
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"${aged}"`))
      .map((line) => JSON.parse(line))
      .map(({ change, parameters: { maxAgeDays } }) => `${change} ${maxAgeDays}`)
      .sort();
  };
  await scan(database, withUnusedKey('bob'));
  const first = await changes([]);
  // It was judged already, and is not judged again.
  expect(await changes([`${aged}.maxAgeDays=45`])).toEqual(first);
  expect(notes.join('')).toMatch(/was judged by \S+ with other values already \(\{"maxAgeDays":\d+\}\)/);
  await scan(database, withUnusedKey('bob'));
  expect(await changes([`${aged}.maxAgeDays=45`])).toEqual(['OPENED 45', 'RETIRED 90']);
  await scan(database, withUnusedKey('bob'));
  expect(await changes([])).toEqual(['REOPENED 90', 'RETIRED 45']);
  vi.restoreAllMocks();
  await expect(changes([`${aged}.maxAge=45`])).rejects.toThrow('has no parameter maxAge');
});

test('what would tell nothing is refused', async () => {
  const nowhere = join(folder, 'no-such', 'new.ndjson');
  await expect(openJudging({ exceptions: [], expiring: 0, new: nowhere })).rejects.toThrow('cannot write');
  await expect(openJudging({ exceptions: [], expiring: 0, judge: false, new: file })).rejects.toThrow('--no-judge');
  await expect(openJudging({ exceptions: [], expiring: 0, judge: false, param: ['a=1'] })).rejects.toThrow(
    '--no-judge',
  );
});
