import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import { type Instant, instantOf } from '../../src/iam/instant.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { makeIndexes } from '../../src/store/indexes.ts';
import { migrate } from '../../src/store/migrations.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { soughtRelations } from '../../src/store/sought.generated.ts';
import type { Expression } from '../../src/where/expression.ts';
import { reopen } from '../inventory/snapshot/snapshot-of.ts';
import { databases, START_MS } from '../support/databases.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { wheres } from '../where/random-where.ts';
import type { TypeName } from '../where/server-schema.ts';
import { Tally } from '../where/tally.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';
import { randomAccounts } from './random-account.ts';

const types = Object.keys(catalogue) as readonly AssetTypeName[];

/** How many of the questions are asked of the time before, too. */
const THEN = 2;

interface Asked {
  readonly type: AssetTypeName;
  readonly where: object;
  readonly sort: readonly object[];
  readonly limit: number;
  readonly offset: number;
}

/** A condition as a text asks it; the other way round, it is the same one. */
function whereOf(expression: Expression, isTurned: boolean): object {
  if (expression.kind === 'and' || expression.kind === 'or') {
    const parts = expression.of.map((part) => whereOf(part, isTurned));
    return { [expression.kind.toUpperCase()]: isTurned ? parts.reverse() : parts };
  }
  const { field, ...rest } = expression as Extract<Expression, { field: string }>;
  return { [field]: 'value' in rest ? rest.value : null };
}

/** What the store has indexes for: alone, among other conditions, and turned over. */
const sought = fc
  .tuple(fc.constantFrom(...soughtRelations), fc.boolean(), fc.nat({ max: 3 }))
  .map(([{ type, field, of }, isTurned, form]) => {
    const where = whereOf(of, isTurned);
    const forms = [
      where,
      { AND: [{ accessKey1Active: true }, where] },
      { NOT: where },
      { OR: [where, { user: null }] },
    ];
    return { type, where: { [field]: forms[form] }, sort: [], limit: 2, offset: 1 };
  });

const random: fc.Arbitrary<Asked> = fc.constantFrom(...types).chain((type) => {
  const sortable = Object.entries(catalogue[type].fields).filter(([, field]) => !field.relation && !field.list);
  const order = fc
    .tuple(fc.constantFrom(...sortable.map(([name]) => name)), fc.constantFrom('ASC', 'DESC'))
    .map(([name, direction]) => ({ [name]: direction }));
  return fc.record({
    type: fc.constant(type),
    where: wheres(type as string as TypeName),
    sort: fc.array(order, { maxLength: 2 }),
    limit: fc.nat({ max: 4 }),
    offset: fc.nat({ max: 3 }),
  });
});

const questions: fc.Arbitrary<Asked> = fc.oneof({ weight: 6, arbitrary: random }, sought);

/** The fields of a type that are no relations, and of each relation the identifiers. */
const selectionOf = (type: AssetTypeName): string =>
  Object.entries(catalogue[type].fields)
    .map(([name, { relation }]) => (relation ? `${name}{identifier}` : name))
    .join(' ');

const textOf = (type: AssetTypeName): string => {
  const { root } = catalogue[type];
  return `query($where:${type}Where,$sort:[${type}Sort!],$limit:Int,$offset:Int){
    all:${root}(where:$where,options:{sort:$sort}){${selectionOf(type)}}
    page:${root}(where:$where,options:{sort:$sort,limit:$limit,offset:$offset}){identifier}
    ${root}Aggregate(where:$where){count}
    ${root}Connection(where:$where,sort:$sort,first:$limit){totalCount pageInfo{hasNextPage hasPreviousPage} edges{node{identifier}}}
    peek:${root}Connection(where:$where,sort:$sort,first:$limit){pageInfo{hasNextPage hasPreviousPage} edges{node{identifier}}}
  }`;
};

/**
 * What an inventory answers. In which order it says why assets are left open is promised to nobody, nor which of them it
 * names where no count can be told; the store says before each error which account it is about.
 */
async function answerOf(inventory: Inventory, { type, ...variables }: Asked) {
  const { result } = await ask(inventory, { text: textOf(type), variables });
  const errors = (result.errors ?? []).map(({ path = [], extensions, message, originalError }) => {
    if (extensions['code'] === 'INTERNAL_SERVER_ERROR') throw originalError ?? new Error(message);
    const place = path.length > 1 && typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
    const isCount = path.at(-1) === 'count' || path.at(-1) === 'totalCount';
    return `${place.join('.')} ${extensions['code']} ${isCount ? '' : message.replaceAll(/account \d+: /g, '')}`;
  });
  return { data: result.data, errors: errors.sort() };
}

const isEmpty = (data: unknown): boolean => ((data as { all?: readonly unknown[] } | null)?.all ?? []).length === 0;

describe.each(Object.keys(databases))('a scan on %s answers as a snapshot of the same facts does', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
    await migrate(database, catalogue);
    await makeIndexes(database);
  }, START_MS);
  afterAll(() => database.close());

  test.each([
    ['with every fact read', false],
    ['with facts that nobody has read', true],
  ])(
    '%s',
    async (_name, unread) => {
      const outcomes = new Tally();
      const asks = fc.array(questions, { minLength: 25, maxLength: 25 });
      let before: { readonly asOf: Instant; readonly kept: KeptAccount } | undefined;
      const agrees = fc.asyncProperty(randomAccounts({ unread }), asks, async ({ text }, some) => {
        const agree = async (scope: Partial<ScopeRequest>, kept: KeptAccount, questions: readonly Asked[]) => {
          const snapshot = kept.snapshot();
          await withStore(database, scope, async (store) => {
            for (const asked of questions) {
              const expected = await answerOf(snapshot, asked);
              expect([scope, asked, await answerOf(store, asked)]).toEqual([scope, asked, expected]);
              outcomes.count(isEmpty(expected.data));
            }
          });
        };
        const endedAt = new Date();
        const kept = await keepAccount(database, reopen(text), endedAt);
        await agree({}, kept, some);
        // As of the scan before it, whatever has changed since.
        if (before) {
          const { asOf } = before;
          await agree({ asOf }, before.kept, some.slice(0, THEN));
          await agree({ asOf, connectors: [kept.connector] }, before.kept, some.slice(THEN, 2 * THEN));
        }
        before = { asOf: instantOf(endedAt), kept };
      });
      await fc.assert(agrees, { numRuns: propertyRuns(6), endOnFailure: true });
      outcomes.expectEach([true, false], 0.15);
    },
    propertyRuns(60_000),
  );
});
