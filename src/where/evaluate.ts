import type { Asset } from '../iam/assets.ts';
import { getters } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
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

/** How to read one field of many assets: what an asset holds itself needs no asking, and most filters need no more. */
function reader(field: string, read: ReadField): (asset: Asset) => unknown {
  const own = getters[field] ?? ((asset: Asset) => asset[field]);
  return (asset) => {
    const value = own(asset);
    return value === undefined ? read(asset, field) : value;
  };
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
      return compileEquals(expression, read, unread);
    case 'isNull': {
      const { field } = expression;
      return compileTwoValued(reader(field, read), (value) => value === null, unread);
    }
    case 'some':
      return compileSome(expression, read, certainty, reader(expression.field, read));
    case 'additionalKey':
      return compileSome(expression, read, certainty, reader('additionalKeys', read));
  }
}

function compileEquals(
  { field, value }: { readonly field: string; readonly value: unknown },
  read: ReadField,
  unread: boolean,
): Predicate {
  const get = reader(field, read);
  return {
    isTrue: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? unread : actual === value;
    },
    isFalse: (asset) => {
      const actual = get(asset);
      return actual === UNREAD ? unread : actual !== null && actual !== value;
    },
  };
}

function compileTwoValued(
  value: (asset: Asset) => unknown,
  holds: (value: unknown) => boolean,
  unread: boolean,
): Predicate {
  return {
    isTrue: (asset) => {
      const actual = value(asset);
      return actual === UNREAD ? unread : holds(actual);
    },
    isFalse: (asset) => {
      const actual = value(asset);
      return actual === UNREAD ? unread : !holds(actual);
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
  const holds = (mode: Certainty) => {
    const { isTrue } = compile(of, read, mode);
    const holdsOf = (item: unknown): boolean =>
      item === UNREAD ? mode === 'possibly' : item !== null && isTrue(item as Asset);
    return (asset: Asset): boolean => {
      const value = related(asset);
      return Array.isArray(value) ? value.some(holdsOf) : holdsOf(value);
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
