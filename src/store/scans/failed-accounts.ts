import type { ErrorKind } from '../../iam/error.ts';
import type { SqlSession } from '../database/database.ts';

/** An account of which the last scan read nothing. */
export interface FailedAccount {
  /** The number of that scan, and the id of the connector: null where not even whose account it is could be read. */
  readonly scan: string | null;
  readonly connector: string | null;
  readonly accountName: string | null;
  readonly failedAt: Date;
  readonly error: { readonly code: ErrorKind; readonly message: string };
  /** When the last scan ended that read it: what is known is of then. Null where there is none. */
  readonly lastGoodAt: Date | null;
}

/** All accounts that are stale. */
export const failedAccounts = (session: SqlSession): Promise<readonly FailedAccount[]> =>
  session.query<FailedAccount & Record<string, unknown>>(
    `SELECT failed.id::text AS scan, c.id AS connector, c.name AS "accountName", failed.ended_at AS "failedAt",
            failed.error, good.ended_at AS "lastGoodAt"
     FROM connector c JOIN scan failed ON failed.id = c.failed_scan LEFT JOIN scan good ON good.id = c.scan
     ORDER BY c.id`,
  );

/** Whether the scan of an account before this one read nothing: then it is news that this one did. */
export async function wasStale(session: SqlSession, connector: string, scan: string): Promise<boolean> {
  const [row] = await session.query<{ failed: boolean }>(
    'SELECT error IS NOT NULL AS failed FROM scan WHERE connector = $1 AND id < $2 ORDER BY id DESC LIMIT 1',
    [connector, scan],
  );
  return row?.failed === true;
}
