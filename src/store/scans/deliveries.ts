import { createHash } from 'node:crypto';
import type { SqlSession } from '../database/database.ts';

const hashOf = (url: string): string => createHash('sha256').update(url).digest('hex');

/** Whether a URL has taken what a scan changed. */
export async function wasDelivered(session: SqlSession, scan: string, url: string): Promise<boolean> {
  const rows = await session.query('SELECT 1 FROM delivery WHERE scan = $1 AND url_hash = $2', [scan, hashOf(url)]);
  return rows.length > 0;
}

export async function noteDelivery(session: SqlSession, scan: string, url: string): Promise<void> {
  await session.query('INSERT INTO delivery (scan, url_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    scan,
    hashOf(url),
  ]);
}
