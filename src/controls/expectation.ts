import { IamqlError } from '../iam/error.ts';

/** What a stored check expects of its answer: `eq []`, `neq []`, `eq true`. */
export interface Expectation {
  readonly comparator: 'eq' | 'neq';
  /** Any JSON value. */
  readonly expected: unknown;
}

/** What one looks like. */
export const EXPECTATION = /^\s*(eq|neq)\s+(\S[\s\S]*)$/;

/** @throws IamqlError InvalidInput for what is not `eq` or `neq` and a JSON literal. */
export function parseExpectation(text: string): Expectation {
  const match = EXPECTATION.exec(text);
  const wrong = (cause?: unknown): IamqlError =>
    new IamqlError(
      'InvalidInput',
      `expectation ${JSON.stringify(text)} is not "eq" or "neq" and a JSON value, such as "eq []"`,
      { cause },
    );
  if (!match) throw wrong();
  try {
    return { comparator: match[1] as 'eq' | 'neq', expected: JSON.parse(match[2] as string) };
  } catch (cause) {
    throw wrong(cause);
  }
}

export const renderExpectation = ({ comparator, expected }: Expectation): string =>
  `${comparator} ${JSON.stringify(expected)}`;

/**
 * One scalar is expected of each value that was selected. Nothing at all is not that scalar, and is none that it should
 * not be.
 */
export function holds({ comparator, expected }: Expectation, value: unknown): boolean {
  const isEach = Array.isArray(value) && isScalar(expected);
  const values: readonly unknown[] = isEach ? value : [value];
  return comparator === 'eq'
    ? values.length > 0 && values.every((one) => isSameJson(one, expected))
    : !values.some((one) => isSameJson(one, expected));
}

/** `eq []`: what is selected is what is wrong. */
export const asksForNone = ({ comparator, expected }: Expectation): boolean =>
  comparator === 'eq' && Array.isArray(expected) && expected.length === 0;

/** Whether a part of what matches is not enough to tell: nothing may match, or one scalar is asked of all. */
export const asksOfAll = (expectation: Expectation): boolean =>
  asksForNone(expectation) || isScalar(expectation.expected);

const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object';

/** graphql-js makes objects without a prototype, which Node's own comparison takes for a difference. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSameJson(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  const hasSameKeys = keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key));
  return hasSameKeys && keys.every((key) => isSameJson(a[key], b[key]));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
