import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { everything } from '../../src/inventory/page.ts';
import { exportAssets } from '../../src/inventory/snapshot/export-assets.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { scanAccount } from '../../src/store/scans/scan-account.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { always } from '../../src/where/expression.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { keepAccount, withStore } from './kept-account.ts';
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

type Line = Readonly<Record<string, unknown>>;
const [header = '', ...assets] = (await snapshotOf(openSample().inventory())).trimEnd().split('\n');
const { sha256: _digest, ...unsigned } = JSON.parse(header);
const textOf = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** The sample as if it were read live. */
const lines: readonly Line[] = [{ ...unsigned, source: 'live' }, ...assets.map((line) => JSON.parse(line))];
const account = textOf(lines);

/** The same, whose password policy nobody was allowed to read. */
const refused = { code: 'AccessDenied', message: 'not allowed' };
const { PASSWORD_POLICY: _read, ...facts } = unsigned.facts;
const withoutPolicy = textOf([
  {
    ...lines[0],
    facts,
    types: { ...unsigned.types, IAMPasswordPolicy: { ...unsigned.types.IAMPasswordPolicy, assets: 0 } },
    unread: [
      { type: 'Connector', fields: ['passwordPolicy'], ...refused },
      { type: 'IAMPasswordPolicy', ...refused },
    ],
  },
  ...lines
    .slice(1)
    .flatMap(({ passwordPolicy: _policy, ...line }) => (line['__typename'] === 'IAMPasswordPolicy' ? [] : [line])),
]);

/** Which answer told a fact of the password policy. */
async function policyTold(inventory: Inventory) {
  const { assets: found } = await inventory.find('IAMPasswordPolicy', always, everything);
  return inventory.provenance(found[0] as Asset, 'minimumPasswordLength');
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

  test('a snapshot of a store is that of the account that was scanned, and is one that can be read', async () => {
    await keepAccount(store.database, reopen(account));
    const again = await withStore(store.database, {}, snapshotOf);
    expect(await snapshotOf(reopen(again))).toBe(again);
    expect(again).toBe(await snapshotOf(reopen(account)));
  });

  test('what could not be read is told by the answer that an earlier scan had', async () => {
    const { at: then, ...told } = await policyTold(reopen(account));
    expect(told).toEqual({ source: 'iam:GetAccountPasswordPolicy', isGenerated: false });
    await keepAccount(store.database, reopen(account));
    for (const length of [1, 2]) {
      await keepAccount(store.database, reopen(withoutPolicy));
      const ofStore = await withStore(store.database, {}, policyTold);
      expect(ofStore, `after ${length} scans without`).toEqual({ ...told, at: then });
    }
    // So it is in a snapshot of the store.
    const again = await withStore(store.database, {}, snapshotOf);
    expect(await policyTold(reopen(again))).toEqual({ ...told, at: then });
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
  ])('%s that could not be read is said, as over the account itself', async (_title, lacking, type, said) => {
    await scan(store.database, lacking);
    const source = new StoreSource(store.database, everyAccount);
    const ofStore = await exported(source.inventory(), type);
    await source.close();
    const ofAccount = await exported(accountOf(lacking).inventory(), type);
    for (const { unread } of [ofStore, ofAccount]) expect(unread.map((one) => one.split(' ')[0])).toContain(said);
    if (said === 'IAMUser.path') expect(ofStore.lines.join()).not.toContain('"path"');
  });
});
