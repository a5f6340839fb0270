import { catalogue } from '../../iam/catalogue.generated.ts';
import type { Database, SqlSession } from '../database/database.ts';
import { quoted, tablesOf } from '../tables.ts';

export interface Expired {
  readonly scans: number;
  readonly rows: number;
  /** Findings that were resolved or retired by then, with all that was known of them. */
  readonly findings: number;
  readonly judgements: number;
}

/**
 * Of each account, all scans that ended before a time but the newest, which says how things were at that time, and the
 * newest good one, which says what was found where later ones failed.
 */
const EXPIRED_SCANS = `
  DELETE FROM scan s
  WHERE s.ended_at < $1 AND EXISTS (
    SELECT 1 FROM scan newer
    WHERE newer.connector = s.connector AND newer.id > s.id AND newer.ended_at < $1
      AND (newer.header IS NOT NULL OR s.header IS NULL)
  )`;

/** States that none of the scans that are left saw. */
const expiredRows = (table: string): string => `
  DELETE FROM ${quoted(table)} t
  WHERE t._last IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM scan s
    WHERE s.connector = t._connector AND s.header IS NOT NULL AND s.id >= t._first AND s.id < t._last
  )`;

/**
 * States of findings that were others before that time; of findings that were resolved or retired before it, the last too.
 * One that is open or excepted stays, with when it was first seen: its newest row tells that.
 */
const EXPIRED_FINDINGS = `
  DELETE FROM finding WHERE next_at <= $1 OR (next_at IS NULL AND ended IS NOT NULL AND last_at < $1)`;

/** What was said before that time and changed nothing. What changed something is what the summary over time is made of. */
const EXPIRED_JUDGEMENTS = 'DELETE FROM judgement WHERE next_at <= $1 AND changes IS NULL';

/** Nobody sends again what such a scan changed. */
const EXPIRED_DELIVERIES = `
  DELETE FROM delivery d WHERE NOT EXISTS (SELECT 1 FROM scan s WHERE s.id = d.scan)`;

/** Deletes what is needed for no question as of that time or later. What is true now stays, however old it is. */
export function expire(database: Database, before: Date): Promise<Expired> {
  return database.transaction(async (session) => {
    const scans = await deleted(session, EXPIRED_SCANS, [before]);
    let rows = 0;
    // Without a scan less, there is no state that nothing needs.
    if (scans > 0) for (const { name } of tablesOf(catalogue)) rows += await deleted(session, expiredRows(name), []);
    const judgements = await deleted(session, EXPIRED_JUDGEMENTS, [before]);
    const findings = await countGone(session, before);
    await session.query(EXPIRED_FINDINGS, [before]);
    await session.query(EXPIRED_DELIVERIES);
    return { scans, rows, findings, judgements };
  });
}

async function countGone(session: SqlSession, before: Date): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM finding WHERE next_at IS NULL AND ended IS NOT NULL AND last_at < $1',
    [before],
  );
  return row?.count ?? 0;
}

async function deleted(session: SqlSession, sql: string, values: readonly unknown[]): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `WITH deleted AS (${sql} RETURNING 1) SELECT count(*)::int AS count FROM deleted`,
    values,
  );
  return row?.count ?? 0;
}

/** Gives the room of deleted rows back to the database, and lets it count anew what it plans by. */
export const vacuum = (database: Database): Promise<void> => database.run('VACUUM (ANALYZE)');
