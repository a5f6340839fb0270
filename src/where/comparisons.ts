import type { Comparison, ComparisonKind } from './expression.ts';
import { wholeMatch } from './patterns.ts';

type Value = Comparison['value'];

/**
 * What each comparison asks of a value that is there. Instants are canonical strings, whose order is that of time;
 * strings are compared as they are, letter case included. GraphQL has made sure of the types.
 */
export const comparisons: Readonly<Record<ComparisonKind, (value: Value) => (actual: unknown) => boolean>> = {
  equals: (value) => (Array.isArray(value) ? isListOf(value) : (actual) => actual === value),
  in: (values) => {
    const wanted = new Set<unknown>(values as readonly unknown[]);
    return (actual) => wanted.has(actual);
  },
  lessThan: (value) => (actual) => (actual as Value) < value,
  atMost: (value) => (actual) => (actual as Value) <= value,
  greaterThan: (value) => (actual) => (actual as Value) > value,
  atLeast: (value) => (actual) => (actual as Value) >= value,
  contains: (value) => (actual) => (actual as string).includes(value as string),
  startsWith: (value) => (actual) => (actual as string).startsWith(value as string),
  endsWith: (value) => (actual) => (actual as string).endsWith(value as string),
  matches: (pattern) => wholeMatch(pattern as string),
  includes: (value) => (actual) => (actual as readonly unknown[]).includes(value),
};

/** The same items in the same order. */
const isListOf =
  (value: readonly unknown[]) =>
  (actual: unknown): boolean => {
    const items = actual as readonly unknown[];
    return items.length === value.length && items.every((item, index) => item === value[index]);
  };
