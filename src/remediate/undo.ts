import { setTimeout as pause } from 'node:timers/promises';
import { getAccessKeyLastUsed, listAccessKeys } from '../aws/access-keys.ts';
import { getUser } from '../aws/remediation/get-user.ts';
import { inWholeSeconds } from '../iam/access-key-slots.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant, renderInstant } from '../iam/instant.ts';
import { keyStatusCommand } from '../iam/shell.ts';
import type { ReportFacts } from '../inventory/fact-source.ts';
import { type ChangeSetting, makeChange, type Settled, settleOpen } from './change.ts';
import { changedSince } from './changed-since.ts';
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
  /** What it says of changes counts for keys that are not named; undefined where none is to be asked. */
  readonly report: ReportFacts | undefined;
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
  /** `before`: it is on already. */
  readonly outcome: 'done' | 'would' | 'skipped' | 'before';
  readonly reason?: string;
  /** When AWS says now that it was last used before it was turned off, which it did not say then; else null. */
  readonly lastUsed: string | null;
}

export interface Undone {
  readonly isDry: boolean;
  readonly settled: readonly Settled[];
  /** How many intents an earlier run has left open, which a dry run leaves as they are. */
  readonly open: number;
  readonly keys: readonly UndoneKey[];
  /** The ids of those of which the journal knows keys too. */
  readonly otherAccounts: readonly string[];
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
  const open = [...statesOf(entries, setting.accountId).values()].flatMap((state) => state.open ?? []);
  const others = entries.map(({ account }) => account).filter((account) => account !== setting.accountId);
  try {
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
  const otherAccounts = [...new Set(others)].sort();
  return { isDry: !journal, settled, open: journal ? 0 : open.length, keys, otherAccounts, stopped };
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

async function turnOn(off: Entry, journal: Journal | undefined, setting: UndoSetting): Promise<KeyLook> {
  for (let attempt = 1; ; attempt++) {
    const look = await lookAt(off, setting);
    if (look.outcome !== 'would' || !journal) return look;
    const { lastUsed } = look;
    const { account, userName, userId, accessKeyId, keyCreated } = off;
    const change = { account, userName, userId, accessKeyId, keyCreated, plan: null, by: setting.by };
    const outcome = await makeChange({ action: 'reactivate', ...change }, journal, setting);
    if (outcome === 'changed') return { outcome: 'done', lastUsed };
    if (outcome === 'gone') return skip('the key is gone');
    if (attempt === TRIES)
      throw new IamqlError('Throttled', `AWS still throttles after ${TRIES} attempts; try again later`);
    await pause(setting.pauseMs * 2 ** (attempt - 1));
  }
}

type KeyLook = Pick<UndoneKey, 'outcome' | 'reason' | 'lastUsed'>;
const skip = (reason: string): KeyLook => ({ outcome: 'skipped', reason, lastUsed: null });

/** Right before it is turned on: it must be the same key of the same user, and off since this tool turned it off. */
async function lookAt(off: Entry, { account, log, keys, report }: UndoSetting): Promise<KeyLook> {
  const { userName, userId, accessKeyId, keyCreated } = off;
  if (off.found && !keys) return skip('whether this tool turned it off is not certain: name the key to turn it on');
  const tag = { why: 'the user and the key, right before it is turned on', log };
  const user = await getUser(account, userName, tag);
  if (!user) return skip('there is no user of that name any more: gone, or renamed');
  if (user.userId !== userId) return skip('another user has that name');
  const key = (await listAccessKeys(account, userName, tag)).find((one) => one.accessKeyId === accessKeyId);
  if (!key) return skip('the key is gone');
  if (inWholeSeconds(key.createDate) !== inWholeSeconds(parseInstant(keyCreated) ?? ''))
    return skip('it is another key');
  if (key.status === 'Active') return { outcome: 'before', reason: 'it is Active already', lastUsed: null };
  if (key.status !== 'Inactive') return skip(`it is ${key.status}`);
  const { lastUsedDate } = await getAccessKeyLastUsed(account, accessKeyId, tag);
  const lastUsed = lastUsedDate && renderInstant(lastUsedDate);
  if (lastUsedDate !== null && lastUsedDate > (parseInstant(off.at) ?? ''))
    return skip(
      `it was used ${lastUsed}, after this tool turned it off: somebody turned it on, and off again; by hand: ${keyStatusCommand(userName, accessKeyId, 'Active')}`,
    );
  const changed = keys || !report ? undefined : changedSince(report, user.arn, off);
  if (changed)
    return skip(`it was changed ${renderInstant(changed)}, after this tool turned it off: name the key to turn it on`);
  return { outcome: 'would', lastUsed };
}
