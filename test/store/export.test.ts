import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { exportAssets } from '../../src/inventory/snapshot/export-assets.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { scanAccount } from '../../src/store/scans/scan-account.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { type Assets, accountOf, backends, scan } from './scanned-accounts.ts';

const everyAccount = { connectors: undefined, tags: {}, asOf: undefined };

async function exported(inventory: Inventory, ...types: readonly string[]) {
  const lines: string[] = [];
  const unread: string[] = [];
  for (const type of types) {
    const told = exportAssets(inventory, type as never, ({ kind }, field) =>
      unread.push(`${type}.${field ?? ''} ${kind}`),
    );
    for await (const line of told) lines.push(line);
  }
  return { lines, unread: [...new Set(unread)] };
}

describe.each(Object.entries(backends))('exporting from a store, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store?.stop());

  test('every line is that of a snapshot of the same account', async () => {
    await scanAccount(store.database, openSample(), {}, '0.0.0');
    const source = new StoreSource(store.database, everyAccount);
    const types = Object.keys(catalogue);
    expect(await exported(source.inventory(), ...types)).toEqual(await exported(openSample().inventory(), ...types));
    await source.close();
  });

  const oneKey = { accessKey1Active: true, accessKey1LastRotated: '2025-01-01T00:00:00Z' };
  test.each<readonly [string, Assets, string, string]>([
    ['a type', { IAMUser: 'unread' }, 'IAMUser', 'IAMUser.'],
    [
      'the parts of an owner',
      { IAMUser: [{ userName: 'ana', accessKeys: 'unread', hasIAMUserCredentials: oneKey }] },
      'IAMAccessKey',
      'IAMAccessKey.',
    ],
    ['a field', { IAMUser: [{ userName: 'ana', path: 'unread' }] }, 'IAMUser', 'IAMUser.path'],
  ])('%s that could not be read is said, as over the account itself', async (_title, assets, type, said) => {
    await scan(store.database, assets);
    const source = new StoreSource(store.database, everyAccount);
    const ofStore = await exported(source.inventory(), type);
    await source.close();
    const ofAccount = await exported(accountOf(assets).inventory(), type);
    for (const { unread } of [ofStore, ofAccount]) expect(unread.map((one) => one.split(' ')[0])).toContain(said);
    if (said === 'IAMUser.path') expect(ofStore.lines.join()).not.toContain('"path"');
  });
});
