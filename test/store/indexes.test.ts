import { expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { makeIndexes, soughtIndexes } from '../../src/store/indexes.ts';
import { Scope } from '../../src/store/scope.ts';
import { soughtRelations } from '../../src/store/sought.generated.ts';
import { Statement } from '../../src/store/statement.ts';
import { withAdditionalKeys } from '../../src/where/additional-keys.ts';
import { always } from '../../src/where/expression.ts';
import { runCli } from '../support/run-cli.ts';
import { makesStores } from '../support/stores.ts';

const newStore = makesStores('PostgreSQL');
const timeout = 60_000;

const founding = ['check', 'aws-iam-no-initial-access-keys', '--format', 'json'];
const wanted = soughtIndexes().map(({ name }) => name);

async function withDatabase<T>(store: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openPostgres(store);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function soughtIn(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE '%\\_sought\\_%'
     UNION ALL SELECT stxname FROM pg_statistic_ext WHERE stxname LIKE '%\\_sought\\_%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** Each index of a condition has a statistic of its name beside it. */
const both = [...wanted, ...wanted.filter((name) => /_[0-9a-f]{8}$/.test(name))].sort();

const dropAll = (database: Database) =>
  database.run(wanted.map((name) => `DROP INDEX IF EXISTS "${name}"; DROP STATISTICS IF EXISTS "${name}"`).join(';'));

/** By which it would read all of a small table. */
const simple = ['seqscan', 'bitmapscan'];

/** How Postgres goes about a statement where no table is so small that it reads all of it. */
async function planOf(
  database: Database,
  statement: Statement,
  sql: string,
  ...without: readonly string[]
): Promise<string> {
  const { session, close } = await database.view();
  try {
    for (const way of without) await session.run(`SET LOCAL enable_${way} = off`);
    const rows = await session.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, statement.values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await close();
  }
}

test('what the bundled controls look for is found by an index, whatever else was not read', { timeout }, async () => {
  const store = await newStore();
  await runCli(['scan', '--sample', '--store', store]);
  await withDatabase(store, async (database) => {
    expect(await soughtIn(database)).toEqual(both);
    // Postgres has counted what the scan wrote, and will not plan as for empty tables.
    const [row] = await database.query<{ planned: number; there: number }>(
      `SELECT reltuples::int AS planned, (SELECT count(*)::int FROM "IAMAccountSummaryItem") AS there
       FROM pg_class WHERE oid = '"IAMAccountSummaryItem"'::regclass`,
    );
    expect(row).toEqual({ planned: row?.there, there: expect.any(Number) });
    for (const hasUnread of [false, true]) {
      for (const relation of soughtRelations) {
        const scope = new Scope([], { connectors: undefined, tags: {}, asOf: undefined });
        scope.mayBeUnread = () => hasUnread;
        const target = catalogue[relation.type].fields[relation.field]?.type as AssetTypeName;
        const alone = new Statement(target, scope);
        const plan = await planOf(
          database,
          alone,
          alone.selectAll([alone.matching(relation.of, 'certainly')]),
          ...simple,
        );
        expect(plan).toMatch(new RegExp(`using "${target}_sought_[0-9a-f]{8}"`));
        const related = new Statement(relation.type, scope);
        const joined = await planOf(
          database,
          related,
          related.selectAll([related.matching(relation, 'certainly')]),
          ...simple,
        );
        expect(joined).toContain(`${target}_sought_`);
        // As of an earlier time what is so now is looked for, and what was so.
        const then = new Scope([], { connectors: undefined, tags: {}, asOf: '2026-01-01T00:00:00+00:00' });
        then.mayBeUnread = () => hasUnread;
        const past = new Statement(target, then);
        const thenPlan = await planOf(
          database,
          past,
          past.selectAll([past.matching(relation.of, 'certainly')]),
          'seqscan',
        );
        expect(thenPlan).toMatch(new RegExp(`on "${target}_sought_[0-9a-f]{8}"`));
        expect(thenPlan).toMatch(new RegExp(`on "${target}_sought_[0-9a-f]{8}_past"`));
      }
    }
  });
});

test('so it is where somebody has more keys than the report has slots, and each key is asked about', {
  timeout,
}, async () => {
  const store = await newStore();
  await runCli(['scan', '--sample', '--store', store]);
  await withDatabase(store, async (database) => {
    await database.run(`INSERT INTO "IAMUserCredentials" SELECT copy.* FROM
        (SELECT * FROM "IAMUserCredentials" WHERE "accessKey1LastUsedDate" IS NOT NULL LIMIT 1) c, generate_series(1, 5000) n,
        jsonb_populate_record(NULL::"IAMUserCredentials", to_jsonb(c) || jsonb_build_object('identifier', c.identifier || n)) copy;
      ANALYZE "IAMUserCredentials"`);
    const scope = new Scope([], { connectors: undefined, tags: {}, asOf: undefined });
    const sought = soughtRelations.map(({ of }) => of).find((of) => withAdditionalKeys(of) !== of && of.kind === 'or');
    const statement = new Statement('IAMUserCredentials', scope);
    const found = statement.matching(withAdditionalKeys(sought ?? always), 'certainly');
    const { session, close } = await database.view();
    const rows = await session.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${statement.selectAll([found])}`,
      statement.values,
    );
    await close();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/IAMUserCredentials_sought_[0-9a-f]{8}/);
    expect(plan).not.toContain('Seq Scan on "IAMUserCredentials"');
  });
});

test('a store that lacks them is answered as before, and the next scan makes them', { timeout }, async () => {
  const store = await newStore();
  await runCli(['scan', '--sample', '--store', store]);
  const before = await runCli([...founding, '--store', store]);
  expect(before.code).toBe(1);
  await withDatabase(store, async (database) => {
    await dropAll(database);
    await database.run(`CREATE INDEX "IAMUserCredentials_sought_0ldc0nd1" ON "IAMUserCredentials" (identifier);
      CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA public TO reader;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`);
  });
  const reader = store.replace('iamql:iamql@', 'reader:reader@');
  const lacking = await runCli([...founding, '--store', reader]);
  const findings = (text: string) =>
    JSON.parse(text).controls[0].rules.map((rule: { findings: unknown }) => rule.findings);
  expect([lacking.code, findings(lacking.stdout)]).toEqual([before.code, findings(before.stdout)]);
  expect(await withDatabase(store, soughtIn)).toEqual(['IAMUserCredentials_sought_0ldc0nd1']);
  expect((await runCli(['scan', '--sample', '--store', store])).code).toBe(0);
  expect(await withDatabase(store, soughtIn)).toEqual(both);
});

test('who reads is not kept waiting while they are made, and several processes make them once', {
  timeout,
}, async () => {
  const store = await newStore();
  await runCli(['scan', '--sample', '--store', store]);
  await withDatabase(store, async (database) => {
    await dropAll(database);
    const { session, close } = await database.view();
    const users = () => session.query('SELECT count(*)::int AS count FROM "IAMUser" WHERE _last IS NULL');
    const before = await users();
    await Promise.all([makeIndexes(database), makeIndexes(database), makeIndexes(database)]);
    expect(await users()).toEqual(before);
    await close();
    expect(await soughtIn(database)).toEqual(both);
  });
});
