import { catalogue } from '../iam/catalogue.generated.ts';
import type { Database } from './database/database.ts';
import { quoted, tablesOf } from './tables.ts';

/** The part of a table that may be new before Postgres counts anew what it plans by. It costs the same for any table. */
const NEW_SHARE = 0.3;
/** So few rows of a table are no reason. */
const FEW_ROWS = 20;

/** For the end of a transaction: Postgres notes how much was written only at times, unless it is told to. */
export const NOTE_CHANGES = 'SELECT pg_stat_force_next_flush()';

/** Written by anyone since Postgres last counted. */
const CHANGED = `
  SELECT s.relname AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  WHERE s.schemaname = current_schema() AND s.relname = ANY($1)
    AND s.n_mod_since_analyze > $2 + $3 * greatest(c.reltuples, 0) ORDER BY 1`;

/**
 * Lets Postgres count what it plans by, of tables of which much is new: a plan that is made for an empty table takes
 * minutes over a full one. A server does so by itself, a minute too late for who asks right after a scan; within this
 * process nobody else does. Which pages hold no row of the past is noted on the way.
 */
export async function refreshStatistics(database: Database): Promise<void> {
  const names = [...tablesOf(catalogue).map(({ name }) => name), 'scan', 'connector'];
  const changed = await database.query<{ name: string }>(CHANGED, [names, FEW_ROWS, NEW_SHARE]);
  if (changed.length === 0) return;
  // Another process that is at it does it for this one as well.
  await database.run(`VACUUM (ANALYZE, SKIP_LOCKED) ${changed.map(({ name }) => quoted(name)).join(', ')}`);
}
