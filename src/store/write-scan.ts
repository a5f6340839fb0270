import { hash } from 'node:crypto';
import { catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { SnapshotHeader } from '../inventory/snapshot/snapshot.ts';
import type { Taken, TakenAsset } from '../inventory/snapshot/take-snapshot.ts';
import { takenValues } from '../inventory/snapshot/taken-values.ts';
import { UnreadNotes } from '../inventory/snapshot/unread-notes.ts';
import { additionalKeysOf } from '../where/evaluate.ts';
import { additionalKeyRows } from './additional-keys.ts';
import type { Database, SqlSession } from './database.ts';
import { NOTE_CHANGES, refreshStatistics } from './statistics.ts';
import { ADDITIONAL_KEYS, columnList, copyValue, quoted, type Table, tablesOf } from './tables.ts';

/** What people call an account; undefined leaves what it is called. */
interface Naming {
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
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

/** Keeps a scan: all of it, or, whatever happens on the way, nothing. @returns its number. */
export async function writeScan(database: Database, scanned: Scanned): Promise<string> {
  const { header, startedAt, endedAt } = scanned;
  const id = await database.transaction(async (session) => {
    await lockConnector(session, header.connector, scanned);
    const [scan] = await session.query<{ id: string }>(
      `INSERT INTO scan (connector, started_at, ended_at, header, has_additional_keys)
       VALUES ($1, $2, $3, $4, $5) RETURNING id::text`,
      [header.connector.id, startedAt, endedAt, header, hasAdditionalKeys(scanned)],
    );
    const id = (scan as { id: string }).id;
    const writer = new ScanWriter(session, id, scanned);
    const tables = tablesOf(catalogue);
    const known = await tablesWithRows(session, tables, header.connector.id);
    for (const table of tables) await writer.write(table, known.has(table.name));
    await session.query('UPDATE connector SET scan = $2, failed_scan = NULL WHERE id = $1', [header.connector.id, id]);
    await session.query(NOTE_CHANGES);
    return id;
  });
  await refreshStatistics(database);
  return id;
}

/** The tables in which an account has rows as they are now: one statement, for there are many tables. */
async function tablesWithRows(
  session: SqlSession,
  tables: readonly Table[],
  connector: string,
): Promise<ReadonlySet<string>> {
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name WHERE EXISTS (SELECT 1 FROM ${quoted(name)} WHERE _connector = $1 AND _last IS NULL)`,
  );
  const rows = await session.query<{ name: string }>(each.join(' UNION ALL '), [connector]);
  return new Set(rows.map(({ name }) => name));
}

/** Somebody may: the report says so, or does not say, or could not be read. */
const hasAdditionalKeys = ({ assets, header }: Scanned): boolean =>
  new UnreadNotes(header.unread).ofType('IAMUserCredentials').length > 0 ||
  (assets.get('IAMUserCredentials') ?? []).some(({ asset }) => asset['additionalCredentialsInfo'] !== null);

/** Notes that an account could not be read. What the last scan found of it stays. @returns its number. */
export function writeFailedScan(database: Database, failed: FailedScan): Promise<string> {
  const { connector, error, startedAt, endedAt } = failed;
  return database.transaction(async (session) => {
    await lockConnector(session, connector, failed);
    const [scan] = await session.query<{ id: string }>(
      'INSERT INTO scan (connector, started_at, ended_at, error) VALUES ($1, $2, $3, $4) RETURNING id::text',
      [connector.id, startedAt, endedAt, { code: error.kind, message: error.message }],
    );
    const id = (scan as { id: string }).id;
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

function isEmpty(rows: Iterable<unknown>): boolean {
  for (const _ of rows) return false;
  return true;
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

  /** @param hasRows of the account, from scans before. */
  async write(table: Table, hasRows: boolean): Promise<void> {
    const name = quoted(table.name);
    const columns = columnList(table);
    const lines = this.linesOf(table);
    if (!hasRows) return isEmpty(this.rowsOf(table)) ? undefined : this.session.copy(`${name} (${columns})`, lines);
    await this.session.run(`CREATE TEMP TABLE found (LIKE ${name}) ON COMMIT DROP`);
    await this.session.copy(`found (${columns})`, lines);
    await this.session.run('CREATE INDEX ON found (identifier); ANALYZE found');
    await this.merge(table, name);
    await this.session.run('DROP TABLE found');
  }

  private async merge(table: Table, name: string): Promise<void> {
    // Of a list that could not be read, what is not there says nothing: what was known stays, and is marked.
    const isWhole = this.unread.ofType(table.type).length === 0;
    const gone = isWhole ? '' : ' AND EXISTS (SELECT 1 FROM found f WHERE f.identifier = t.identifier)';
    await this.session.query(
      `UPDATE ${name} t SET _last = $2
       WHERE t._connector = $1 AND t._last IS NULL${gone}
         AND NOT EXISTS (SELECT 1 FROM found f WHERE f.identifier = t.identifier AND f._hash = t._hash)`,
      [this.connector, this.scan],
    );
    await this.session.query(
      `INSERT INTO ${name} (${columnList(table)}) SELECT ${columnList(table)} FROM found f
       WHERE NOT EXISTS (
         SELECT 1 FROM ${name} t WHERE t._connector = $1 AND t._last IS NULL AND t.identifier = f.identifier AND t._hash = f._hash
       )`,
      [this.connector],
    );
  }

  /** The rows of a table, as COPY takes them. */
  private *linesOf(table: Table): Generator<string> {
    for (const row of this.rowsOf(table)) yield this.line(table, row);
  }

  private rowsOf({ name, type }: Table): Iterable<TakenAsset> {
    const { assets, inventory } = this.scanned;
    const taken = assets.get(type) ?? [];
    return name === ADDITIONAL_KEYS ? additionalKeyRows(taken, inventory) : taken;
  }

  private line({ name, type, fields }: Table, taken: TakenAsset): string {
    const { identifier, asset, unread } = taken;
    const values = new Map<string, unknown>(takenValues(type, taken, this.scanned.inventory));
    const lacksKeys = name === 'IAMUserCredentials' && additionalKeysOf(asset) === UNREAD;
    const lacking = [...unread, ...(lacksKeys ? ['additionalKeys'] : [])].sort();
    const held = fields.map(([field]) => copyValue(field === 'identifier' ? identifier : values.get(field))).join('\t');
    const notRead = copyValue(lacking.length > 0 ? lacking : null);
    const ofAll = hash('md5', `${notRead}\t${held}`, 'base64');
    return `${copyValue(this.connector)}\t${this.scan}\t\\N\t${notRead}\t${ofAll}\t${held}\n`;
  }
}
