import { compareCodePoints } from '../iam/code-points.ts';

/** A field that assets are sorted by. Null is last ascending, and first descending. */
export interface Order {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

/** Where an asset stands in an order: what it holds of the fields that are sorted by, and its identifier. */
export interface Position {
  readonly values: readonly (string | number | boolean | null)[];
  readonly identifier: string;
  /** Of which account, where several may have one of that identifier. */
  readonly connector?: string | undefined;
}

/** Which of the assets that match are wanted, and in which order; ties are by `identifier`, ascending. */
export interface Page {
  readonly sort: readonly Order[];
  readonly offset: number;
  /** Undefined for all that are left. */
  readonly limit: number | undefined;
  /** Only what stands behind this; undefined for the beginning. */
  readonly after: Position | undefined;
  /** Of which accounts that is a place, as `renderCursor` was told it; undefined where nobody knew. */
  readonly afterIn?: string | undefined;
  /** Nobody asks how many match: `total` and `skipped` need only tell whether there are any before and behind the page. */
  readonly isUncounted?: boolean;
}

export const everything: Page = { sort: [], offset: 0, limit: undefined, after: undefined };

export interface Placed<T> {
  readonly asset: T;
  readonly position: Position;
}

/** The page of those assets, in order. */
export function pageOf<T>(placed: readonly Placed<T>[], { sort, offset, limit, after }: Page) {
  const compare = comparePositions(sort);
  const sorted = [...placed].sort((a, b) => compare(a.position, b.position));
  const firstBehind = after ? sorted.findIndex(({ position }) => compare(position, after) > 0) : 0;
  const start = Math.min((firstBehind === -1 ? sorted.length : firstBehind) + offset, sorted.length);
  const page = sorted.slice(start, limit === undefined ? undefined : start + limit);
  return {
    assets: page.map(({ asset }) => asset),
    positions: page.map(({ position }) => position),
    total: sorted.length,
    skipped: start,
  };
}

/** Sorts positions: by the fields, then by identifier, then by account. */
function comparePositions(sort: readonly Order[]): (a: Position, b: Position) => number {
  const signs = sort.map(({ direction }) => (direction === 'ASC' ? 1 : -1));
  return (a, b) => {
    for (const [index, sign] of signs.entries()) {
      const compared = compareValues(a.values[index] ?? null, b.values[index] ?? null);
      if (compared !== 0) return compared * sign;
    }
    return compareCodePoints(a.identifier, b.identifier) || compareCodePoints(a.connector ?? '', b.connector ?? '');
  };
}

type Value = Position['values'][number];

/** Null is above everything. */
function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
