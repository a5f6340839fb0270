import type { JudgedControl } from '../../inventory/findings.ts';
import type { Database, SqlSession } from '../database/database.ts';
import { type BegunRow, type EndedRow, type KnownFinding, type Merged, mergeFindings } from './merge-findings.ts';

/** A scan whose facts controls were judged over. */
export interface JudgedScan {
  readonly id: string;
  readonly connector: string;
  readonly endedAt: Date;
}

/** So many rows go to the database in one statement. */
const ROWS_AT_ONCE = 5000;

/**
 * Keeps what controls said of a scan: all of it or nothing. A control that has been judged over this scan, or over a later
 * one of the account, is passed over, so that doing it twice changes nothing.
 */
export function keepFindings(database: Database, scan: JudgedScan, judged: readonly JudgedControl[]): Promise<void> {
  return database.transaction(async (session) => {
    // Two processes that judge one account do it one after the other.
    await session.query('SELECT 1 FROM connector WHERE id = $1 FOR UPDATE', [scan.connector]);
    const before = await judgedBefore(session, scan);
    const fresh = judged.filter(({ control }) => BigInt(before.get(control)?.scan ?? 0) < BigInt(scan.id));
    const known = await knownFindings(session, scan.connector, fresh);
    const merged = fresh.map((one) => {
      const judging = { ...scan, judgedAt: before.get(one.control)?.at };
      return mergeFindings(judging, one, known.get(one.control) ?? []);
    });
    const ended = merged.flatMap((one) => one.ended);
    const begun = merged.flatMap((one) => one.begun);
    for (const rows of chunks(ended)) await endRows(session, scan, rows);
    for (const rows of chunks(begun)) await beginRows(session, scan, rows);
    await followJudgements(session, scan, fresh);
    await keepJudgements(
      session,
      scan,
      fresh.map((judged, index) => ({ judged, counts: merged[index]?.counts })),
    );
  });
}

interface Before {
  readonly scan: string;
  readonly at: Date;
}

/** The last judgement of each control over an account. */
async function judgedBefore(session: SqlSession, { connector }: JudgedScan): Promise<ReadonlyMap<string, Before>> {
  const rows = await session.query<{ control: string; scan: string; at: Date }>(
    'SELECT control, scan::text AS scan, at FROM judgement WHERE connector = $1 AND next_at IS NULL',
    [connector],
  );
  return new Map(rows.map((row) => [row.control, row]));
}

/** The newest row of each finding that those controls ever made in an account, by control. */
async function knownFindings(session: SqlSession, connector: string, judged: readonly JudgedControl[]) {
  const rows = await session.query<KnownFinding>(
    `SELECT id, control, parameters, type, identifier, name, key, state, is_known, exception, last IS NULL AS is_now,
            first_seen, became_at, reopened
     FROM finding WHERE connector = $1 AND control = ANY($2) AND next_at IS NULL`,
    [connector, judged.map(({ control }) => control)],
  );
  return Map.groupBy(rows, ({ control }) => control);
}

async function endRows(session: SqlSession, { id, endedAt }: JudgedScan, rows: readonly EndedRow[]): Promise<void> {
  await session.query(
    `UPDATE finding SET last = coalesce(last, $1), last_at = coalesce(last_at, $2), seen_at = coalesce(e.seen_at, finding.seen_at),
            ended = coalesce(finding.ended, e.ended), next_at = CASE WHEN e.ended IS NULL THEN $2::timestamptz END
     FROM unnest($3::text[], $4::timestamptz[], $5::text[]) AS e (id, seen_at, ended)
     WHERE finding.id = e.id AND finding.next_at IS NULL`,
    [id, endedAt, rows.map((row) => row.id), rows.map(({ seenAt }) => written(seenAt)), rows.map(({ ended }) => ended)],
  );
}

async function beginRows(session: SqlSession, scan: JudgedScan, rows: readonly BegunRow[]): Promise<void> {
  const columns = [
    rows.map(({ id }) => id),
    rows.map(({ control }) => control),
    rows.map(({ type }) => type),
    rows.map(({ identifier }) => identifier),
    rows.map(({ name }) => name),
    rows.map(({ key }) => json(key)),
    rows.map(({ exception }) => json(exception)),
    rows.map(({ isKnown }) => isKnown),
    rows.map(({ parameters }) => json(parameters)),
    rows.map(({ change }) => change),
    rows.map(({ firstSeen }) => written(firstSeen)),
    rows.map(({ becameAt }) => written(becameAt)),
    rows.map(({ reopened }) => reopened),
    rows.map(({ seenAt }) => written(seenAt)),
  ];
  await session.query(
    `INSERT INTO finding (id, connector, control, type, identifier, name, key, state, is_known, exception, parameters, change,
                          first_seen, became_at, reopened, seen_at, first, first_at)
     SELECT id, $15, control, type, identifier, name, key::json, CASE WHEN exception IS NULL THEN 'OPEN' ELSE 'EXCEPTED' END,
            is_known, exception::json, parameters::json, change, first_seen, became_at, reopened, seen_at, $16, $17
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[],
                 $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::int[], $14::timestamptz[])
       AS f (id, control, type, identifier, name, key, exception, is_known, parameters, change, first_seen, became_at,
             reopened, seen_at)`,
    [...columns, scan.connector, scan.id, scan.endedAt],
  );
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const written = (date: Date | null): string | null => date?.toISOString() ?? null;

/** What a control said before is its last word no more. */
async function followJudgements(session: SqlSession, scan: JudgedScan, judged: readonly JudgedControl[]) {
  await session.query(
    'UPDATE judgement SET next_at = $3 WHERE connector = $1 AND control = ANY($2) AND next_at IS NULL',
    [scan.connector, judged.map(({ control }) => control), scan.endedAt],
  );
}

interface KeptJudgement {
  readonly judged: JudgedControl;
  readonly counts: Merged['counts'];
}

async function keepJudgements(session: SqlSession, scan: JudgedScan, kept: readonly KeptJudgement[]): Promise<void> {
  const exceptedOf = ({ findings }: JudgedControl): number =>
    findings.filter(({ exception }) => exception !== null).length;
  const columns = [
    kept.map(({ judged }) => judged.control),
    kept.map(({ judged }) => judged.severity),
    kept.map(({ judged }) => JSON.stringify(judged.parameters)),
    kept.map(({ judged }) => judged.verdict),
    kept.map(({ judged }) => judged.findings.length - exceptedOf(judged)),
    kept.map(({ judged }) => exceptedOf(judged)),
    kept.map(({ judged }) => judged.total ?? null),
    kept.map(({ judged }) => JSON.stringify(judged.errors)),
    kept.map(({ counts }) => (counts ? JSON.stringify(counts) : null)),
  ];
  await session.query(
    `INSERT INTO judgement (connector, scan, at, control, severity, parameters, verdict, found, excepted, total, errors, changes)
     SELECT $10, $11, $12, control, severity, parameters::json, verdict, found, excepted, total, errors::json, changes::json
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::text[], $9::text[])
       AS j (control, severity, parameters, verdict, found, excepted, total, errors, changes)`,
    [...columns, scan.connector, scan.id, scan.endedAt],
  );
}

function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) yield rows.slice(start, start + ROWS_AT_ONCE);
}
