import type { Asset } from '../iam/assets.ts';
import { ONE_UNREAD, UNREAD, type Unread } from '../iam/unread.ts';
import { comparisons } from './comparisons.ts';
import type { Compiled, Predicate } from './evaluate.ts';
import type { Comparison } from './expression.ts';

/** The items of a list that were read rule out some answers, even where others are still to be read. */
export function partialListComparison({ kind, value }: Comparison, get: (asset: Asset) => unknown): Compiled {
  const holds = comparisons[kind](value);
  const read = (asset: Asset) => partsOfList(get(asset));
  const mayHold = ({ items, more, isOpen }: ListParts): boolean => {
    if (kind !== 'equals') return isOpen || more > 0 || holds(items);
    const wanted = value as readonly unknown[];
    const least = items.length + more;
    return items.every((item) => wanted.includes(item)) && (isOpen ? wanted.length >= least : wanted.length === least);
  };
  const isWhole = ({ more, isOpen }: ListParts): boolean => more === 0 && !isOpen;
  // What it includes already it will include whatever else there is.
  const holdsAnyhow = (list: ListParts): boolean => (isWhole(list) || kind === 'includes') && holds(list.items);
  const certainly: Predicate = {
    isTrue: (asset) => withList(read(asset), false, holdsAnyhow),
    isFalse: (asset) => withList(read(asset), false, (list) => (isWhole(list) ? !holds(list.items) : !mayHold(list))),
  };
  const possibly: Predicate = {
    isTrue: (asset) => withList(read(asset), true, (list) => (isWhole(list) ? holds(list.items) : mayHold(list))),
    isFalse: (asset) => withList(read(asset), true, (list) => !holdsAnyhow(list)),
  };
  return { certainly, possibly };
}

/** What was read of a list, how many more there are at least, and whether there may be more than that. */
interface ListParts {
  readonly items: readonly unknown[];
  readonly more: number;
  readonly isOpen: boolean;
}

function partsOfList(value: unknown): ListParts | Unread | null {
  if (!Array.isArray(value)) return value as Unread | null;
  const items = value.filter((item) => typeof item !== 'symbol');
  const more = value.filter((item) => item === ONE_UNREAD).length;
  return { items, more, isOpen: items.length + more < value.length };
}

const withList = (list: ListParts | Unread | null, ofUnread: boolean, test: (list: ListParts) => boolean): boolean =>
  list === UNREAD ? ofUnread : list !== null && test(list);
