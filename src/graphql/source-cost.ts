import { IamqlError } from '../iam/error.ts';
import type { Inventory, LeftOpen } from '../inventory/inventory.ts';
import { nodesOf } from '../where/expression.ts';
import type { ExplainedQuestion } from './explain.ts';
import { askedOf } from './root-question.ts';

/** How many rows of a store there are to a question: counted by the database, or why they could not be. */
export type StoreCost = ({ readonly how: 'COUNTED' } & LeftOpen) | { readonly how: 'UNKNOWN'; readonly why: string };

/**
 * Says what answers each question, and over a store how many rows may match it and what its patterns cost. The database
 * counts, for about what it takes to answer, and no row leaves it.
 */
export function withCosts<Q extends ExplainedQuestion>(
  questions: readonly Q[],
  inventory: Inventory,
): Promise<readonly Q[]> {
  const { source } = inventory.evidence();
  return Promise.all(
    questions.map(async (question): Promise<Q> => {
      const matching = await counted('mayMatch', question, inventory);
      const patterns = hasPattern(question) ? await counted('leftOpen', question, inventory) : undefined;
      return { ...question, source, ...(matching ? { matching } : {}), ...(patterns ? { patterns } : {}) };
    }),
  );
}

/** What the patterns of questions cost, of those that have any, over a store. */
export function withPatternCosts<Q extends ExplainedQuestion>(
  questions: readonly Q[],
  inventory: Inventory,
): Promise<readonly Q[]> {
  return Promise.all(
    questions.map(async (question): Promise<Q> => {
      const patterns = hasPattern(question) ? await counted('leftOpen', question, inventory) : undefined;
      return patterns ? { ...question, patterns } : question;
    }),
  );
}

const hasPattern = ({ where }: ExplainedQuestion): boolean =>
  [...nodesOf(where)].some(({ kind }) => kind === 'matches');

async function counted(
  by: 'mayMatch' | 'leftOpen',
  question: ExplainedQuestion,
  inventory: Inventory,
): Promise<StoreCost | undefined> {
  if (!inventory[by]) return undefined;
  try {
    const rows = await askedOf(question, inventory)[by]?.(question.type, question.where);
    return rows && { how: 'COUNTED', ...rows };
  } catch (error) {
    if (error instanceof IamqlError) return { how: 'UNKNOWN', why: error.message };
    throw error;
  }
}
