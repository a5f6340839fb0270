import { hash } from 'node:crypto';
import { catalogue } from '../../iam/catalogue.generated.ts';
import type { IamqlError } from '../../iam/error.ts';
import { UNREAD } from '../../iam/unread.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { SnapshotHeader } from '../../inventory/snapshot/snapshot.ts';
import type { Taken, TakenAsset } from '../../inventory/snapshot/take-snapshot.ts';
import { takenValues } from '../../inventory/snapshot/taken-values.ts';
import { UnreadNotes } from '../../inventory/snapshot/unread-notes.ts';
import { additionalKeysOf } from '../../where/evaluate.ts';
import { storedValue } from '../../where/stored-value.ts';
import type { Database, SqlSession } from '../database/database.ts';
import { NOTE_CHANGES, refreshStatistics } from '../statistics.ts';
import { ADDITIONAL_KEYS, columnList, copyValue, quoted, type Table, tablesOf } from '../tables.ts';
import { additionalKeyRows } from './additional-keys.ts';
import { KnownRows, readKnownRows } from './known-rows.ts';
import type { ScanHeader } from './scan-headers.ts';
import { withUnlistedUsers } from './unlisted-users.ts';

const tables = tablesOf(catalogue);

/** What people call an account; undefined leaves what it is called. */
interface Naming {
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The round that it is scanned in: there is one scan of it in each. */
  readonly round?: string | undefined;
}

/** A whole account as it was read. */
export interface Scanned extends Naming {
  readonly header: SnapshotHeader;
  readonly assets: Taken['assets'];
  /** That it was read of. */
  readonly inventory: Inventory;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** An account of which nothing could be read. */
export interface FailedScan extends Naming {
  readonly connector: SnapshotHeader['connector'];
  readonly error: IamqlError;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/**
 * Keeps a scan: all of it, or, whatever happens on the way, nothing.
 *
 * @returns its number; undefined where its round has one of the account already, and nothing was kept.
 */
export async function writeScan(database: Database, taken: Scanned): Promise<string | undefined> {
  const { startedAt, endedAt, round } = taken;
  const id = await database.transaction(async (session) => {
    await lockConnector(session, taken.header.connector, taken);
    const header = await withUnlistedUsers(session, taken.header, taken.assets);
    const scanned = { ...taken, header };
    const [scan] = await session.query<{ id: string }>(
      `INSERT INTO scan (connector, started_at, ended_at, header, has_additional_keys, round)
       VALUES ($1, $2, $3, $4, $5, $6) ${ONCE_IN_A_ROUND} RETURNING id::text`,
      [
        header.connector.id,
        startedAt,
        endedAt,
        await withKept(session, header),
        hasAdditionalKeys(scanned),
        round ?? null,
      ],
    );
    if (!scan) return undefined;
    const { id } = scan;
    const writer = new ScanWriter(session, id, scanned);
    const known = await readKnownRows(session, tables, header.connector.id);
    for (const table of tables) await writer.write(table, known.get(table.name) ?? new KnownRows());
    await session.query('UPDATE connector SET scan = $2, failed_scan = NULL WHERE id = $1', [header.connector.id, id]);
    if (round === undefined) await session.query(ASKED_AGAIN, [header.connector.id]);
    await session.query(NOTE_CHANGES);
    return id;
  });
  await refreshStatistics(database);
  return id;
}

/** What could not be listed is there as it was: so are the times at which that was read. */
async function withKept(session: SqlSession, header: SnapshotHeader): Promise<ScanHeader> {
  if (header.unread.every(({ fields }) => fields !== undefined)) return header;
  const [before] = await session.query<Pick<ScanHeader, 'facts' | 'kept'> & Record<string, unknown>>(
    `SELECT s.header->'facts' AS facts, s.header->'kept' AS kept
     FROM scan s JOIN connector c ON c.scan = s.id WHERE c.id = $1`,
    [header.connector.id],
  );
  const known = Object.entries({ ...before?.kept, ...before?.facts });
  const kept = Object.fromEntries(known.filter(([group]) => !(group in header.facts)));
  return Object.keys(kept).length === 0 ? header : { ...header, kept };
}

/** Somebody may: the report says so, or does not say, or could not be read. */
const hasAdditionalKeys = ({ assets, header }: Scanned): boolean =>
  new UnreadNotes(header.unread).ofType('IAMUserCredentials').length > 0 ||
  (assets.get('IAMUserCredentials') ?? []).some(({ asset }) => asset['additionalCredentialsInfo'] !== null);

const ONCE_IN_A_ROUND = 'ON CONFLICT (round, connector) WHERE round IS NOT NULL DO NOTHING';

/** Who scans an account by itself asks about it, whatever a file of connectors says no longer. */
const ASKED_AGAIN = `
  UPDATE connector SET retired_at = NULL, retired_why = NULL, is_enrolled = false
  WHERE id = $1 AND retired_at IS NOT NULL`;

/** Notes that an account could not be read. What the last scan found of it stays. @returns as `writeScan` does. */
export function writeFailedScan(database: Database, failed: FailedScan): Promise<string | undefined> {
  const { connector, error, startedAt, endedAt, round } = failed;
  return database.transaction(async (session) => {
    await lockConnector(session, connector, failed);
    const [scan] = await session.query<{ id: string }>(
      `INSERT INTO scan (connector, started_at, ended_at, error, round)
       VALUES ($1, $2, $3, $4, $5) ${ONCE_IN_A_ROUND} RETURNING id::text`,
      [connector.id, startedAt, endedAt, { code: error.kind, message: error.message }, round ?? null],
    );
    if (!scan) return undefined;
    const { id } = scan;
    await session.query('UPDATE connector SET failed_scan = $2 WHERE id = $1', [connector.id, id]);
    return id;
  });
}

/** Whoever scans the same account at the same time waits until this scan is there or gone. */
async function lockConnector(
  session: SqlSession,
  { id, name, accountID }: SnapshotHeader['connector'],
  naming: Naming,
): Promise<void> {
  await session.query(
    `INSERT INTO connector (id, name, account_id, tags) VALUES ($1, coalesce($5, $2), $3, coalesce($4::jsonb, '{}'))
     ON CONFLICT (id) DO UPDATE
     SET name = coalesce($5, connector.name), account_id = excluded.account_id, tags = coalesce($4::jsonb, connector.tags)`,
    [id, name, accountID, naming.tags ? JSON.stringify(naming.tags) : null, naming.name ?? null],
  );
}

/** Merges the rows of one scan into the tables. */
class ScanWriter {
  private readonly session: SqlSession;
  private readonly scan: string;
  private readonly scanned: Scanned;
  private readonly connector: string;
  private readonly unread: UnreadNotes;

