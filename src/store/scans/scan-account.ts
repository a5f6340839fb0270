import type { IamqlError } from '../../iam/error.ts';
import { IamqlError as Failure } from '../../iam/error.ts';
import type { Inventory, Source } from '../../inventory/inventory.ts';
import type { UnreadNote } from '../../inventory/snapshot/snapshot.ts';
import { headerOf } from '../../inventory/snapshot/snapshot-header.ts';
import { takeSnapshot } from '../../inventory/snapshot/take-snapshot.ts';
import type { Database } from '../database/database.ts';
import { writeFailedScan, writeScan } from './write-scan.ts';

/** What the store calls an account, where that is not its id. */
export interface ConnectorSettings {
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whose account it should be, for a scan that cannot find out. */
  readonly accountId?: string | undefined;
  /** The round that it is scanned in. */
  readonly round?: string | undefined;
  /** What was read of another account is a failure: somebody has named the one that is meant. */
  readonly isNamed?: boolean;
  /** When all is read, and only the writing is left. */
  readonly onRead?: (() => void) | undefined;
  /** Does the writing, in its turn; left out, at once. */
  readonly write?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /** Whether a scan that read nothing is kept; left out, each is. */
  readonly keepsFailure?: ((failure: IamqlError) => boolean) | undefined;
}

export interface ScanOutcome {
  /**
   * The number of the scan; undefined where nothing was kept: because not even whose account it is could be read, or its
   * round has a scan of it already.
   */
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
  settings: ConnectorSettings,
  version: string,
): Promise<ScanOutcome> {
  const { name, tags, accountId, onRead, round, write = (work) => work(), keepsFailure = () => true } = settings;
  const startedAt = new Date();
  const inventory = source.inventory();
  const taken = await takeSnapshot(inventory);
  onRead?.();
  const counts = new Map([...taken.assets].map(([type, { length }]) => [type, length] as const));
  const [first] = taken.unread;
  const isNothing = first && [...counts.values()].every((count) => count === 0);
  const other = settings.isNamed ? anotherAccount(inventory, accountId) : undefined;
  if (!isNothing && !other) {
    const header = headerOf(taken, inventory, version);
    const times = { startedAt, endedAt: new Date() };
    const scanned = { header, assets: taken.assets, inventory, name, tags, round, ...times };
    const scan = await write(() => writeScan(database, scanned));
    return { scan, account: header.connector.accountID, counts, unread: taken.unread, failure: undefined };
  }
  const failure = other ?? new Failure(first?.code ?? 'Unexpected', first?.message ?? 'nothing was read');
  const named = settings.isNamed ? accountId : undefined;
  const account = named ?? inventory.evidence().account ?? accountId ?? (await accountCalled(database, name, failure));
  if (account === undefined || !keepsFailure(failure))
    return { scan: undefined, account, counts, unread: taken.unread, failure };
  const connector = { id: account, name: account, accountID: account };
  const times = { startedAt, endedAt: new Date() };
  const failed = { connector, name, tags, error: failure, round, ...times };
  const scan = await write(() => writeFailedScan(database, failed));
  return { scan, account, counts, unread: taken.unread, failure };
}

function anotherAccount(inventory: Inventory, accountId: string | undefined): IamqlError | undefined {
  const { account } = inventory.evidence();
  if (account === undefined || account === accountId) return undefined;
  return new Failure('NoCredentials', `the credentials are of account ${account} and not of ${accountId}`);
}

/** The account that earlier scans of that name were of, or all of them where none is said; undefined where there is none, or several. */
async function accountCalled(database: Database, name: string | undefined, failure: IamqlError) {
  // Who has mistyped a file or has no credentials has not begun to scan anything.
  if (name === undefined && (failure.kind === 'InvalidInput' || failure.kind === 'NoCredentials')) return undefined;
  const rows = await database.query<{ id: string }>(
    'SELECT id FROM connector WHERE $1::text IS NULL OR name = $1 LIMIT 2',
    [name ?? null],
  );
  return rows.length === 1 ? rows[0]?.id : undefined;
}
