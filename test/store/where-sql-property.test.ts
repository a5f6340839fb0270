import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import type { AssetTypeName } from '../../src/iam/catalogue.generated.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { rowsNow } from '../../src/store/statement.ts';
import { compile } from '../../src/where/evaluate.ts';
import { preparePatterns } from '../../src/where/patterns.ts';
import { type Answer, SqlWriter, type Taking } from '../../src/where/sql.ts';
import { startPostgres } from '../support/postgres.ts';
import { records, unreadServers } from '../where/random-servers.ts';
import { wheres } from '../where/random-where.ts';
import { readJson } from '../where/read-server-where.ts';
import { types } from '../where/server-schema.ts';
import { Tally } from '../where/tally.ts';
import { identified, keepServers, serverTables } from './server-store.ts';

let database: Database;

/** Opens a database of its own; what it gives ends it. */
const databases: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  PGlite: async () => {
    database = await openPglite(undefined);
    return () => database.close();
  },
  PostgreSQL: async () => {
    const server = await startPostgres();
    database = await openPostgres(server.url);
    return async () => {
      await database.close();
      await server.stop();
    };
  },
};

beforeAll(() => preparePatterns({ kind: 'matches', type: 'Server' as AssetTypeName, field: 'zone', value: '' }));

/** A server makes its files first. */
const START_MS = 60_000;

const asked = (where: object) => readJson('Server', where);

/** The identifiers for which a condition has that answer, as SQL finds them. */
async function foundBySql(where: object, answer: Answer, taking: Taking, hasUnread: boolean) {
  const writer = new SqlWriter(rowsNow, types, () => hasUnread);
  const condition = writer.condition(asked(where), 'server', answer, taking);
  const rows = await database.query<{ identifier: string }>(
    `SELECT identifier FROM "Server" server WHERE server._last IS NULL AND ${condition}`,
    writer.values,
  );
  return new Set(rows.map(({ identifier }) => identifier));
}

const read = (asset: Asset, field: string): unknown => asset[field];

/** The same, as it is found in memory. */
function foundInMemory(where: object, servers: readonly Asset[], answer: Answer, taking: Taking) {
  const predicate = compile(asked(where), read)[taking][answer];
  return new Set(servers.filter(predicate).map(({ identifier }) => identifier));
}

const ANSWERS = [
  ['isTrue', 'certainly'],
  ['isFalse', 'certainly'],
  ['isTrue', 'possibly'],
  ['isFalse', 'possibly'],
] as const;

const withoutPatterns = (where: object): boolean => !JSON.stringify(where).includes('_MATCHES');

describe.each(Object.keys(databases))(
  'SQL on %s gives each answer to the rows that the evaluation in memory gives it to',
  (name) => {
    let close: () => Promise<void>;
    beforeAll(async () => {
      close = await (databases[name] as () => Promise<typeof close>)();
      await database.run(serverTables());
    }, START_MS);
    afterAll(() => close());

    test('with every fact read', async () => {
      const outcomes = new Tally();
      const manyServers = fc.array(records('Server'), { minLength: 8, maxLength: 8 });
      const questions = fc.array(wheres('Server').filter(withoutPatterns), { minLength: 10, maxLength: 10 });
      const agrees = fc.asyncProperty(manyServers, questions, async (some, asks) => {
        const servers = identified(some);
        await keepServers(database, servers);
        for (const where of asks) {
          for (const [answer, taking] of ANSWERS) {
            const expected = foundInMemory(where, servers, answer, taking);
            expect([where, await foundBySql(where, answer, taking, false)]).toEqual([where, expected]);
            for (const server of servers) outcomes.count(expected.has(server['identifier']));
          }
        }
      });
      await fc.assert(agrees, { numRuns: 40 });
      outcomes.expectEach([true, false], 0.15);
    });

    test('with facts that nobody has read', async () => {
      const some = fc.array(unreadServers, { minLength: 6, maxLength: 6 });
      const questions = fc.array(wheres('Server').filter(withoutPatterns), { minLength: 10, maxLength: 10 });
      const agrees = fc.asyncProperty(some, questions, async (hidden, asks) => {
        const servers = identified(hidden.map(({ server }) => wholeLists(server)));
        await keepServers(database, servers);
        for (const where of asks) {
          for (const [answer, taking] of ANSWERS) {
            const expected = foundInMemory(where, servers, answer, taking);
            expect([where, answer, taking, await foundBySql(where, answer, taking, true)]).toEqual([
              where,
              answer,
              taking,
              expected,
            ]);
          }
        }
      });
      await fc.assert(agrees, { numRuns: 40 });
    });
  },
);

/** A scan keeps a list that was read in part as one that was not. */
function wholeLists(record: Asset): Asset {
  const fields = Object.entries(record).map(([name, value]) => {
    if (Array.isArray(value) && value.includes(UNREAD)) return [name, UNREAD];
    if (Array.isArray(value) && typeof value[0] === 'object') return [name, value.map((item) => wholeLists(item))];
    return [
      name,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? wholeLists(value as Asset) : value,
    ];
  });
  return Object.fromEntries(fields);
}
