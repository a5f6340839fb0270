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
    case 'some':
      return compileSome(expression, read, certainty, reader(expression.type, expression.field, read));
    case 'additionalKey':
      return compileSome(expression, read, certainty, additionalKeysOf);
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

/** Two-valued: a missing record makes it false, and so does a predicate that is unknown of the record. */
function compileSome(
  { of }: { readonly of: Expression },
  read: ReadField,
  certainty: Certainty,
  related: (asset: Asset) => unknown,
): Predicate {
  const holds = (mode: Certainty): Test => {
    const { isTrue } = compile(of, read, mode);
    const isPossible = mode === 'possibly';
    const holdsOf = (item: unknown): boolean => (item === UNREAD ? isPossible : item !== null && isTrue(item as Asset));
    return (asset) => {
      const value = related(asset);
      return Array.isArray(value) ? value.length > 0 && value.some(holdsOf) : holdsOf(value);
    };
  };
  const isTrue = holds(certainty);
  const isOtherwiseTrue = holds(opposite[certainty]);
  return { isTrue, isFalse: (asset) => !isOtherwiseTrue(asset) };
}

type Test = (asset: Asset) => boolean;

/** Folded pairwise: two calls that the engine can see are cheaper than a loop over functions that it cannot. */
const every = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => true : tests.reduceRight((rest, test) => (asset) => test(asset) && rest(asset));

const any = (tests: readonly Test[]): Test =>
  tests.length === 0 ? () => false : tests.reduceRight((rest, test) => (asset) => test(asset) || rest(asset));
