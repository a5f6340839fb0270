import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IamqlError } from '../../src/iam/error.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import type { Database } from '../../src/store/database/database.ts';
import { enrollConnectors } from '../../src/store/scans/enrolled.ts';
import { failedAccounts } from '../../src/store/scans/failed-accounts.ts';
import { writeFailedScan } from '../../src/store/scans/write-scan.ts';
import type { Choice } from '../../src/store/scope.ts';
import { readStatus } from '../../src/store/store-status.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { asked } from './judged-store.ts';
import { keepAccount } from './kept-account.ts';
import { backends } from './scanned-accounts.ts';

const folder = mkdtempSync(`${tmpdir()}/iamql-status-`);
const units = [{ id: 'ou-1', name: 'Production' }];
const account = (id: string, of = {}) => ({
  id,
  name: `of ${id}`,
  tags: {},
  organization: undefined,
  units: [],
  ...of,
});
const [prod, dev, never, gone] = ['111122223333', '222233334444', '333344445555', '444455556666'] as const;
const all = [account(prod, { tags: { env: 'prod' }, units }), account(dev), account(never)];

let database: Database;
const keep = async (id: string) => keepAccount(database, reopen(sample.replaceAll(prod, id)));
const sample = (await snapshotOf(openSample().inventory())).replace(/,"sha256":"[0-9a-f]*"/, '');
const fail = (id: string) =>
  writeFailedScan(database, {
    connector: { id, name: id, accountID: id },
    error: new IamqlError('ExpiredCredentials', 'expired'),
    ...{ startedAt: new Date(), endedAt: new Date() },
  });

beforeAll(async () => {
  database = (await backends['PGlite']?.())?.database as Database;
  await enrollConnectors(database, [...all, account(gone)], { skipped: [], isAll: true });
  for (const id of [prod, dev, gone]) await keep(id);
  for (const id of [dev, gone]) await fail(id);
  await enrollConnectors(database, all, { skipped: [], isAll: true });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function status(chosen: Partial<Choice> = {}) {
  const { rows, stale, neverScanned, accounts, retired, scans } = await readStatus(database, folder, {
    ...{ connectors: undefined, units: undefined, tags: {} },
    ...chosen,
  });
  const users = rows.find(({ table }) => table === 'IAMUser')?.now ?? 0;
  const names = [stale, neverScanned].map((of) => of.map(({ account: id }) => id));
  return [accounts, retired, scans, users, ...names];
}

test('a status is of all accounts, or of some', async () => {
  expect(await status()).toEqual([3, 1, 5, 30, [dev], [never]]);
  expect(await status({ connectors: [dev, `of ${never}`] })).toEqual([2, 0, 2, 10, [dev], [never]]);
  expect(await status({ connectors: [gone] })).toEqual([1, 1, 2, 10, [gone], []]);
  for (const one of [{ tags: { env: 'prod' } }, { units: ['Production'] }])
    expect(await status(one)).toEqual([1, 0, 1, 10, [], []]);
  await expect(status({ connectors: ['nobody'] })).rejects.toThrow('the store has no connector "nobody"');
  await expect(status({ tags: { env: 'none' } })).rejects.toThrow('no account of the store fits');
});

test('nobody is told of an account that is asked about no longer', async () => {
  expect((await failedAccounts(database)).map(({ connector }) => connector)).toEqual([dev]);
});

test('an account that is asked about no longer is asked about again when somebody scans it by itself', async () => {
  const ids = async () => (await asked(database, '{connectors{accountID}}')).items.map(({ accountID }) => accountID);
  await fail(gone);
  expect(await ids()).toEqual([prod, dev]);
  await keep(gone);
  expect(await ids()).toEqual([prod, dev, gone]);
  // A file that does not name it has nothing to say of it.
  await enrollConnectors(database, all, { skipped: [], isAll: true });
  expect(await ids()).toEqual([prod, dev, gone]);
});
