import type { Field } from '../iam/catalogue.generated.ts';
import type { ComparisonKind, Quantifier } from './expression.ts';

/**
 * One operator of the where language. The where-inputs are made from this table and read back with it, and operator
 * objects are rewritten with it, so that none of them can disagree.
 */
export interface Operator {
  /** What is added to a field's name: `''`, `_NOT_IN`, ... */
  readonly suffix: string;
  /** What an operator object calls it (`{in: [...]}`); undefined where only the suffix says it. */
  readonly word: string | undefined;
  readonly kind: ComparisonKind | Quantifier;
  /** The whole is true where `kind` is false, and unknown where it is unknown. */
  readonly isNegated: boolean;
  /** What null asks: whether there is a value, "has none" in the older sense (deprecated), or nothing that is agreed on. */
  readonly ofNull: 'isNull' | 'deprecated' | 'error';
  appliesTo(field: Field): boolean;
  /** The GraphQL type of its argument. */
  argumentType(field: Field): string;
}

type Row = readonly [
  suffix: string,
  word: string | undefined,
  kind: Operator['kind'],
  ofNull: Operator['ofNull'],
  appliesTo: (field: Field) => boolean,
  argumentType: (field: Field) => string,
];

const isList = (field: Field): boolean => field.list === true;
const isScalar = (field: Field): boolean => !field.relation && !isList(field);
const isOrdered = (field: Field): boolean => isScalar(field) && ['Int', 'Float', 'DateTime'].includes(field.type);
const isText = (field: Field): boolean => isScalar(field) && ['String', 'ID'].includes(field.type);
const isToMany = (field: Field): boolean => field.relation === 'toMany';

const one = (field: Field): string => field.type;
const many = (field: Field): string => `[${field.type}!]`;
const whole = (field: Field): string => (isList(field) ? many(field) : one(field));
const where = (field: Field): string => `${field.type}Where`;

/** Those that have a `_NOT` form. A bare to-many relation asks for at least one related asset, as `_SOME` does. */
const negatable: readonly Row[] = [
  ['', 'eq', 'equals', 'isNull', (field) => !field.relation, whole],
  ['', undefined, 'some', 'isNull', (field) => field.relation !== undefined, where],
  ['_IN', 'in', 'in', 'error', (field) => isScalar(field) && field.type !== 'Boolean', many],
  ['_CONTAINS', 'contains', 'contains', 'error', isText, one],
  ['_STARTS_WITH', 'startsWith', 'startsWith', 'error', isText, one],
  ['_ENDS_WITH', 'endsWith', 'endsWith', 'error', isText, one],
  ['_INCLUDES', 'includes', 'includes', 'error', isList, one],
];

const plain: readonly Row[] = [
  ['_LT', 'lt', 'lessThan', 'error', isOrdered, one],
  ['_LTE', 'lte', 'atMost', 'error', isOrdered, one],
  ['_GT', 'gt', 'greaterThan', 'error', isOrdered, one],
  ['_GTE', 'gte', 'atLeast', 'error', isOrdered, one],
  ['_MATCHES', 'matches', 'matches', 'error', isText, one],
  ['_SOME', 'some', 'some', 'deprecated', isToMany, where],
  ['_ALL', 'all', 'all', 'error', isToMany, where],
  ['_SINGLE', 'single', 'single', 'error', isToMany, where],
];

const operator = ([suffix, word, kind, ofNull, appliesTo, argumentType]: Row, isNegated: boolean): Operator => ({
  suffix,
  word,
  kind,
  isNegated,
  ofNull,
  appliesTo,
  argumentType,
});

const negated = ([suffix, , ...rest]: Row): Operator => operator([`_NOT${suffix}`, undefined, ...rest], true);

export const operators: readonly Operator[] = [
  ...negatable.flatMap((row) => [operator(row, false), negated(row)]),
  ...plain.map((row) => operator(row, false)),
  // The complement of `_SOME`, under a name of its own.
  operator(['_NONE', 'none', 'some', 'error', isToMany, where], true),
];
