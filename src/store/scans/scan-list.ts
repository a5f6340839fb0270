import type { ErrorKind } from '../../iam/error.ts';
import type { SnapshotHeader, UnreadNote } from '../../inventory/snapshot/snapshot.ts';
import type { SqlSession } from '../database/database.ts';
import { readScope } from '../read-scope.ts';
import type { ScopeRequest } from '../scope.ts';
import { ScanHeaders } from './scan-headers.ts';

/** A scan that the store has. */
export interface ListedScan {
  readonly number: string;
  readonly connector: string;
  readonly account: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly unread: readonly UnreadNote[];
  /** Why nothing could be read. */
  readonly failure: { readonly code: ErrorKind; readonly message: string } | undefined;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly connector: string;
  readonly account_id: string;
  readonly name: string;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly header: SnapshotHeader | null;
  readonly error: NonNullable<ListedScan['failure']> | null;
}

/**
 * All scans, or those of some accounts; the newest first.
 *
 * @throws IamqlError as `readScope` does, for accounts that are not there.
 */
export async function listScans(
  session: SqlSession,
  { connectors, units, tags }: Pick<ScopeRequest, 'connectors' | 'units' | 'tags'>,
): Promise<readonly ListedScan[]> {
  const isChosen = connectors !== undefined || units !== undefined || Object.keys(tags).length > 0;
  const request = { connectors, units, tags, asOf: undefined };
  const scope = isChosen ? await readScope(session, request, new ScanHeaders()) : undefined;
  const rows = await session.query<Row>(
    `SELECT s.id::text AS id, s.connector, c.account_id, c.name, s.started_at, s.ended_at, s.header, s.error
     FROM scan s JOIN connector c ON c.id = s.connector
     WHERE $1::text[] IS NULL OR c.id = ANY($1)
     ORDER BY s.id DESC`,
    [scope?.accounts.map(({ connector }) => connector) ?? null],
  );
  return rows.map(({ id, connector, account_id: account, name, header, error, ...row }) => ({
    number: id,
    connector,
    account,
    name,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    unread: header?.unread ?? [],
    failure: error ?? undefined,
  }));
}
