import { instantToMs, parseInstant } from '../iam/instant.ts';
import type { Entry } from './journal.ts';

/** What a journal says of a key. */
export interface KeyState {
  /** The last that is known to have happened. */
  readonly last: Entry | undefined;
  /** An intent of which nobody knows what became. */
  readonly open: Entry | undefined;
  /** One that AWS was asked about so late that what it did may have been undone by then. */
  readonly doubtful: Entry | undefined;
}

/** Longer no run takes to hear of what it has sent, in milliseconds. */
const HEARD_MS = 15 * 60_000;

/** By the id of the key, in the order in which they first appear; of one account. */
export function statesOf(entries: readonly Entry[], account: string): ReadonlyMap<string, KeyState> {
  const states = new Map<string, KeyState>();
  for (const entry of entries) {
    if (entry.account !== account || entry.kind === 'skipped') continue;
    const before = states.get(entry.accessKeyId);
    const last = entry.kind === 'done' ? entry : before?.last;
    const open = entry.kind === 'intent' ? entry : undefined;
    const isLate = entry.kind === 'void' && before?.open && msOf(entry) - msOf(before.open) > HEARD_MS;
    const doubtful = isLate ? before.open : entry.kind === 'done' ? undefined : before?.doubtful;
    states.set(entry.accessKeyId, { last, open, doubtful });
  }
  return states;
}

const msOf = ({ at }: Entry): number => instantToMs(parseInstant(at) ?? at);

/** What a plan's step is called in a journal. */
export const stepKey = (action: string, accessKeyId: string): string => `${action} ${accessKeyId}`;

/** What became of the steps of a plan that were done or were not to be done, as `stepKey` calls them. */
export function settledSteps(entries: readonly Entry[], plan: string): ReadonlyMap<string, Entry> {
  const settled = entries.filter((entry) => entry.plan === plan && (entry.kind === 'done' || entry.kind === 'skipped'));
  return new Map(settled.map((entry) => [stepKey(entry.action, entry.accessKeyId), entry]));
}
