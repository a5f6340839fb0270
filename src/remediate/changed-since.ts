import { filledSlots } from '../iam/access-key-slots.ts';
import { type Instant, instantToMs, parseInstant } from '../iam/instant.ts';
import type { ReportFacts } from '../inventory/fact-source.ts';
import type { Entry } from './journal.ts';

/** So much later than the journal AWS may write down a change. */
const CHANGE_SETTLES_MS = 15 * 60_000;

/**
 * When a key that this tool has turned off was changed after that, as the credential report says of each slot: somebody has
 * turned it on and off again. Which of two slots that are off is this key's is not certain, so either counts. Undefined
 * where the report tells of no such change; of what it has no slot for it tells nothing.
 *
 * @param arn of the user.
 * @param off how the journal says that the key was turned off.
 */
export function changedSince(
  { report }: ReportFacts,
  arn: string,
  { keyCreated, at }: Pick<Entry, 'keyCreated' | 'at'>,
): Instant | undefined {
  const row = report.users.find((user) => user.arn === arn);
  const made = parseInstant(keyCreated) ?? '';
  const off = parseInstant(at);
  if (!row || off === undefined) return undefined;
  const slots = filledSlots(row.hasIAMUserCredentials).filter(
    ({ active, lastRotated }) => !active && lastRotated >= made,
  );
  const isLater = (time: Instant): boolean => instantToMs(time) > instantToMs(off) + CHANGE_SETTLES_MS;
  return slots.find(({ lastRotated }) => isLater(lastRotated))?.lastRotated;
}
