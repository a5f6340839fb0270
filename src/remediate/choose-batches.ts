import { IamqlError } from '../iam/error.ts';
import type { ApplySetting } from './apply.ts';
import type { Entry } from './journal.ts';
import { type KeyState, stepKey } from './journal-state.ts';
import { isToWait } from './look.ts';
import type { Action, Batch, Plan, Step } from './plan-shape.ts';

/** Steps that an earlier run has dealt with, as `stepKey` calls them. */
type Settled = ReadonlyMap<string, Entry>;

const isLeft = ({ action, accessKeyId }: Step, settled: Settled): boolean => !settled.has(stepKey(action, accessKeyId));

/** The steps of a plan that no run has dealt with. */
export const leftOf = ({ batches }: Plan, settled: Settled, action: Action): readonly Step[] =>
  batches
    .filter((batch) => batch.action === action)
    .flatMap(({ steps }) => steps.filter((step) => isLeft(step, settled)));

/**
 * The batches that a run is for: those that are named, else the first that has something left, and of what is to be deleted
 * something that was off for long enough.
 *
 * @throws IamqlError InvalidInput for a batch that there is not.
 */
export function chooseBatches(
  plan: Plan,
  settled: Settled,
  states: ReadonlyMap<string, KeyState>,
  setting: ApplySetting,
): readonly Batch[] {
  const { action, batches } = setting;
  const ofAction = plan.batches.filter((batch) => batch.action === action);
  if (batches === 'all') return ofAction;
  if (typeof batches === 'number') return [named(plan, batches, action)];
  const isDue = (step: Step): boolean =>
    isLeft(step, settled) && !isToWait(step, states.get(step.accessKeyId), setting);
  const next =
    ofAction.find(({ steps }) => steps.some(isDue)) ??
    ofAction.find(({ steps }) => steps.some((step) => isLeft(step, settled)));
  return next ? [next] : [];
}

function named(plan: Plan, wanted: number, action: Action): Batch {
  const batch = plan.batches.find(({ number }) => number === wanted);
  if (!batch) throw new IamqlError('InvalidInput', `the plan has no batch ${wanted}: it has ${plan.batches.length}`);
  if (batch.action === action) return batch;
  const flag = action === 'delete' ? 'leave --delete out' : 'that needs --delete';
  throw new IamqlError('InvalidInput', `the keys of batch ${wanted} are to be ${batch.action}d: ${flag}`);
}
