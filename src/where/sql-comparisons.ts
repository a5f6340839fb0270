import type { ComparisonKind } from './expression.ts';

/**
 * How a scalar is kept. Times are kept as the canonical texts that they are in memory, which is exact to the last digit,
 * where a timestamp would round; texts are compared by code point (collation "C") as in memory.
 */
export const sqlTypes: Readonly<Record<string, string>> = {
  ID: 'text',
  String: 'text',
  DateTime: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  Float: 'double precision',
};

/** What is true of a value for which it holds, and what is true of one for which it does not. Of null, neither is. */
export const sqlComparisons: Readonly<
  Record<Exclude<ComparisonKind, 'matches'>, (column: string, $: string) => readonly [holds: string, fails: string]>
> = {
  equals: (column, $) => [`${column} = ${$}`, `${column} <> ${$}`],
  in: (column, $) => [`${column} = ANY(${$})`, `${column} <> ALL(${$})`],
  lessThan: (column, $) => [`${column} < ${$}`, `${column} >= ${$}`],
  atMost: (column, $) => [`${column} <= ${$}`, `${column} > ${$}`],
  greaterThan: (column, $) => [`${column} > ${$}`, `${column} <= ${$}`],
  atLeast: (column, $) => [`${column} >= ${$}`, `${column} < ${$}`],
  contains: (column, $) => [`strpos(${column}, ${$}) > 0`, `strpos(${column}, ${$}) = 0`],
  startsWith: (column, $) => [`starts_with(${column}, ${$})`, `NOT starts_with(${column}, ${$})`],
  endsWith: (column, $) => [`right(${column}, length(${$})) = ${$}`, `right(${column}, length(${$})) <> ${$}`],
  includes: (column, $) => [`${$} = ANY(${column})`, `${$} <> ALL(${column})`],
};
