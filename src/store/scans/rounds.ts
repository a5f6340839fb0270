import type { ErrorKind } from '../../iam/error.ts';
import type { Database, SqlSession } from '../database/database.ts';

/** Accounts that are to be scanned once each. */
export interface Round {
  readonly id: string;
  readonly startedAt: Date;
  /** Somebody began it before, and it was not ended. */
  readonly isGoneOnWith: boolean;
}

/** What became of an account in a round. */
export interface RoundAccount {
  readonly connector: string;
  readonly name: string;
  /** The number of its scan; undefined while it has none. */
  readonly scan: string | undefined;
  /** Why the scan read nothing. */
  readonly failure: { readonly code: ErrorKind; readonly message: string } | undefined;
  /** What the scan could not read. */
  readonly unread: readonly { readonly code: ErrorKind; readonly type: string; readonly message: string }[];
}

/** A round that was left for longer is not gone on with: what it scanned is old. In milliseconds. */
const ROUND_ENDS_AFTER_MS = 24 * 3_600_000;

/**
 * Joins the round of who asks for the same accounts, or begins one. Whoever does it at the same time joins the same.
 *
 * @param selection what tells whether the same is asked for.
 * @param connectors accounts that are enrolled. Those that the round does not have yet are added; those that it has and that
 *   are retired since are left out, unless they have been scanned.
 */
export function joinRound(
  database: Database,
  selection: string,
  connectors: readonly string[],
  isNew = false,
): Promise<Round> {
  return database.transaction(async (session) => {
    await session.query(
      `UPDATE round SET ended_at = now()
       WHERE selection = $1 AND ended_at IS NULL AND ($3 OR started_at < now() - $2 * interval '1 millisecond')`,
      [selection, ROUND_ENDS_AFTER_MS, isNew],
    );
    const [begun] = await session.query<{ id: string }>(
      'INSERT INTO round (selection) VALUES ($1) ON CONFLICT (selection) WHERE ended_at IS NULL DO NOTHING RETURNING id::text',
      [selection],
    );
    const [round] = await session.query<{ id: string; started_at: Date }>(
      'SELECT id::text, started_at FROM round WHERE selection = $1 AND ended_at IS NULL',
      [selection],
    );
    const { id, started_at: startedAt } = round as { id: string; started_at: Date };
    await addAccounts(session, id, connectors);
    return { id, startedAt, isGoneOnWith: begun === undefined };
  });
}

/**
 * Adds the accounts that were not known when the round was joined. One that has ended meanwhile stays as it is: who ended it
 * knew all accounts.
 */
export function addToRound(database: Database, { id }: Round, connectors: readonly string[]): Promise<void> {
  return database.transaction(async (session) => {
    const [open] = await session.query('SELECT FROM round WHERE id = $1 AND ended_at IS NULL FOR SHARE', [id]);
    if (open) await addAccounts(session, id, connectors);
  });
}

/** Those that are retired leave, unless they have been scanned. */
async function addAccounts(session: SqlSession, id: string, connectors: readonly string[]): Promise<void> {
  await session.query(
    'INSERT INTO round_account (round, connector) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING',
    [id, connectors],
  );
  await session.query(
    `DELETE FROM round_account a USING connector c WHERE round = $1 AND c.id = a.connector AND c.retired_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM scan s WHERE s.round = a.round AND s.connector = a.connector)`,
    [id],
  );
}

/**
 * How often a process had begun to scan each before; without those that have been scanned, or are in the round no more.
 *
 * @param below only of those that were begun less often.
 */
export async function noteBegun(
  database: Database,
  { id }: Round,
  connectors: readonly string[],
  below?: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.query<{ connector: string; before: number }>(
    `UPDATE round_account a SET begun = begun + 1 WHERE round = $1 AND connector = ANY($2) AND ($3::int IS NULL OR begun < $3)
       AND NOT EXISTS (SELECT FROM scan s WHERE s.round = $1 AND s.connector = a.connector)
     RETURNING connector, begun - 1 AS before`,
    [id, connectors, below ?? null],
  );
  return new Map(rows.map(({ connector, before }) => [connector, before]));
}

/** For who has not ended it, and is not to blame for that. */
export async function noteNotBegun(database: Database, { id }: Round, connectors: readonly string[]): Promise<void> {
  await database.query(
    'UPDATE round_account SET begun = greatest(begun - 1, 0) WHERE round = $1 AND connector = ANY($2)',
    [id, connectors],
  );
}

/** The accounts without a scan in the round: those that ended fewest processes first. */
export async function leftOf(database: Database, { id }: Round): Promise<readonly string[]> {
  const rows = await database.query<{ connector: string }>(
    `SELECT a.connector FROM round_account a WHERE a.round = $1
       AND NOT EXISTS (SELECT FROM scan s WHERE s.round = a.round AND s.connector = a.connector)
     ORDER BY a.begun, a.connector`,
    [id],
  );
  return rows.map(({ connector }) => connector);
}

/** Ends a round. @returns whether nobody else had. */
export async function endRound(database: Database, { id }: Round): Promise<boolean> {
  const rows = await database.query(
    'UPDATE round SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING 1 AS ended',
    [id],
  );
  return rows.length > 0;
}

interface Row extends Record<string, unknown> {
  readonly connector: string;
  readonly name: string;
  readonly scan: string | null;
  readonly error: RoundAccount['failure'] | null;
  readonly unread: RoundAccount['unread'] | null;
}

/** What became of each account, in the order of their ids. */
export async function accountsOfRound(database: Database, { id }: Round): Promise<readonly RoundAccount[]> {
  const rows = await database.query<Row>(
    `SELECT a.connector, c.name, s.id::text AS scan, s.error, s.header->'unread' AS unread
     FROM round_account a JOIN connector c ON c.id = a.connector
     LEFT JOIN scan s ON s.round = a.round AND s.connector = a.connector
     WHERE a.round = $1 ORDER BY a.connector`,
    [id],
  );
  return rows.map(({ connector, name, scan, error, unread }) => ({
    connector,
    name,
    scan: scan ?? undefined,
    failure: error ?? undefined,
    unread: unread ?? [],
  }));
}
