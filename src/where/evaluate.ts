import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, getters } from '../iam/catalogue.generated.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';
import type { Expression } from './expression.ts';

/**
 * Three-valued logic as two questions: a condition is true, or false, or, when both answer no, unknown. Comparing null
 * is unknown; NOT swaps the two answers, so NOT unknown stays unknown; only what is true is selected.
 */
export interface Predicate {
  readonly isTrue: (asset: Asset) => boolean;
  readonly isFalse: (asset: Asset) => boolean;
}

/**
 * How a fact that nobody has read yet is taken: `certainly` answers yes only when every value it may have gives yes,
 * `possibly` when any might. An asset that is possibly and not certainly true is undecided until the fact is read.
 */
export type Certainty = 'certainly' | 'possibly';

/** Reads a field or a relation of an asset: a value, null, or UNREAD; a list may hold UNREAD for "perhaps more". */
export type ReadField = (asset: Asset, field: string) => unknown;

const opposite = { certainly: 'possibly', possibly: 'certainly' } as const;

/** How to read one field of many assets. What a report's column holds is there; anything else may have to be asked. */
function reader(type: AssetTypeName, field: string, read: ReadField): (asset: Asset) => unknown {
  const own = getters[field] ?? ((asset: Asset) => asset[field]);
  if (catalogue[type].fields[field]?.column) return own;
  return (asset) => {
    const value = own(asset);
    return value === undefined ? read(asset, field) : value;
  };
}

const NO_KEYS: readonly Asset[] = [];

/** The keys that the report has no slot for, each as a record that shows it in slot 1; UNREAD until they are listed. */
export function additionalKeysOf(credentials: Asset): readonly Asset[] | Unread {
  const keys = credentials['additionalKeys'] as readonly Asset[] | Unread | undefined;
  return keys ?? (credentials['additionalCredentialsInfo'] === null ? NO_KEYS : UNREAD);
}

/** Compiles once per question; what it returns is called for every asset. */
export function compile(expression: Expression, read: ReadField, certainty: Certainty): Predicate {
  const unread = certainty === 'possibly';
  const compileOf = (of: Expression) => compile(of, read, certainty);
  switch (expression.kind) {
    case 'always':
      return { isTrue: () => true, isFalse: () => false };
    case 'not': {
      const { isTrue, isFalse } = compileOf(expression.of);
      return { isTrue: isFalse, isFalse: isTrue };
    }
    case 'and': {
      const of = expression.of.map(compileOf);
      return { isTrue: every(of.map((part) => part.isTrue)), isFalse: any(of.map((part) => part.isFalse)) };
    }
    case 'or': {
      const of = expression.of.map(compileOf);
      return { isTrue: any(of.map((part) => part.isTrue)), isFalse: every(of.map((part) => part.isFalse)) };
    }
    case 'equals':
      return compileEquals(reader(expression.type, expression.field, read), expression.value, unread);
    case 'isNull':
      return compileIsNull(reader(expression.type, expression.field, read), unread);
    case 'some': {
      const isToOne = catalogue[expression.type].fields[expression.field]?.relation === 'toOne';
      const related = reader(expression.type, expression.field, read);
      return compileSome(expression.of, read, certainty, isToOne ? ofOne(related) : ofMany(related));
    }
    case 'additionalKey':
      return compileSome(expression.of, read, certainty, ofMany(additionalKeysOf));
  }
}

function compileEquals(get: (asset: Asset) => unknown, value: unknown, unread: boolean): Predicate {
  return {
    isTrue: (asset) => {
      const actual = get(asset);
      return actual === value || (unread && actual === UNREAD);
    },
    isFalse: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? unread : actual !== null && actual !== value;
    },
  };
}

function compileIsNull(get: (asset: Asset) => unknown, unread: boolean): Predicate {
  return {
    isTrue: (asset) => {
      const actual = get(asset);
      return actual === null || (unread && actual === UNREAD);
    },
    isFalse: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? unread : actual !== null;
    },
  };
}

/** Makes "a related record passes the test" of the test; `isPossible` answers for a record that was not read. */
type Quantifier = (test: Test, isPossible: boolean) => Test;

/** Two-valued: a missing record makes it false, and so does a predicate that is unknown of the record. */
function compileSome(of: Expression, read: ReadField, certainty: Certainty, quantify: Quantifier): Predicate {
  const isTrue = quantify(compile(of, read, certainty).isTrue, certainty === 'possibly');
  const isOtherwiseTrue = quantify(compile(of, read, opposite[certainty]).isTrue, certainty === 'certainly');
  return { isTrue, isFalse: (asset) => !isOtherwiseTrue(asset) };
}

const ofOne =
  (related: (asset: Asset) => unknown): Quantifier =>
  (test, isPossible) =>
  (asset) => {
    const item = related(asset);
    return item !== null && (item === UNREAD ? isPossible : test(item as Asset));
  };

const ofMany =
  (related: (asset: Asset) => unknown): Quantifier =>
  (test, isPossible) =>
  (asset) => {
    const items = related(asset);
    if (items === UNREAD) return isPossible;
    if (items === null) return false;
    for (const item of items as readonly unknown[]) {
      if (item === UNREAD ? isPossible : test(item as Asset)) return true;
    }
    return false;
  };

type Test = (asset: Asset) => boolean;

/** Folded pairwise: two calls that the engine can see are cheaper than a loop over functions that it cannot. */
const every = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => true : tests.reduceRight((rest, test) => (asset) => test(asset) && rest(asset));

const any = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => false : tests.reduceRight((rest, test) => (asset) => test(asset) || rest(asset));
