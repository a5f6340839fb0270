import { setTimeout as pause } from 'node:timers/promises';
import { getAccessKeyLastUsed, listAccessKeys } from '../aws/access-keys.ts';
import { getUser } from '../aws/remediation/get-user.ts';
import { inWholeSeconds } from '../iam/access-key-slots.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant, renderInstant } from '../iam/instant.ts';
import { keyStatusCommand } from '../iam/shell.ts';
import { type ChangeSetting, makeChange, type Settled, settleOpen } from './change.ts';
import type { Entry, Journal } from './journal.ts';
import { statesOf } from './journal-state.ts';

export interface UndoSetting extends ChangeSetting {
  readonly accountId: string;
  /** The ARN of who runs it. */
  readonly by: string;
  /** Which keys; undefined for all that the journal says were turned off. */
  readonly keys: readonly string[] | undefined;
  /** Only those that were turned off since. */
  readonly since: Instant | undefined;
  readonly pauseMs: number;
  readonly isInterrupted: () => boolean;
}

export interface UndoneKey {
  readonly userName: string;
  readonly accessKeyId: string;
  /** When it was turned off. */
  readonly offSince: string;
  /** It was found off after a crash: somebody else may have turned it off. */
  readonly isFound: boolean;
  readonly outcome: 'done' | 'would' | 'skipped';
  readonly reason?: string;
}

export interface Undone {
  readonly isDry: boolean;
  readonly settled: readonly Settled[];
  readonly keys: readonly UndoneKey[];
  readonly stopped: IamqlError | undefined;
}

/** How often what AWS throttles is tried, each time after another look. */
const TRIES = 5;

/** Turns on again what the journal says was turned off, or says what it would turn on. @param journal undefined: a dry run. */
export async function undo(
  entries: readonly Entry[],
  journal: Journal | undefined,
  setting: UndoSetting,
): Promise<Undone> {
  const keys: UndoneKey[] = [];
  let settled: readonly Settled[] = [];
  let stopped: IamqlError | undefined;
  try {
    const open = [...statesOf(entries, setting.accountId).values()].flatMap((state) => state.open ?? []);
    if (journal) settled = await settleOpen(open, journal, setting);
    for (const off of turnedOff(journal?.entries ?? entries, setting)) {
      if (setting.isInterrupted()) throw new IamqlError('Interrupted', 'interrupted between two keys');
      const { userName, accessKeyId, at: offSince, found: isFound } = off;
      keys.push({ userName, accessKeyId, offSince, isFound, ...(await turnOn(off, journal, setting)) });
    }
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    stopped = error;
  }
  return { isDry: !journal, settled, keys, stopped };
}

/** @throws IamqlError InvalidInput for a key of which the journal does not say that it was turned off. */
function turnedOff(entries: readonly Entry[], { accountId, keys, since }: UndoSetting): readonly Entry[] {
  const off = [...statesOf(entries, accountId).values()]
    .flatMap(({ last }) => (last?.action === 'deactivate' ? last : []))
    .filter(({ at }) => since === undefined || (parseInstant(at) ?? '') >= since);
  if (!keys) return off;
  const unknown = keys.find((key) => !off.some(({ accessKeyId }) => accessKeyId === key));
  if (unknown)
    throw new IamqlError('InvalidInput', `the journal does not say that ${unknown} is off, of account ${accountId}`);
  return off.filter(({ accessKeyId }) => keys.includes(accessKeyId));
}

async function turnOn(
  off: Entry,
  journal: Journal | undefined,
  setting: UndoSetting,
): Promise<Pick<UndoneKey, 'outcome' | 'reason'>> {
  for (let attempt = 1; ; attempt++) {
    const reason = await whyNot(off, setting);
    if (reason !== undefined) return { outcome: 'skipped', reason };
    if (!journal) return { outcome: 'would' };
    const { account, userName, userId, accessKeyId, keyCreated } = off;
    const change = { account, userName, userId, accessKeyId, keyCreated, plan: null, by: setting.by };
    const outcome = await makeChange({ action: 'reactivate', ...change }, journal, setting);
    if (outcome === 'changed') return { outcome: 'done' };
    if (outcome === 'gone') return { outcome: 'skipped', reason: 'the key is gone' };
    if (attempt === TRIES)
      throw new IamqlError('Throttled', `AWS still throttles after ${TRIES} attempts; try again later`);
    await pause(setting.pauseMs * 2 ** (attempt - 1));
  }
}

/** Right before it is turned on: it must be the same key of the same user, and off since this tool turned it off. */
async function whyNot(off: Entry, { account, log, keys }: UndoSetting): Promise<string | undefined> {
  const { userName, userId, accessKeyId, keyCreated } = off;
  if (off.found && !keys) return 'whether this tool turned it off is not certain: name the key to turn it on';
  const tag = { why: 'the user and the key, right before it is turned on', log };
  const user = await getUser(account, userName, tag);
  if (!user) return 'there is no such user any more';
  if (user.userId !== userId) return 'another user has that name';
  const key = (await listAccessKeys(account, userName, tag)).find((one) => one.accessKeyId === accessKeyId);
  if (!key) return 'the key is gone';
  if (inWholeSeconds(key.createDate) !== inWholeSeconds(parseInstant(keyCreated) ?? '')) return 'it is another key';
  if (key.status !== 'Inactive') return `it is ${key.status} already`;
  const { lastUsedDate } = await getAccessKeyLastUsed(account, accessKeyId, tag);
  if (lastUsedDate === null || lastUsedDate <= (parseInstant(off.at) ?? '')) return undefined;
  const byHand = keyStatusCommand(userName, accessKeyId, 'Active');
  return `it was used ${renderInstant(lastUsedDate)}, after this tool turned it off: somebody turned it on, and off again; by hand: ${byHand}`;
}
