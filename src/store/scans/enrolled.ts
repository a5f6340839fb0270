import type { Database } from '../database/database.ts';

/** An account as a file of connectors names it. */
export interface EnrolledConnector {
  /** The id of the account. */
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly organization: string | undefined;
  readonly units: readonly { readonly id: string; readonly name: string }[];
}

/** Who is named no more, or not to be read: the id of the account, and why. */
export interface Retired {
  readonly id: string;
  readonly why: string;
}

/**
 * Notes which accounts there are: one that is never read is known all the same, and nothing about it is clean.
 *
 * @param isAll the file names no others: accounts that it named before are asked about no longer, and neither are those that
 *   are skipped. What was found of them stays, for questions about an earlier time.
 */
export function enrollConnectors(
  database: Database,
  connectors: readonly EnrolledConnector[],
  { skipped, isAll }: { readonly skipped: readonly Retired[]; readonly isAll: boolean },
): Promise<void> {
  return database.transaction(async (session) => {
    await session.query(
      `INSERT INTO connector (id, name, account_id, tags, organization, units, is_enrolled)
       SELECT id, name, id, tags, organization, units, true
       FROM jsonb_to_recordset($1::jsonb) AS c(id text, name text, tags jsonb, organization text, units jsonb)
       ORDER BY id
       ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, tags = excluded.tags, organization = excluded.organization, units = excluded.units,
           is_enrolled = true, retired_at = NULL, retired_why = NULL`,
      [JSON.stringify(connectors)],
    );
    await session.query(
      `UPDATE connector c SET retired_at = now(), retired_why = s.why
       FROM jsonb_to_recordset($1::jsonb) AS s(id text, why text)
       WHERE c.id = s.id AND c.is_enrolled AND c.retired_at IS NULL`,
      [JSON.stringify(skipped)],
    );
    if (!isAll) return;
    await session.query(
      `UPDATE connector SET retired_at = now(), retired_why = 'the file of connectors names it no longer'
       WHERE is_enrolled AND retired_at IS NULL AND id <> ALL($1)`,
      [connectors.map(({ id }) => id)],
    );
  });
}
