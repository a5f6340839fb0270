import { IamqlError } from '../iam/error.ts';
import type { Inventory, LeftOpen } from '../inventory/inventory.ts';
import { nodesOf } from '../where/expression.ts';
import type { ExplainedQuestion } from './explain.ts';
import { askedOf } from './root-question.ts';

/** How many rows a store hands over to be matched with patterns: counted by the database, or why they could not be. */
export type PatternCost = ({ readonly how: 'COUNTED' } & LeftOpen) | { readonly how: 'UNKNOWN'; readonly why: string };

/**
 * Says of each question over a store what its patterns cost. The database counts, for about what it takes to answer, and
 * no row leaves it.
 */
export function withPatternCosts<Q extends ExplainedQuestion>(
  questions: readonly Q[],
  inventory: Inventory,
): Promise<readonly Q[]> {
  return Promise.all(
    questions.map(async (question) => {
      const patterns = await patternCostOf(question, inventory);
      return patterns ? { ...question, patterns } : question;
    }),
  );
}

async function patternCostOf(question: ExplainedQuestion, inventory: Inventory): Promise<PatternCost | undefined> {
  const { type, where } = question;
  if (!inventory.leftOpen || ![...nodesOf(where)].some(({ kind }) => kind === 'matches')) return undefined;
  try {
    const left = await askedOf(question, inventory).leftOpen?.(type, where);
    return left && { how: 'COUNTED', ...left };
  } catch (error) {
    if (error instanceof IamqlError) return { how: 'UNKNOWN', why: error.message };
    throw error;
  }
}
