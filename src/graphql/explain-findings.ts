import { IamqlError } from '../iam/error.ts';
import { FINDING } from '../inventory/finding-type.ts';
import type { FindingsCost } from '../inventory/findings.ts';
import type { Evidence, Inventory } from '../inventory/inventory.ts';
import { type ConditionLine, linesOf } from '../where/condition-lines.ts';
import type { WrittenFindings } from './request.ts';
import type { StoreCost } from './source-cost.ts';

/** What a root field asks of findings, as it was understood. */
export interface ExplainedFindings extends WrittenFindings {
  readonly responseKey: string;
  /** In words; empty where there is none. */
  readonly condition: readonly ConditionLine[];
  /** What answers it; undefined while nobody has said. Only a store does. */
  readonly source?: Evidence['source'];
  /** How many findings match, or, of a summary, how many changes it adds up. */
  readonly matching?: StoreCost;
  /** What its patterns cost; undefined where it has none. */
  readonly patterns?: StoreCost;
}

export const explainFindings = (asked: readonly WrittenFindings[]): readonly ExplainedFindings[] =>
  asked.map((question) => ({
    ...question,
    responseKey: (question.node.alias ?? question.node.name).value,
    condition: question.where.kind === 'always' ? [] : linesOf(question.where),
  }));

/** Says what answers each, and over a store how many findings there are to it. The database counts. */
export function withFindingsCosts(
  asked: readonly ExplainedFindings[],
  inventory: Inventory,
): Promise<readonly ExplainedFindings[]> {
  const { source } = inventory.evidence();
  return Promise.all(
    asked.map(async (question): Promise<ExplainedFindings> => {
      const costs = await costsOf(question, inventory);
      return { ...question, source, ...costs };
    }),
  );
}

async function costsOf(question: ExplainedFindings, inventory: Inventory) {
  if (!inventory.findingsCost) return {};
  const counted = (rows: FindingsCost['matching']): StoreCost => ({ how: 'COUNTED', ...rows });
  try {
    const { matching, patterns } = await inventory.findingsCost(question, question.kind === 'summary');
    return { matching: counted(matching), ...(patterns ? { patterns: counted(patterns) } : {}) };
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    return { matching: { how: 'UNKNOWN', why: error.message } as const };
  }
}

/** What a client gets that asks for `extensions.plan`, as for assets: no facts of AWS are read for it. */
export const planOfFindings = (asked: readonly ExplainedFindings[]) =>
  asked.map(({ responseKey, condition, matching, patterns }) => ({
    field: responseKey,
    type: FINDING,
    condition: condition.map(({ depth, words }) => '  '.repeat(depth) + words),
    facts: [],
    ...(matching ? { matching, related: [] } : {}),
    ...(patterns ? { patterns } : {}),
  }));
