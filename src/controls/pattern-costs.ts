import { type ExplainedQuestion, explain } from '../graphql/explain.ts';
import { withPatternCosts } from '../graphql/source-cost.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ControlRun } from './run-control.ts';

/** What the patterns of each rule cost over a store. */
export async function patternCosts(runs: readonly ControlRun[], inventory: Inventory) {
  const costs: { readonly control: string; readonly rule: string; readonly question: ExplainedQuestion }[] = [];
  for (const { control, parameters } of runs) {
    for (const { name: rule, query: text } of control.rules) {
      const questions = await withPatternCosts(await explain({ text, variables: parameters }), inventory);
      costs.push(...questions.map((question) => ({ control: control.id, rule, question })));
    }
  }
  return costs;
}
