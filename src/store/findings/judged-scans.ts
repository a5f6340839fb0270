import type { JudgedControl } from '../../inventory/findings.ts';
import type { SqlSession } from '../database/database.ts';
import type { JudgedScan } from './keep-findings.ts';

/**
 * The scans that are to be judged, oldest first: of each account those since the last that was, and the newest, which other
 * controls may have been judged over.
 *
 * @param connectors by id; undefined for all.
 */
export async function scansToJudge(
  session: SqlSession,
  connectors?: readonly string[],
): Promise<readonly JudgedScan[]> {
  const rows = await session.query<{ id: string; connector: string; ended_at: Date }>(
    `SELECT s.id::text AS id, s.connector, s.ended_at FROM scan s JOIN connector c ON c.id = s.connector
     WHERE s.header IS NOT NULL AND ($1::text[] IS NULL OR s.connector = ANY($1))
       AND (s.id = c.scan OR s.id > coalesce((SELECT max(j.scan) FROM judgement j WHERE j.connector = s.connector), 0))
     ORDER BY s.id`,
    [connectors ?? null],
  );
  return rows.map(({ id, connector, ended_at: endedAt }) => ({ id, connector, endedAt }));
}

/** The controls that have said something of a scan, or of a later one of its account, and with which parameters first. */
export async function controlsJudged(
  session: SqlSession,
  { id, connector }: JudgedScan,
): Promise<ReadonlyMap<string, JudgedControl['parameters']>> {
  const rows = await session.query<{ control: string; parameters: JudgedControl['parameters'] }>(
    `SELECT DISTINCT ON (control) control, parameters FROM judgement WHERE connector = $1 AND scan >= $2
     ORDER BY control, judgement.scan`,
    [connector, id],
  );
  return new Map(rows.map(({ control, parameters }) => [control, parameters]));
}
