import { parseInstant } from '../../iam/instant.ts';
import type { SnapshotHeader } from '../../inventory/snapshot/snapshot.ts';
import type { Taken } from '../../inventory/snapshot/take-snapshot.ts';
import { hasListedUsers, whyNotListedNow } from '../../inventory/snapshot/users-now.ts';
import { storedValue } from '../../where/stored-value.ts';
import type { SqlSession } from '../database/database.ts';
import { quoted } from '../tables.ts';

/** The users who are there, not in the scan, and no older than a time, or of any age. */
const UNSEEN = `
  SELECT count(*)::int AS count FROM ${quoted('IAMUser')}
  WHERE _connector = $1 AND _last IS NULL AND identifier <> ALL($2::text[])
    AND ($3::text IS NULL OR "createDate" IS NULL OR "createDate" >= $3)`;

/**
 * A scan that could not list users knows those of the credential report alone. Whoever is newer than that, and was there before,
 * is not gone because nobody looked: the list of users is then not whole.
 */
export async function withUnlistedUsers(
  session: SqlSession,
  header: SnapshotHeader,
  assets: Taken['assets'],
): Promise<SnapshotHeader> {
  const report = header.facts['CREDENTIAL_REPORT'];
  if (!report || hasListedUsers(header)) return header;
  const seen = (assets.get('IAMUser') ?? []).map(({ identifier }) => storedValue(identifier));
  const generatedAt = parseInstant(report.generatedAt ?? '') ?? null;
  const [unseen] = await session.query<{ count: number }>(UNSEEN, [header.connector.id, seen, generatedAt]);
  const count = unseen?.count ?? 0;
  if (count === 0) return header;
  const { kind, message } = whyNotListedNow(header);
  const who = `${count} ${count === 1 ? 'user' : 'users'} of an earlier scan, newer than the credential report,`;
  const why = `${who} ${count === 1 ? 'was' : 'were'} not looked for: ${message}`;
  return { ...header, unread: [...header.unread, { type: 'IAMUser', code: kind, message: why }] };
}
