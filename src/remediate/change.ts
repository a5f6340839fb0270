import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import { type Changed, deleteAccessKey, updateAccessKey } from '../aws/remediation/change-access-key.ts';
import { type ErrorKind, IamqlError } from '../iam/error.ts';
import { instantOf, renderInstant } from '../iam/instant.ts';
import type { Entry, Journal, Written } from './journal.ts';
import { statusOf } from './look.ts';

/** What is to be done to a key. */
export type Change = Omit<Written, 'at' | 'kind' | 'found' | 'reason'>;

/** What changes are made with. */
export interface ChangeSetting {
  readonly account: AwsAccount;
  readonly log: CallLog;
  readonly clock: () => Date;
}

/** `throttled`: AWS refused to take it now; `stale`: too long after the look. Neither was done. */
export type Outcome = Changed | 'throttled' | 'stale';

/** With these, AWS or the SDK has said that nothing was done. */
const NOT_DONE: ReadonlySet<ErrorKind> = new Set(['AccessDenied', 'ExpiredCredentials', 'NoCredentials', 'Throttled']);

/**
 * Makes one change: writes down what is about to be sent, sends it once, and writes down what came of it. Where no answer
 * came, AWS is asked what is true; what that does not settle stays open, and the next run asks again.
 *
 * @param isStale whether what allowed it was looked at too long ago: a slow disk, or a machine that slept, takes its time.
 * @throws IamqlError for whatever is not expected: then nothing more is to be done.
 */
export async function makeChange(
  change: Change,
  journal: Journal,
  setting: ChangeSetting,
  isStale: () => boolean = () => false,
): Promise<Outcome> {
  note(journal, setting, change, 'intent');
  if (isStale()) {
    note(journal, setting, change, 'void', { reason: 'it was not sent: too long after the look' });
    return 'stale';
  }
  let outcome: Changed;
  try {
    outcome = await send(change, setting);
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    if (!NOT_DONE.has(error.kind)) throw await unanswered(change, journal, setting, error);
    note(journal, setting, change, 'void', { reason: error.message });
    if (error.kind !== 'Throttled') throw error;
    return 'throttled';
  }
  if (outcome === 'gone') note(journal, setting, change, 'void', { reason: 'AWS knows no such key' });
  else note(journal, setting, change, 'done');
  return outcome;
}

function send({ action, userName, accessKeyId }: Change, { account, log }: ChangeSetting): Promise<Changed> {
  const key = { userName, accessKeyId };
  const tag = { why: 'what was asked for with --yes', log };
  if (action === 'delete') return deleteAccessKey(account, key, tag);
  return updateAccessKey(account, key, action === 'deactivate' ? 'Inactive' : 'Active', tag);
}

async function unanswered(
  change: Change,
  journal: Journal,
  setting: ChangeSetting,
  error: IamqlError,
): Promise<IamqlError> {
  const { account, log } = setting;
  const status = await statusOf(account, change, log).catch(() => 'unknown');
  const isDone = isTrueOf(change.action, status);
  if (isDone) note(journal, setting, change, 'done', { found: true, reason: error.message });
  const what = isDone
    ? `AWS shows that it was done, of ${change.accessKeyId}`
    : `whether it was done is not certain, of ${change.accessKeyId}; the next run asks AWS again`;
  return new IamqlError(error.kind, `${error.message}; ${what}`, { cause: error });
}

/** Whether a key is as an action leaves it. @param status undefined where there is no such key. */
const isTrueOf = (action: Entry['action'], status: string | undefined): boolean =>
  status === { deactivate: 'Inactive', reactivate: 'Active', delete: undefined }[action];

/** An intent of an earlier run, and what AWS shows of it. */
export interface Settled {
  readonly entry: Entry;
  readonly isDone: boolean;
}

/**
 * Asks AWS what became of the intents that a run before has left open, and writes it down. What is found done may have been
 * done by somebody else in the meantime, so it is marked.
 *
 * @throws IamqlError
 */
export async function settleOpen(
  open: readonly Entry[],
  journal: Journal,
  setting: ChangeSetting,
): Promise<readonly Settled[]> {
  const settled: Settled[] = [];
  for (const entry of open) {
    const status = await statusOf(setting.account, entry, setting.log);
    const isDone = isTrueOf(entry.action, status);
    const reason = isDone ? 'found done after a run that was cut off' : `the key is ${status ?? 'gone'}`;
    note(journal, setting, changeOf(entry), isDone ? 'done' : 'void', { found: isDone, reason });
    settled.push({ entry, isDone });
  }
  return settled;
}

const changeOf = ({ action, account, userName, userId, accessKeyId, keyCreated, plan, by }: Entry): Change => ({
  ...{ action, account, userName, userId, accessKeyId, keyCreated, plan, by },
});

/** Writes a line about a change. */
export function note(
  journal: Journal,
  { clock }: Pick<ChangeSetting, 'clock'>,
  change: Change,
  kind: Entry['kind'],
  { found = false, reason = null }: { readonly found?: boolean; readonly reason?: string | null } = {},
): void {
  journal.append({ ...change, kind, at: renderInstant(instantOf(clock())), found, reason });
}
