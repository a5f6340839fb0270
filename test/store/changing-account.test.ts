import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLibrary } from '../../src/controls/load-controls.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import { parseInstant } from '../../src/iam/instant.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory, denied, key, scriptedAccount, USED, user } from '../inventory/live-account.ts';
import { clean } from '../support/asked-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { databases, START_MS } from '../support/databases.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

const { controls } = await readLibrary();
const account = scriptedAccount();

const ana = clean.users?.[0];
const used = (id: string) => key(id, { lastUsed: USED });

/** The same account on three days: somebody is deleted and made again, gets a third key, a policy goes, a read is denied. */
const DAYS: readonly (readonly [day: string, scenario: Scenario])[] = [
  ['2026-01-01T00:00:00Z', { ...clean, users: [...(ana ? [ana] : []), user('bo', used('X'), used('Y'), key('Z'))] }],
  ['2026-01-02T00:00:00Z', { ...clean, users: ana ? [ana] : [], policies: [], faults: [denied('ListSSHPublicKeys')] }],
  [
    '2026-01-03T00:00:00Z',
    {
      ...clean,
      users: [...(ana ? [{ ...ana, tags: { team: 'b' } }] : []), user('bo', key('W'))],
      groups: [{ name: 'admins', inlinePolicies: { own: { Statement: [] } } }],
    },
  ],
];

/** Every field of every asset of every type, and what its relations lead to. */
const everything = Object.entries(catalogue)
  .map(([, { root, fields }]) => {
    const names = Object.entries(fields).map(([field, { relation }]) => (relation ? `${field}{identifier}` : field));
    return `${root}{${names.join(' ')}} ${root}Aggregate{count}`;
  })
  .map((text) => `{${text}}`);

const said = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/account \d+: /g, ''));

describe.each(Object.keys(databases))('as of a day, on %s', (name) => {
  let database: Database;
  const kept: KeptAccount[] = [];
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
    await migrate(database, catalogue);
    for (const [day, scenario] of DAYS) kept.push(await keepAccount(database, account.open(scenario), new Date(day)));
  }, START_MS);
  afterAll(() => database.close());

  /** What the store says as of a time, and what the snapshot says that was taken at the day before it. */
  const both = async <T>(time: string, day: number, of: (inventory: Inventory) => Promise<T>) => {
    const found = await withStore(database, { asOf: parseInstant(time) }, of);
    return [said(found), said(await of((kept[day] as KeptAccount).snapshot()))];
  };

  test.each([
    ['2026-01-01T00:00:00Z', 0],
    ['2026-01-01T23:59:59.999999999Z', 0],
    ['2026-01-02T00:00:00Z', 1],
    ['2026-01-03T00:00:00Z', 2],
    ['2026-02-01T00:00:00Z', 2],
  ])('%s', async (time, day) => {
    for (const text of everything) {
      const [found, expected] = await both(time, day, (inventory) => askInventory(inventory, text));
      expect(found).toEqual(expected);
    }
    for (const control of controls) {
      const [found, expected] = await both(time, day, async (inventory) => {
        const { verdict, rules } = await runControl(inventory, control);
        return { verdict, rules: rules.map(({ errors: _errors, ...rule }) => rule) };
      });
      expect(found).toEqual(expected);
    }
  });

  test('before the first scan nothing is known', async () => {
    const { errors } = await withStore(database, { asOf: parseInstant('2025-12-31T23:59:59Z') }, (store) =>
      askInventory(store, 'iamUsers{userName}'),
    );
    expect(errors).toEqual([expect.stringContaining('NotCollected account 111122223333: it was not scanned')]);
  });

  test('what users have who may be there, and whom nobody could list, is not known', async () => {
    const faults = [denied('GetAccountAuthorizationDetails')];
    const { connector, snapshot } = await keepAccount(
      database,
      account.open({ ...clean, accountId: '444455556666', faults }),
    );
    const both = (text: string) =>
      withStore(database, { connectors: [connector] }, async (store) => [
        await askInventory(store, text),
        await askInventory(snapshot(), text),
      ]);
    for (const text of [
      'iamSSHPublicKeys(where:{status:"Expired"}){userName}',
      'iamSSHPublicKeysAggregate{count}',
      'iamSSHPublicKeysConnection(first:1){totalCount}',
    ]) {
      const [found, expected] = await both(text);
      expect(found?.errors).toEqual([expect.stringContaining('iam:GetAccountAuthorizationDetails denied')]);
      expect(said(found)).toEqual(said(expected));
    }
    for (const { errors } of await both('iamMFADevices(where:{isVirtual:true}){serialNumber}'))
      expect(errors).toEqual([]);
  });

  test('now is the last day', async () => {
    const text = everything[(Object.keys(catalogue) as readonly AssetTypeName[]).indexOf('IAMUser')] ?? '';
    const found = await withStore(database, { connectors: ['111122223333'] }, (store) => askInventory(store, text));
    expect(said(found)).toEqual(said(await askInventory((kept[2] as KeptAccount).snapshot(), text)));
  });
});
