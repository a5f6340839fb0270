import type { SqlSession } from '../database/database.ts';
import { quoted, type Table } from '../tables.ts';

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly identifier: string;
  readonly hash: string;
}

/** The rows of an account in one table as they are now: what they are of, and the hashes of all that they hold. */
export class KnownRows {
  /** Whether a scan has found each, by identifier and hash: of one identifier there may be several. */
  private readonly found = new Map<string, Map<string, boolean>>();

  add(identifier: string, hash: string): void {
    const hashes = this.found.get(identifier) ?? new Map<string, boolean>();
    this.found.set(identifier, hashes.set(hash, false));
  }

  /** Whether there is such a row; it is noted that a scan has found it. @param identifier as it is stored. */
  finds(identifier: string, hash: string): boolean {
    const hashes = this.found.get(identifier);
    if (!hashes) return false;
    const isKnown = hashes.has(hash);
    hashes.set(isKnown ? hash : FOUND_ANEW, true);
    return isKnown;
  }

  /** The rows that no scan has found. @param isWhole otherwise only those whose asset was found, and has changed. */
  notFound(isWhole: boolean): { readonly identifiers: readonly string[]; readonly hashes: readonly string[] } {
    const rows = [...this.found].flatMap(([identifier, hashes]) =>
      isWhole || [...hashes.values()].includes(true)
        ? [...hashes].flatMap(([hash, isFound]) => (isFound ? [] : [{ identifier, hash }]))
        : [],
    );
    return { identifiers: rows.map(({ identifier }) => identifier), hashes: rows.map(({ hash }) => hash) };
  }
}

/** No row has it for a hash. */
const FOUND_ANEW = '';

/** What an account has in each table, in one statement, for there are many tables. */
export async function readKnownRows(
  session: SqlSession,
  tables: readonly Table[],
  connector: string,
): Promise<ReadonlyMap<string, KnownRows>> {
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, identifier, _hash AS hash FROM ${quoted(name)} WHERE _connector = $1 AND _last IS NULL`,
  );
  const known = new Map<string, KnownRows>();
  for (const { name, identifier, hash } of await session.query<Row>(each.join(' UNION ALL '), [connector])) {
    const rows = known.get(name) ?? new KnownRows();
    known.set(name, rows);
    rows.add(identifier, hash);
  }
  return known;
}
