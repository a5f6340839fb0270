import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, getters } from '../iam/catalogue.generated.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';
import { comparisons } from './comparisons.ts';
import { type Comparison, type Expression, isRelated } from './expression.ts';
import { partialListComparison } from './partial-list.ts';
import { type Items, quantifiers } from './quantifiers.ts';

export type Test = (asset: Asset) => boolean;

/**
 * Three-valued logic as two questions: a condition is true, or false, or, when both answer no, unknown. Comparing null
 * is unknown; NOT swaps the two answers, so NOT unknown stays unknown; only what is true is selected.
 */
export interface Predicate {
  readonly isTrue: Test;
  readonly isFalse: Test;
}

/**
 * How a fact that nobody has read yet is taken: `certainly` answers yes only when every value it may have gives yes,
 * `possibly` when any might. An asset that is possibly and not certainly true is undecided until the fact is read.
 */
export interface Compiled {
  readonly certainly: Predicate;
  readonly possibly: Predicate;
}

/** Reads a field or a relation of an asset: a value, null, or UNREAD; a list may hold UNREAD for "perhaps more". */
export type ReadField = (asset: Asset, field: string) => unknown;

/** Compiles once per question; what it returns is called for every asset. */
export function compile(expression: Expression, read: ReadField): Compiled {
  switch (expression.kind) {
    case 'always':
      return constant(true);
    case 'constant':
      return constant(expression.value);
    case 'not':
      return not(compile(expression.of, read));
    case 'and':
      return and(expression.of.map((part) => compile(part, read)));
    case 'or':
      // De Morgan: it is true where not all are false, and unknown where AND of the negations is.
      return not(and(expression.of.map((part) => not(compile(part, read)))));
    case 'isNull':
      return isNull(reader(expression.type, expression.field, read));
    case 'additionalKey':
      return twoValued(quantifiers.some(itemsOf(additionalKeysOf), compile(expression.of, read)));
    default:
      if (!isRelated(expression)) {
        const get = reader(expression.type, expression.field, read);
        const { list, sparing } = catalogue[expression.type]?.fields[expression.field] ?? {};
        // Only what several calls tell may be known in part.
        return list && sparing ? partialListComparison(expression, get) : comparison(expression, get);
      }
      return twoValued(
        quantifiers[expression.kind](
          itemsOf(reader(expression.type, expression.field, read)),
          compile(expression.of, read),
        ),
      );
  }
}

const same = (predicate: Predicate): Compiled => ({ certainly: predicate, possibly: predicate });

const constant = (value: boolean): Compiled => same({ isTrue: () => value, isFalse: () => !value });

const swap = ({ isTrue, isFalse }: Predicate): Predicate => ({ isTrue: isFalse, isFalse: isTrue });

const not = ({ certainly, possibly }: Compiled): Compiled => ({ certainly: swap(certainly), possibly: swap(possibly) });

const and = (of: readonly Compiled[]): Compiled => ({
  certainly: allOf(of.map((part) => part.certainly)),
  possibly: allOf(of.map((part) => part.possibly)),
});

/** True where every part is true, false where any is false. */
const allOf = (of: readonly Predicate[]): Predicate => ({
  isTrue: every(of.map((part) => part.isTrue)),
  isFalse: any(of.map((part) => part.isFalse)),
});

/** Of null it is unknown: neither question is answered yes. */
function comparison({ kind, value }: Comparison, get: (asset: Asset) => unknown): Compiled {
  const holds = comparisons[kind](value);
  const taking = (isPossible: boolean): Predicate => ({
    isTrue: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? isPossible : actual !== null && holds(actual);
    },
    isFalse: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? isPossible : actual !== null && !holds(actual);
    },
  });
  return { certainly: taking(false), possibly: taking(true) };
}

function isNull(get: (asset: Asset) => unknown): Compiled {
  const taking = (isPossible: boolean): Predicate => ({
    isTrue: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? isPossible : actual === null;
    },
    isFalse: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? isPossible : actual !== null;
    },
  });
  return { certainly: taking(false), possibly: taking(true) };
}

/** A relation is never unknown: what is not true of it is false, a missing record included. */
function twoValued({ certainly, possibly }: Readonly<Record<keyof Compiled, Test>>): Compiled {
  return {
    certainly: { isTrue: certainly, isFalse: (asset) => !possibly(asset) },
    possibly: { isTrue: possibly, isFalse: (asset) => !certainly(asset) },
  };
}

/** How to read one field of many assets. What a report's column holds is there; anything else may have to be asked. */
function reader(type: AssetTypeName, field: string, read: ReadField): (asset: Asset) => unknown {
  const own = getters[field] ?? ((asset: Asset) => asset[field]);
  if (catalogue[type]?.fields[field]?.column) return own;
  return (asset) => {
    const value = own(asset);
    return value === undefined ? read(asset, field) : value;
  };
}

const NONE: Items = [];

/** What a relation leads to: to one, to many, or to none. */
const itemsOf =
  (related: (asset: Asset) => unknown) =>
  (asset: Asset): Items | Asset | Unread => {
    const items = related(asset);
    return items === null ? NONE : (items as Items | Asset | Unread);
  };

/** The keys that the report has no slot for, each as a record that shows it in slot 1; UNREAD until they are listed. */
export function additionalKeysOf(credentials: Asset): readonly Asset[] | Unread {
  const keys = credentials['additionalKeys'] as readonly Asset[] | Unread | undefined;
  return keys ?? (credentials['additionalCredentialsInfo'] === null ? [] : UNREAD);
}

/** Folded pairwise: two calls that the engine can see are cheaper than a loop over functions that it cannot. */
const every = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => true : tests.reduceRight((rest, test) => (asset) => test(asset) && rest(asset));

const any = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => false : tests.reduceRight((rest, test) => (asset) => test(asset) || rest(asset));
