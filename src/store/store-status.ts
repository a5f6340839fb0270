import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../iam/catalogue.generated.ts';
import type { ErrorKind } from '../iam/error.ts';
import type { Database, SqlSession } from './database/database.ts';
import { isServer, shownLocation } from './database/location.ts';
import { FIXED_TABLES } from './fixed-tables.ts';
import { storeVersion } from './migrations.ts';
import { chosenConnectors } from './read-scope.ts';
import type { Choice } from './scope.ts';
import { quoted, tablesOf } from './tables.ts';

export interface StoreStatus {
  /** Without a password. */
  readonly location: string;
  /** Of the database, as it names itself. */
  readonly server: string;
  readonly version: number;
  /** That are asked about. */
  readonly accounts: number;
  /** That are asked about no longer: what was found of them is there for questions about an earlier time. */
  readonly retired: number;
  readonly scans: number;
  /** Of all accounts, whichever are chosen. */
  readonly bytes: number;
  /** Of each type that there are any of: how many assets there are now, and states that they were in before. */
  readonly rows: readonly { readonly table: string; readonly now: number; readonly before: number }[];
  readonly stale: readonly StaleAccount[];
  /** Accounts that are known and of which no scan was ever tried. */
  readonly neverScanned: readonly { readonly account: string; readonly name: string }[];
}

/** An account whose last scan read nothing. */
interface StaleAccount {
  readonly account: string;
  readonly name: string;
  /** When the last good scan ended; null where there is none. */
  readonly lastGood: Date | null;
  readonly failedAt: Date;
  readonly code: ErrorKind;
  readonly message: string;
}

/** Those that were chosen; else all that are asked about. */
const ASKED = '($1::text[] IS NULL AND c.retired_at IS NULL OR c.id = ANY($1))';

const COUNTS = `
  SELECT version() AS server, (SELECT count(*)::int FROM connector c WHERE ${ASKED}) AS accounts,
         (SELECT count(*)::int FROM connector WHERE retired_at IS NOT NULL AND ($1::text[] IS NULL OR id = ANY($1))) AS retired,
         (SELECT count(*)::int FROM scan WHERE $1::text[] IS NULL OR connector = ANY($1)) AS scans`;

const STALE = `
  SELECT c.account_id AS account, c.name, good.ended_at AS "lastGood", failed.ended_at AS "failedAt",
         failed.error->>'code' AS code, failed.error->>'message' AS message
  FROM connector c JOIN scan failed ON failed.id = c.failed_scan LEFT JOIN scan good ON good.id = c.scan
  WHERE ${ASKED} ORDER BY c.id`;

const NEVER_SCANNED = `
  SELECT c.account_id AS account, c.name FROM connector c
  WHERE c.scan IS NULL AND c.failed_scan IS NULL AND ${ASKED} ORDER BY c.id`;

/**
 * What a store holds, of all accounts or of some.
 *
 * @throws IamqlError as `readScope` does, for accounts that are not there.
 */
export async function readStatus(database: Database, location: string, chosen: Choice): Promise<StoreStatus> {
  const asked = await chosenConnectors(database, chosen);
  const [counts] = await database.query<Counts>(COUNTS, [asked]);
  return {
    location: shownLocation(location),
    server: /^\w+ [\d.]+(?: \([^)]*\))?/.exec(counts?.server ?? '')?.[0] ?? '',
    version: await storeVersion(database),
    accounts: counts?.accounts ?? 0,
    retired: counts?.retired ?? 0,
    scans: counts?.scans ?? 0,
    bytes: isServer(location) ? await bytesOfTables(database) : bytesOfFolder(location),
    rows: await countRows(database, asked),
    stale: await database.query<StaleAccount & Record<string, unknown>>(STALE, [asked]),
    neverScanned: await database.query<{ account: string; name: string }>(NEVER_SCANNED, [asked]),
  };
}

interface Counts extends Pick<StoreStatus, 'server' | 'accounts' | 'retired' | 'scans'>, Record<string, unknown> {}

async function countRows(session: SqlSession, asked: readonly string[] | null): Promise<StoreStatus['rows']> {
  const counts = tablesOf(catalogue).map(
    ({ name }) => `SELECT '${name}' AS table, count(*) FILTER (WHERE _last IS NULL)::int AS now,
      count(_last)::int AS before FROM ${quoted(name)} WHERE $1::text[] IS NULL OR _connector = ANY($1)`,
  );
  const rows = await session.query<StoreStatus['rows'][number] & Record<string, unknown>>(counts.join(' UNION ALL '), [
    asked,
  ]);
  return rows.filter(({ now, before }) => now + before > 0);
}

/** Of a database that may hold other things too, what the store's tables and indexes take. */
async function bytesOfTables(session: SqlSession): Promise<number> {
  const names = [...FIXED_TABLES, ...tablesOf(catalogue).map(({ name }) => name)].map(quoted);
  const [row] = await session.query<{ bytes: string }>(
    'SELECT sum(pg_total_relation_size(name::regclass))::text AS bytes FROM unnest($1::text[]) AS name',
    [names],
  );
  return Number(row?.bytes ?? 0);
}

function bytesOfFolder(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}
