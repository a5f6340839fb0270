import type { IamqlError } from '../iam/error.ts';
import { IamqlError as Failure } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import type { UnreadNote } from '../inventory/snapshot/snapshot.ts';
import { headerOf } from '../inventory/snapshot/snapshot-header.ts';
import { takeSnapshot } from '../inventory/snapshot/take-snapshot.ts';
import type { Database } from './database.ts';
import { writeFailedScan, writeScan } from './write-scan.ts';

/** What the store calls an account, where that is not its id. */
export interface ConnectorSettings {
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whose account it should be, for a scan that cannot find out. */
  readonly accountId?: string | undefined;
  /** When all is read, and only the writing is left. */
  readonly onRead?: (() => void) | undefined;
}

export interface ScanOutcome {
  /** The number of the scan; undefined where not even whose account it is could be read. */
  readonly scan: string | undefined;
  readonly account: string | undefined;
  readonly counts: ReadonlyMap<string, number>;
  readonly unread: readonly UnreadNote[];
  /** Why nothing could be read. */
  readonly failure: IamqlError | undefined;
}

/**
 * Reads a whole account and keeps what was read. Where nothing could be read, that is kept, and what the last scan found
 * stays.
 *
 * @param version of iamql.
 * @throws IamqlError when the store cannot be written.
 */
export async function scanAccount(
  database: Database,
  source: Source,
  { name, tags, accountId, onRead }: ConnectorSettings,
  version: string,
): Promise<ScanOutcome> {
  const startedAt = new Date();
  const inventory = source.inventory();
  const taken = await takeSnapshot(inventory);
  onRead?.();
  const counts = new Map([...taken.assets].map(([type, { length }]) => [type, length] as const));
  const [first] = taken.unread;
  const isNothing = first && [...counts.values()].every((count) => count === 0);
  if (!isNothing) {
    const header = headerOf(taken, inventory, version);
    const times = { startedAt, endedAt: new Date() };
    const scan = await writeScan(database, { header, assets: taken.assets, inventory, name, tags, ...times });
    return { scan, account: header.connector.accountID, counts, unread: taken.unread, failure: undefined };
  }
  const failure = new Failure(first.code, first.message);
  const account = inventory.evidence().account ?? accountId ?? (await accountCalled(database, name));
  if (account === undefined) return { scan: undefined, account, counts, unread: taken.unread, failure };
  const connector = { id: account, name: account, accountID: account };
  const times = { startedAt, endedAt: new Date() };
  const scan = await writeFailedScan(database, { connector, name, tags, error: failure, ...times });
  return { scan, account, counts, unread: taken.unread, failure };
}

/** The account that earlier scans of that name were of; undefined where there is none, or several. */
async function accountCalled(database: Database, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const rows = await database.query<{ id: string }>('SELECT id FROM connector WHERE name = $1', [name]);
  return rows.length === 1 ? rows[0]?.id : undefined;
}
