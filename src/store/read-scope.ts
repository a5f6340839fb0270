import { IamqlError } from '../iam/error.ts';
import { type Instant, renderInstant } from '../iam/instant.ts';
import type { SnapshotHeader } from '../inventory/snapshot/snapshot.ts';
import type { SqlSession } from './database/database.ts';
import type { ScanHeaders } from './scans/scan-headers.ts';
import type { ScopedAccount, ScopeRequest } from './scope.ts';

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly account_id: string;
  readonly organization: string | null;
  readonly units: ScopedAccount['units'];
  readonly tags: ScopedAccount['tags'];
  readonly some_retired: boolean;
  readonly scan: string | null;
  readonly scan_ended_at: Date | null;
  readonly has_additional_keys: boolean | null;
  readonly failed_at: Date | null;
  readonly error: { readonly code: IamqlError['kind']; readonly message: string } | null;
}

const COLUMNS = `
  SELECT c.id, c.name, c.account_id, c.organization, c.units, c.tags,
         EXISTS (SELECT FROM connector WHERE retired_at IS NOT NULL) AS some_retired, s.id::text AS scan, s.ended_at AS scan_ended_at, s.has_additional_keys,
         f.ended_at AS failed_at, f.error
  FROM connector c`;

/** @param retiredLater whether it was asked about at that time, of an account that is no longer. */
const wanted = (retiredLater: string): string => `
  WHERE ($1::text[] IS NULL OR c.id = ANY($1) OR c.name = ANY($1)) AND c.tags @> $2
    AND ($3::text[] IS NULL OR EXISTS (
      SELECT FROM jsonb_array_elements(c.units) u WHERE u->>'id' = ANY($3) OR u->>'name' = ANY($3)))
    AND (c.retired_at IS NULL OR ${retiredLater} OR $1 IS NOT NULL)
  ORDER BY c.id`;

/** The last scan of each account, and what has failed since: each account knows them. */
const ACCOUNTS_NOW = `
  ${COLUMNS} LEFT JOIN scan s ON s.id = c.scan LEFT JOIN scan f ON f.id = c.failed_scan ${wanted('false')}`;

/** The last that had ended by then. */
const ACCOUNTS_THEN = `
  ${COLUMNS}
  LEFT JOIN LATERAL (
    SELECT * FROM scan WHERE connector = c.id AND header IS NOT NULL AND ended_at <= $4 ORDER BY id DESC LIMIT 1
  ) s ON true
  LEFT JOIN LATERAL (
    SELECT * FROM scan WHERE connector = c.id AND error IS NOT NULL AND ended_at <= $4 AND id > coalesce(s.id, 0)
    ORDER BY id DESC LIMIT 1
  ) f ON true ${wanted('c.retired_at > $4')}`;

const UNKNOWN_UNITS = `
  SELECT asked.name FROM unnest($1::text[]) AS asked (name)
  WHERE NOT EXISTS (
    SELECT FROM connector c CROSS JOIN LATERAL jsonb_array_elements(c.units) u
    WHERE (c.retired_at IS NULL OR $2::boolean) AND (u->>'id' = asked.name OR u->>'name' = asked.name))`;

/** The accounts that are asked for, and whether the store has others that are asked about no longer. */
interface ReadScope {
  readonly accounts: readonly ScopedAccount[];
  readonly someRetired: boolean;
}

/**
 * @param headers those that are known from before.
 * @throws IamqlError InvalidInput for a connector or unit that is not there, and where there is none at all.
 */
export async function readScope(session: SqlSession, request: ScopeRequest, headers: ScanHeaders): Promise<ReadScope> {
  const { connectors, units, tags, asOf } = request;
  const isKept = [...(connectors ?? []), ...(units ?? []), ...Object.entries(tags).flat()].every(canBeKept);
  const values = [connectors ?? null, tags, units ?? null];
  const rows = !isKept
    ? []
    : asOf === undefined
      ? await session.query<Row>(ACCOUNTS_NOW, values)
      : await session.query<Row>(ACCOUNTS_THEN, [...values, inMicroseconds(asOf)]);
  const lacking = connectors?.find((one) => !rows.some(({ id, name }) => id === one || name === one));
  if (lacking !== undefined)
    throw new IamqlError('InvalidInput', `the store has no connector ${JSON.stringify(lacking)}`);
  if (isKept) await rejectUnknownUnits(session, request);
  if (rows.length === 0) {
    const isChosen = units !== undefined || Object.keys(tags).length > 0;
    const why = isChosen
      ? 'no account of the store fits --connector, --ou and --tag'
      : 'the store has no account to ask about; `iamql scan` adds one';
    throw new IamqlError('NotCollected', why);
  }
  const scans = rows.flatMap(({ scan: id, scan_ended_at: endedAt }) => (id && endedAt ? [{ id, endedAt }] : []));
  const known = await headers.of(session, scans);
  return {
    accounts: rows.map((row) => accountOf(row, row.scan === null ? undefined : known.get(row.scan))),
    someRetired: rows.some((row) => row.some_retired),
  };
}

/** One that is left out beside others would pass by not being asked. @throws IamqlError InvalidInput */
async function rejectUnknownUnits(session: SqlSession, { connectors, units, asOf }: ScopeRequest): Promise<void> {
  if (units === undefined) return;
  const withRetired = asOf !== undefined || connectors !== undefined;
  const [unknown] = await session.query<{ name: string }>(UNKNOWN_UNITS, [units, withRetired]);
  if (unknown)
    throw new IamqlError(
      'InvalidInput',
      `no account of the store is in an organizational unit ${JSON.stringify(unknown.name)}`,
    );
}

/** Postgres rounds what is finer, and what had not ended by then would be there. */
export const inMicroseconds = (instant: Instant): string => renderInstant(instant).replace(/(\.\d{6})\d+/, '$1');

/** No database has a connector or a tag with what Postgres cannot keep. */
const canBeKept = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

function accountOf(row: Row, header: SnapshotHeader | undefined): ScopedAccount {
  const { id, name, account_id: accountId, scan, scan_ended_at: endedAt, failed_at: failedAt, error } = row;
  const hasAdditionalKeys = row.has_additional_keys === true;
  return {
    connector: id,
    name,
    accountId,
    organization: row.organization ?? undefined,
    units: row.units,
    tags: row.tags,
    scan: scan && endedAt && header ? { id: scan, endedAt, header, hasAdditionalKeys } : undefined,
    failure: failedAt && error ? { endedAt: failedAt, error: new IamqlError(error.code, error.message) } : undefined,
  };
}
