import type { SnapshotHeader } from '../../inventory/snapshot/snapshot.ts';
import type { SqlSession } from '../database/database.ts';

/** Of so many scans some megabytes are kept, or of twice as many as a question is about. */
const MOST_KEPT = 20_000;

/** A scan is never changed; its number could only come back in a store that was put back from a copy. */
interface ScanKey {
  readonly id: string;
  readonly endedAt: Date;
}

/** What scans say of themselves, each read once: a thousand accounts say more than the answer to most questions. */
export class ScanHeaders {
  private readonly known = new Map<string, SnapshotHeader>();
  /** Scans of one iamql know the same fields, so that one list of them does for all. */
  private readonly lists = new Map<string, string[]>();

  /** The headers of scans, by their numbers. */
  async of(session: SqlSession, scans: readonly ScanKey[]): Promise<ReadonlyMap<string, SnapshotHeader>> {
    if (this.known.size > Math.max(MOST_KEPT, 2 * scans.length)) this.known.clear();
    const found = new Map<string, SnapshotHeader>();
    const lacking = new Map<string, ScanKey>();
    for (const scan of scans) {
      const header = this.known.get(nameOf(scan));
      if (header) found.set(scan.id, header);
      else lacking.set(scan.id, scan);
    }
    for (const { id, header } of lacking.size > 0 ? await readHeaders(session, [...lacking.keys()]) : []) {
      const shared = this.withSharedLists(header);
      found.set(id, shared);
      this.known.set(nameOf(lacking.get(id) as ScanKey), shared);
    }
    return found;
  }

  private withSharedLists(header: SnapshotHeader): SnapshotHeader {
    const types = Object.entries(header.types).map(([type, { assets, fields }]) => {
      const name = fields.join();
      const shared = this.lists.get(name) ?? fields;
      this.lists.set(name, shared);
      return [type, { assets, fields: shared }] as const;
    });
    return { ...header, types: Object.fromEntries(types) };
  }
}

const readHeaders = (session: SqlSession, ids: readonly string[]) =>
  session.query<{ id: string; header: SnapshotHeader }>(
    'SELECT id::text AS id, header FROM scan WHERE id = ANY($1::bigint[])',
    [ids],
  );

const nameOf = ({ id, endedAt }: ScanKey): string => `${id} ${endedAt.getTime()}`;
