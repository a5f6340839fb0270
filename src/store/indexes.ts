import { createHash } from 'node:crypto';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { Expression } from '../where/expression.ts';
import { soughtCondition } from '../where/sql.ts';
import type { Database, SqlSession } from './database/database.ts';
import { MIGRATION_LOCK } from './migrations.ts';
import { soughtRelations } from './sought.generated.ts';
import { rowsNow } from './statement.ts';
import { quoted } from './tables.ts';

/** An index beside those that every table has from its beginning. */
interface Index {
  readonly name: string;
  readonly table: string;
  /** Several statements. */
  readonly sql: string;
}

/**
 * Indexes for what the bundled controls look for. One holds the rows that are found now and no others, so that it costs next
 * to nothing to write, and one those that were; Postgres keeps a statistic of how many these are, which it cannot know from
 * those of the columns. Another leads from what a relation leads to back to whom it is of, or was.
 */
export function soughtIndexes(): readonly Index[] {
  const indexes = soughtRelations.flatMap(({ type, field, of }) => [
    ...foundIn(targetOf(type, field), of),
    backTo(type, field),
  ]);
  return [...new Map(indexes.map((index) => [index.name, index])).values()];
}

/** All names of them, of this iamql and others, end so. */
const SOUGHT = '_sought_';

const targetOf = (type: AssetTypeName, field: string): string => catalogue[type].fields[field]?.type as string;

function foundIn(table: string, of: Expression): readonly Index[] {
  const condition = soughtCondition(rowsNow, catalogue, of, quoted(table));
  // A condition that changes is another index.
  const name = `${table}${SOUGHT}${createHash('md5').update(condition).digest('hex').slice(0, 8)}`;
  const past = `${name}_past`;
  const on = (last: string): string =>
    `ON ${quoted(table)} (identifier, _connector) WHERE _last ${last} AND (${condition}) IS TRUE`;
  return [
    {
      name,
      table,
      sql: `CREATE INDEX ${quoted(name)} ${on('IS NULL')}; CREATE STATISTICS ${quoted(name)} ON (${condition}) FROM ${quoted(table)}`,
    },
    { name: past, table, sql: `CREATE INDEX ${quoted(past)} ${on('IS NOT NULL')}` },
  ];
}

function backTo(table: string, field: string): Index {
  const name = `${table}${SOUGHT}${field}_last`;
  const sql = `CREATE INDEX ${quoted(name)} ON ${quoted(table)} (${quoted(field)}, _connector, _last)`;
  return { name, table, sql };
}

/**
 * Makes the indexes that a store lacks, and drops those of other conditions. Who reads meanwhile is not kept from it, who
 * writes waits. Questions are answered without them, and more slowly, so who only asks need not be allowed to make them.
 */
export async function makeIndexes(database: Database): Promise<void> {
  if ((await lackingIn(database)).length === 0) return;
  await database.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    // Looked at again: another process may have been here while this one waited.
    const lacking = await lackingIn(session);
    for (const name of await othersIn(session))
      await session.run(`DROP INDEX ${quoted(name)}; DROP STATISTICS IF EXISTS ${quoted(name)}`);
    for (const { sql } of lacking) await session.run(sql);
    for (const table of new Set(lacking.map((index) => index.table))) await session.run(`ANALYZE ${quoted(table)}`);
  });
}

async function lackingIn(session: SqlSession): Promise<readonly Index[]> {
  const there = await namesIn(session);
  return soughtIndexes().filter(({ name }) => !there.has(name));
}

async function othersIn(session: SqlSession): Promise<readonly string[]> {
  const ours = new Set(soughtIndexes().map(({ name }) => name));
  return [...(await namesIn(session))].filter((name) => !ours.has(name));
}

async function namesIn(session: SqlSession): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ name: string }>(
    'SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND strpos(indexname, $1) > 0',
    [SOUGHT],
  );
  return new Set(rows.map(({ name }) => name));
}
