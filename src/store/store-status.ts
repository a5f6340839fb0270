import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../iam/catalogue.generated.ts';
import type { ErrorKind } from '../iam/error.ts';
import type { Database, SqlSession } from './database/database.ts';
import { isServer, shownLocation } from './database/location.ts';
import { storeVersion } from './migrations.ts';
import { quoted, tablesOf } from './tables.ts';

export interface StoreStatus {
  /** Without a password. */
  readonly location: string;
  /** Of the database, as it names itself. */
  readonly server: string;
  readonly version: number;
  readonly accounts: number;
  readonly scans: number;
  readonly bytes: number;
  /** Of each type that there are any of: how many assets there are now, and states that they were in before. */
  readonly rows: readonly { readonly table: string; readonly now: number; readonly before: number }[];
  readonly stale: readonly StaleAccount[];
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

const STALE = `
  SELECT c.account_id AS account, c.name, good.ended_at AS "lastGood", failed.ended_at AS "failedAt",
         failed.error->>'code' AS code, failed.error->>'message' AS message
  FROM connector c JOIN scan failed ON failed.id = c.failed_scan LEFT JOIN scan good ON good.id = c.scan
  ORDER BY c.id`;

export async function readStatus(database: Database, location: string): Promise<StoreStatus> {
  const [counts] = await database.query<{ server: string; accounts: number; scans: number }>(
    'SELECT version() AS server, (SELECT count(*)::int FROM connector) AS accounts, (SELECT count(*)::int FROM scan) AS scans',
  );
  return {
    location: shownLocation(location),
    server: /^\w+ [\d.]+(?: \([^)]*\))?/.exec(counts?.server ?? '')?.[0] ?? '',
    version: await storeVersion(database),
    accounts: counts?.accounts ?? 0,
    scans: counts?.scans ?? 0,
    bytes: isServer(location) ? await bytesOfTables(database) : bytesOfFolder(location),
    rows: await countRows(database),
    stale: await database.query<StaleAccount & Record<string, unknown>>(STALE),
  };
}

async function countRows(session: SqlSession): Promise<StoreStatus['rows']> {
  const counts = tablesOf(catalogue).map(
    ({ name }) => `SELECT '${name}' AS table, count(*) FILTER (WHERE _last IS NULL)::int AS now,
      count(_last)::int AS before FROM ${quoted(name)}`,
  );
  const rows = await session.query<StoreStatus['rows'][number] & Record<string, unknown>>(counts.join(' UNION ALL '));
  return rows.filter(({ now, before }) => now + before > 0);
}

/** Of a database that may hold other things too, what the store's tables and indexes take. */
async function bytesOfTables(session: SqlSession): Promise<number> {
  const names = [
    'store',
    'connector',
    'scan',
    'judgement',
    'finding',
    'delivery',
    ...tablesOf(catalogue).map(({ name }) => name),
  ].map(quoted);
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
