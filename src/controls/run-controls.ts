import { explain } from '../graphql/explain.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, factGroups } from '../iam/catalogue.generated.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Benchmark, Recommendation } from './benchmark.ts';
import type { Control, Parameters } from './control.ts';
import { parametersOf } from './parameters.ts';
import { type ControlRun, isOfRowsOnly, type RunSettings, runControl } from './run-control.ts';

/** A control, and with which values it is to be judged in place of its own. */
export interface AskedControl {
  readonly control: Control;
  readonly parameters: Parameters;
}

/**
 * Judges controls over one inventory, each once for each set of parameters that it is asked with. Together they cost the
 * union of their facts: whatever is read for the whole account is asked for before any of them waits for it.
 */
export async function runControls(
  inventory: Inventory,
  asked: readonly AskedControl[],
  { onJudged, ...settings }: RunsSettings = {},
): Promise<readonly ControlRun[]> {
  const distinct = [...new Map(asked.map((one) => [keyOf(one.control.id, parametersIn(one)), one])).values()];
  if (distinct.length > 1 && inventory.prefetch) {
    const { types, groups } = await bulkFacts(distinct);
    inventory.prefetch(types, groups);
  }
  const runs: ControlRun[] = [];
  // One after the other: what one has read of an asset may spare the next a call.
  for (const { control, parameters } of distinct) {
    runs.push(await runControl(inventory, control, { ...settings, parameters }));
    onJudged?.();
  }
  return runs;
}

interface RunsSettings extends Omit<RunSettings, 'parameters'> {
  /** Called when one more control has its verdict. */
  readonly onJudged?: () => void;
}

const parametersIn = ({ control, parameters }: AskedControl): Parameters => parametersOf(control, parameters);

const keyOf = (id: string, parameters: Parameters): string =>
  JSON.stringify([id, Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The controls that a benchmark points at. @param overrides what the run asks of a control, before the benchmark. */
export function askedByBenchmark(
  { sections }: Benchmark,
  controls: readonly Control[],
  overrides: (control: Control) => Parameters,
): readonly AskedControl[] {
  return sections.flatMap(({ recommendations }) =>
    recommendations.flatMap(({ control: id, ...rest }) => {
      const control = controls.find((one) => one.id === id);
      const ofBenchmark = 'parameters' in rest ? rest.parameters : {};
      return control ? [{ control, parameters: { ...ofBenchmark, ...overrides(control) } }] : [];
    }),
  );
}

/** Finds the run that decides a recommendation. */
export function runOfRecommendation(
  runs: readonly ControlRun[],
  overrides: (control: Control) => Parameters,
): (recommendation: Recommendation) => ControlRun | undefined {
  const byKey = new Map(runs.map((run) => [keyOf(run.control.id, run.parameters), run]));
  const byId = new Map(runs.map(({ control }) => [control.id, control]));
  return (recommendation) => {
    const control = recommendation.control === undefined ? undefined : byId.get(recommendation.control);
    if (!control || recommendation.control === undefined) return undefined;
    const parameters = parametersOf(control, { ...recommendation.parameters, ...overrides(control) });
    return byKey.get(keyOf(control.id, parameters));
  };
}

/**
 * What all of them read for the whole account. A group that only undecided assets need is among it where one call gives it
 * together with others that are read in any case: asked for later, it would cost that call again.
 */
async function bulkFacts(asked: readonly AskedControl[]) {
  const types = new Set<AssetTypeName>(asked.flatMap(({ control }) => control.assetTypes));
  const certain = new Set<FactGroup>();
  const possible = new Set<FactGroup>();
  for (const { control, parameters } of asked) {
    const variables = parametersOf(control, parameters);
    for (const rule of control.rules) {
      for (const { type, facts } of await explain({ text: rule.query, variables })) {
        types.add(type);
        for (const { group, of } of facts) {
          if (factGroups[group].per || (of === 'selected' && isOfRowsOnly(rule))) continue;
          (of === 'all' ? certain : possible).add(group);
        }
      }
    }
  }
  const shared = [...possible].filter((group) => isShared(group));
  const isCallMade = shared.length > 1 || [...certain].some(isShared);
  return { types: [...types], groups: [...certain, ...(isCallMade ? shared : [])] };
}

/** One call gives it together with other groups. */
const isShared = (group: FactGroup): boolean => {
  const call = factGroups[group].actions.join();
  return call !== '' && Object.values(factGroups).filter(({ actions }) => actions.join() === call).length > 1;
};