  constructor(session: SqlSession, scan: string, scanned: Scanned) {
    this.session = session;
    this.scan = scan;
    this.scanned = scanned;
    this.connector = scanned.header.connector.id;
    this.unread = new UnreadNotes(scanned.header.unread);
  }

  /** Most of an account is as it was: what is known already is not sent. @param known the rows that are there now. */
  async write(table: Table, known: KnownRows): Promise<void> {
    const lines = this.linesOf(table, known);
    const { value: first, done } = lines.next();
    if (!done) await this.session.copy(`${quoted(table.name)} (${columnList(table)})`, startingWith(first, lines));
    // Of a list that could not be read, what is not there says nothing: what was known stays, and is marked.
    const isWhole = this.unread.ofType(table.type).length === 0;
    const { identifiers, hashes } = known.notFound(isWhole);
    if (identifiers.length === 0) return;
    await this.session.query(
      `UPDATE ${quoted(table.name)} t SET _last = $2 FROM unnest($3::text[], $4::text[]) AS gone (identifier, hash)
       WHERE t._connector = $1 AND t._last IS NULL AND t.identifier = gone.identifier AND t._hash = gone.hash`,
      [this.connector, this.scan, identifiers, hashes],
    );
  }

  /** The rows of a table that are new, as COPY takes them. */
  private *linesOf(table: Table, known: KnownRows): Generator<string, undefined> {
    for (const taken of this.rowsOf(table)) {
      const { hash, line } = this.row(table, taken);
      if (!known.finds(storedValue(taken.identifier) as string, hash)) yield line;
    }
  }

  private rowsOf({ name, type }: Table): Iterable<TakenAsset> {
    const { assets, inventory } = this.scanned;
    const taken = assets.get(type) ?? [];
    return name === ADDITIONAL_KEYS ? additionalKeyRows(taken, inventory) : taken;
  }

  private row({ name, type, fields }: Table, taken: TakenAsset): { readonly hash: string; readonly line: string } {
    const { identifier, asset, unread } = taken;
    const values = new Map<string, unknown>(takenValues(type, taken, this.scanned.inventory));
    const lacksKeys = name === 'IAMUserCredentials' && additionalKeysOf(asset) === UNREAD;
    const lacking = [...unread, ...(lacksKeys ? ['additionalKeys'] : [])].sort();
    const held = fields.map(([field]) => copyValue(field === 'identifier' ? identifier : values.get(field))).join('\t');
    const notRead = copyValue(lacking.length > 0 ? lacking : null);
    const ofAll = hash('md5', `${notRead}\t${held}`, 'base64');
    const line = `${copyValue(this.connector)}\t${this.scan}\t\\N\t${notRead}\t${ofAll}\t${held}\n`;
    return { hash: ofAll, line };
  }
}

function* startingWith<T>(first: T, rest: Iterable<T>): Generator<T> {
  yield first;
  yield* rest;
}
