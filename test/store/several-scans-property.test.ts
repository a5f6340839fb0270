import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import { IamqlError } from '../../src/iam/error.ts';
import { type Instant, instantOf } from '../../src/iam/instant.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { ManyAccounts } from '../../src/inventory/many-accounts.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { migrate } from '../../src/store/migrations.ts';
import { writeFailedScan } from '../../src/store/scans/write-scan.ts';
import { denied, scriptedAccount } from '../inventory/live-account.ts';
import { snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { everyAction } from '../support/asked-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { everyKindOfUser } from '../support/every-kind-of-user.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { type ValuesOf, valuesIn, wheresOver } from '../where/random-where.ts';
import type { TypeName } from '../where/server-schema.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

/*
 * Several accounts are scanned twice, under faults; users and roles are gone in between, and a scan may read nothing at all.
 * The store must say as much as the snapshots of the last scans together, and leave open whatever they leave open.
 */

const account = scriptedAccount();
let database: Database;
let valuesOf: ValuesOf;
beforeAll(async () => {
  database = await openPglite(undefined);
  const [, ...lines] = (await snapshotOf(account.open(everyKindOfUser))).trimEnd().split('\n');
  valuesOf = valuesIn(lines.map((line) => JSON.parse(line)));
});
afterAll(() => database.close());

interface Scan {
  readonly gone: readonly number[];
  readonly faults: readonly string[];
  readonly isFailed: boolean;
}

const scans: fc.Arbitrary<Scan> = fc.record({
  gone: fc.array(fc.nat(12), { maxLength: 4 }),
  faults: fc.array(fc.constantFrom(...everyAction), { maxLength: 2 }),
  isFailed: fc.integer({ min: 1, max: 6 }).map((one) => one === 1),
});
const rounds = fc.array(fc.array(scans, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 });

const idOf = (index: number): string => `11112222333${index + 3}`;

function scenarioOf({ gone, faults }: Scan, accountId: string): Scenario {
  const isLeft = (_one: unknown, index: number): boolean => !gone.includes(index);
  const { users = [], iamRoles = [], ...rest } = everyKindOfUser;
  const left = { ...rest, users: users.filter(isLeft), iamRoles: iamRoles.filter(isLeft) };
  const text = JSON.stringify({ ...left, faults: faults.map((action) => denied(action)) });
  return { ...JSON.parse(text.replaceAll('111122223333', accountId)), accountId };
}

interface Kept {
  readonly id: string;
  readonly kept: KeptAccount | undefined;
  readonly failure?: IamqlError;
}

async function scan(one: Scan, id: string, endedAt: Date): Promise<Kept> {
  try {
    if (one.isFailed) throw new IamqlError('AccessDenied', 'sts:AssumeRole denied');
    return { id, kept: await keepAccount(database, account.open(scenarioOf(one, id)), endedAt) };
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    const connector = { id, name: id, accountID: id };
    await writeFailedScan(database, { connector, error, startedAt: endedAt, endedAt });
    return { id, kept: undefined, failure: error };
  }
}

/** The snapshots of the last scans together. */
const inMemory = (all: readonly Kept[]): Inventory =>
  new ManyAccounts(
    all.map(({ id, kept, failure }) => ({
      ...{ id, name: id, organization: undefined, units: [], tags: {}, failure },
      inventory: kept?.snapshot(),
    })),
    { setupSeconds: 0 },
  );

interface Asked {
  readonly text: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const ofType = (type: AssetTypeName): fc.Arbitrary<Asked> => {
  const { root, fields } = catalogue[type];
  const sortable = Object.entries(fields).filter(([, field]) => !field.relation && !field.list);
  const order = fc.tuple(fc.constantFrom(...sortable.map(([name]) => name)), fc.constantFrom('ASC', 'DESC'));
  const sort = fc.array(
    order.map(([name, direction]) => ({ [name]: direction })),
    { maxLength: 2 },
  );
  const names = Object.entries(fields).map(([name, { relation }]) => (relation ? `${name}{identifier}` : name));
  const text = `query($where:${type}Where,$sort:[${type}Sort!],$first:Int){
    list:${root}(where:$where,options:{sort:$sort}){${names.join(' ')}}
    counted:${root}Aggregate(where:$where){count}
    page:${root}Connection(where:$where,sort:$sort,first:$first){totalCount pageInfo{hasNextPage} edges{node{identifier accountID}}}
    peek:${root}Connection(where:$where,sort:$sort,first:$first){pageInfo{hasNextPage} edges{node{identifier}}}
  }`;
  const variables = fc.record({ where: wheresOver(type as string as TypeName, valuesOf), sort, first: fc.nat(4) });
  return variables.map((some) => ({ text, variables: some }));
};

const named: fc.Arbitrary<Asked> = fc
  .tuple(fc.constantFrom(...Object.entries(namedFields)), fc.constantFrom(1, 45, 900))
  .map(([[name, of], days]) => ({
    text: `{list:${name}${'days' in of ? `(days:${days})` : ''}{...on IAsset{identifier accountID}}}`,
  }));

/** What is answered under each name, and whether anything is left open of it. */
async function answerOf(inventory: Inventory, { text, variables = {} }: Asked) {
  const { result } = await ask(inventory, { text, variables });
  const errors = result.errors ?? [];
  for (const { extensions, message, originalError } of errors)
    if (extensions['code'] === 'INTERNAL_SERVER_ERROR') throw originalError ?? new Error(message);
  return Object.entries(result.data ?? {}).map(([name, value]) => {
    const isOpen = errors.some(({ path = [] }) => path[0] === name);
    return [name, isOpen ? 'open' : value] as const;
  });
}

test(
  'the store leaves open what the last scans leave open, and says the rest',
  async () => {
    const types = Object.keys(catalogue) as readonly AssetTypeName[];
    const question = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...types).chain(ofType) }, named);
    const asks = fc.array(question, { minLength: 16, maxLength: 16 });
    const agree = async (store: Inventory, all: readonly Kept[], some: readonly Asked[]) => {
      const memory = inMemory(all);
      for (const asked of some)
        expect([asked, await answerOf(store, asked)]).toEqual([asked, await answerOf(memory, asked)]);
    };
    const agrees = fc.asyncProperty(rounds, asks, async (both, some) => {
      await database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      await migrate(database, catalogue);
      const known: Kept[][] = [];
      for (const [day, of] of both.entries()) {
        const found: Kept[] = [];
        for (const [index, one] of of.entries())
          found.push(await scan(one, idOf(index), new Date(Date.UTC(2026, 0, day + 1))));
        known.push(found);
      }
      const [before = [], now = []] = known;
      await withStore(database, {}, (store) => agree(store, now, some.slice(0, 10)));
      const asOf: Instant = instantOf(new Date(Date.UTC(2026, 0, 1)));
      await withStore(database, { asOf }, (store) => agree(store, before, some.slice(10)));
    });
    await fc.assert(agrees, { numRuns: propertyRuns(2), endOnFailure: true });
  },
  propertyRuns(60_000),
);
