import { GraphQLError } from 'graphql';
import { ask, type Question } from '../graphql/ask.ts';
import { prepareDocument } from '../graphql/document.ts';
import type { Selection } from '../graphql/resolve.ts';
import { askedOf } from '../graphql/root-question.ts';
import { loadSchema } from '../graphql/schema.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { asksForNone, asksOfAll, type Expectation, holds } from './expectation.ts';
import { ledTo } from './led-to.ts';
import { atPath, fieldsAtPath } from './return-path.ts';

export type Verdict = 'PASS' | 'FAIL' | 'ERROR';

/** An asset that was selected and should not be there. */
export interface Found {
  readonly asset: Asset;
  readonly selection: Selection;
  /** What the return path leads to from it, where that is an asset; else the asset itself. */
  readonly judged: Asset;
}

/** A judged text: the verdict, on what, and out of how many. */
export interface Judgement {
  readonly verdict: Verdict;
  /** GraphQL's answer as it was judged. */
  readonly result: Awaited<ReturnType<typeof ask>>['result'];
  /** With `eq []`, what should not be there. */
  readonly findings: readonly Found[];
  /** What each root field selected. */
  readonly selections: readonly Selection[];
  /** It fails by more than the findings, whatever becomes of these: by a value. */
  readonly failsBeyondFindings: boolean;
  /**
   * How many assets of the types that the text asks for there are, or were at the times that it asks about; undefined where
   * they could not be counted.
   */
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
  const path = pathFields(question, returnPath);
  const { result, selections } = await ask(inventory, { ...question, isJudged: true });
  const types = [...new Set(selections.map((selection) => selection.type))];
  const isListed = ({ kind }: Selection): boolean => asksForNone(expectation) && kind === 'list';
  const listed = selections.filter(isListed);
  const others = selections.filter((selection) => !isListed(selection));
  const findings = await ledTo(inventory, listed, path);
  const errors = [...(result.errors ?? [])];
  if (errors.length + selections.length === 0) errors.push(new GraphQLError('the text selects nothing to judge'));
  if (asksOfAll(expectation)) errors.push(...selections.flatMap(cutShort));
  const byFindings = returnPath === '' ? findings.length > 0 : failsByValue(result, listed, expectation, returnPath);
  const failsBeyondFindings = failsByValue(result, others, expectation, returnPath);
  const verdict = byFindings || failsBeyondFindings ? 'FAIL' : errors.length > 0 ? 'ERROR' : 'PASS';
  const total = await countAsked(inventory, selections);
  return { verdict, result, findings, selections, failsBeyondFindings, types, errors, total };
}

/** A text may ask for a part of what matches; where nothing may match, the rest is not to be passed over. */
function cutShort({ responseKey, kind, found: { assets, total } }: Selection): readonly GraphQLError[] {
  if (kind === 'aggregate' || assets.length >= total) return [];
  const left = `${responseKey} leaves out ${total - assets.length} of ${total} assets that match`;
  return [new GraphQLError(`${left}: ask without limit, offset, first and after to judge them all`)];
}

/** Only what was selected from the inventory is judged: `__typename` is a value too, and says nothing of an account. */
function failsByValue(
  { data, errors = [] }: Judgement['result'],
  selections: readonly Selection[],
  expectation: Expectation,
  returnPath: string,
): boolean {
  const values = selections.map(({ responseKey }) => atPath(data?.[responseKey], returnPath));
  if (errors.length === 0) return !values.every((value) => holds(expectation, value));
  // An answer with errors in it holds null where something could not be read: only what is there counts.
  const isThere = (row: unknown): boolean => row !== null && row !== undefined;
  return asksForNone(expectation) && values.some((value) => [value].flat().some(isThere));
}

/** A text that cannot be executed has errors of its own, which the answer will hold. */
function pathFields({ text, operationName, limits }: Question, returnPath: string): ReturnType<typeof fieldsAtPath> {
  const { document } = returnPath === '' ? {} : prepareDocument(loadSchema(), text, limits);
  return document ? fieldsAtPath(document, operationName, returnPath) : new Map();
}

/** How many assets of those types there are; undefined where they could not be counted. */
export const countOf = (inventory: Inventory, types: readonly AssetTypeName[]): Promise<number | undefined> =>
  sumOf(types.map((type) => inventory.count(type)));

/** Of each type at each time that was asked about, once. */
function countAsked(inventory: Inventory, selections: readonly Selection[]): Promise<number | undefined> {
  const asked = new Map(selections.map(({ type, asOf }) => [`${type} ${asOf ?? 'now'}`, { type, asOf }]));
  return sumOf([...asked.values()].map(({ type, asOf }) => askedOf({ asOf }, inventory).count(type)));
}

async function sumOf(counting: readonly Promise<number>[]): Promise<number | undefined> {
  if (counting.length === 0) return undefined;
  // All of them to their end, so that no call is still on its way when the verdict is there.
  const counts = await Promise.allSettled(counting);
  const failed = counts.find((count) => count.status === 'rejected');
  if (failed && !(failed.reason instanceof IamqlError)) throw failed.reason;
  // The answer's own errors say why it could not be counted; a count is never a verdict.
  return counts.reduce<number | undefined>(
    (sum, count) => (sum === undefined || count.status === 'rejected' ? undefined : sum + count.value),
    0,
  );
}
