import type { GraphQLError } from 'graphql';
import { ask, type Question } from '../graphql/ask.ts';
import type { Selection } from '../graphql/resolve.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { asksForNone, type Expectation, holds } from './expectation.ts';

export type Verdict = 'PASS' | 'FAIL' | 'ERROR';

/** A judged text: the verdict, on what, and out of how many. */
export interface Judgement {
  readonly verdict: Verdict;
  /** GraphQL's answer as it was judged. */
  readonly result: Awaited<ReturnType<typeof ask>>['result'];
  /** With `eq []`, the assets that should not be there, with what selected them. */
  readonly findings: readonly { readonly asset: Asset; readonly selection: Selection }[];
  /** How many assets of the types that the text asks for there are; undefined where they could not be counted. */
  readonly total: number | undefined;
  readonly types: readonly AssetTypeName[];
  /** Why it is ERROR, or why FAIL may not be all. */
  readonly errors: readonly GraphQLError[];
}

/**
 * Answers a text and judges the answer. Whatever could not be read makes it ERROR, unless it has failed already: what
 * was found stays found. A text with several root fields must hold for each of them.
 */
export async function judge(
  inventory: Inventory,
  question: Question,
  expectation: Expectation,
  returnPath = '',
): Promise<Judgement> {
  const { result, selections } = await ask(inventory, question);
  const types = [...new Set(selections.map((selection) => selection.type))];
  const none = asksForNone(expectation);
  const findings = none
    ? selections.flatMap((selection) => selection.found.assets.map((asset) => ({ asset, selection })))
    : [];
  const errors = result.errors ?? [];
  // An answer with errors in it holds null where something could not be read: only what is there counts.
  const values = Object.values(result.data ?? {}).map((value) => atPath(value, returnPath));
  const failed =
    errors.length === 0
      ? !values.every((value) => holds(expectation, value))
      : none && values.some((value) => [value].flat().some((row) => row !== null && row !== undefined));
  const verdict = failed ? 'FAIL' : errors.length > 0 || values.length === 0 ? 'ERROR' : 'PASS';
  return { verdict, result, findings, types, errors, total: await count(inventory, types) };
}

/** Follows a dotted path through objects and lists: what it leads to in each row, once for each distinct asset. */
function atPath(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (Array.isArray(value)) {
    const rows = value.map((row) => (row === null ? null : atPath(row, path)));
    return [...new Map(rows.flat().map((row) => [JSON.stringify(row), row])).values()];
  }
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  if (value === null) return null;
  const next = typeof value === 'object' ? (value as Record<string, unknown>)[head] : undefined;
  if (next === undefined) {
    throw new IamqlError('InvalidInput', `return path: there is no ${JSON.stringify(head)} in what the text selects`);
  }
  return atPath(next, rest.join('.'));
}

async function count(inventory: Inventory, types: readonly AssetTypeName[]): Promise<number | undefined> {
  if (types.length === 0) return undefined;
  try {
    const counts = await Promise.all(types.map((type) => inventory.count(type)));
    return counts.reduce((sum, n) => sum + n, 0);
  } catch {
    return undefined; // The answer's own errors say why; a count is never a verdict.
  }
}
