import { getAccessKeyLastUsed, listAccessKeys } from '../aws/access-keys.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import { type CurrentUser, getUser } from '../aws/remediation/get-user.ts';
import { sparedBy } from '../controls/except.ts';
import type { FindingKey } from '../controls/finding.ts';
import { inWholeSeconds } from '../iam/access-key-slots.ts';
import { type Instant, instantOf, instantToMs, parseInstant, renderInstant } from '../iam/instant.ts';
import { changedSince } from './changed-since.ts';
import { CHANGE_UNREAD } from './decide.ts';
import type { Entry } from './journal.ts';
import type { KeyState } from './journal-state.ts';
import { type JudgedUser, type JudgedWith, judgeUser, type PlannedControl } from './judge-user.ts';
import type { Step } from './plan-shape.ts';
import { toIamqlError } from './read-users.ts';

/** What steps are looked at with. */
export interface LookSetting extends JudgedWith {
  readonly account: AwsAccount;
  readonly log: CallLog;
  readonly caller: {
    readonly arn: string;
    /** Of who assumes the roles, the first of all at the end; empty where none is assumed. */
    readonly sourceArns: readonly string[];
    readonly keyIds: ReadonlySet<string>;
  };
  /** By id; one may be asked with several sets of values. */
  readonly controls: ReadonlyMap<string, readonly PlannedControl[]>;
  readonly minAgeMs: number;
  /** How long a key has been off before it may be deleted. */
  readonly holdMs: number;
  readonly clock: () => Date;
}

/** Whether a step may be taken now. */
export type Look =
  | { readonly kind: 'go'; readonly before: JudgedUser; readonly at: Date }
  /** It must not be taken. */
  | {
      readonly kind: 'skip';
      readonly reason: string;
      /** Until it has been off long enough. */
      readonly isEarly?: boolean;
    };

const skip = (reason: string): Look => ({ kind: 'skip', reason });

/**
 * Looks at user and key as AWS answers now, right before a step. The plan decides nothing: the control does, and what is true
 * of the key. When the key was last used is read last.
 *
 * @param state what the journal says of the key.
 * @throws IamqlError for whatever could not be read: then nobody knows.
 */
export async function lookAt(step: Step, state: KeyState | undefined, setting: LookSetting): Promise<Look> {
  const tag = { why: 'the user and the key, right before a step', log: setting.log };
  const user = await getUser(setting.account, step.userName, tag);
  const stranger = whyStranger(step, user);
  if (!user || stranger !== undefined) return skip(stranger ?? 'there is no such user any more');
  const forbidden = whyForbidden(step, setting);
  if (forbidden !== undefined) return skip(forbidden);
  const isDeleted = step.action === 'delete';
  const early = isDeleted ? whyNotHeld(step, state, setting) : whyUndone(state, setting);
  if (early) return early;
  const asked = setting.controls.get(step.control);
  if (!asked) return skip(`the control ${step.control} is not there any more`);
  const before = await judgeUser(asked, user, setting, instantOf(setting.clock()));
  const changed = await whyChanged(step, setting, tag);
  const reason =
    changed ??
    (isDeleted ? whyOffAnew(step, state, setting) : (whyOnAnew(state, setting) ?? whyNotFound(step, before, setting)));
  return reason === undefined ? { kind: 'go', before, at: setting.clock() } : skip(reason);
}

function whyStranger({ userId, arn }: Step, user: CurrentUser | undefined): string | undefined {
  if (!user) return undefined;
  if (user.userId !== userId)
    return `another user has that name: ${user.userId}, made ${renderInstant(user.createDate)}`;
  return user.arn === arn ? undefined : `the user is ${user.arn} now`;
}

/** What no reading of AWS could allow. */
function whyForbidden(step: Step, setting: LookSetting): string | undefined {
  const { arn, accessKeyId, evidence } = step;
  const { caller } = setting;
  if (caller.keyIds.has(accessKeyId)) return 'it is a key that you work with';
  if ([caller.arn, ...caller.sourceArns].includes(arn))
    return 'it is a key of the user who runs this: let somebody else do it';
  const { keyCreated, slot, slotChanged } = evidence;
  return whyExcepted(step, setting, {
    ...{ accessKeyId, slot, since: asInstant(slotChanged), createDate: asInstant(keyCreated) ?? undefined },
    ...{ lastUsedDate: null, unnamed: undefined, foundUnused: true },
  });
}

const asInstant = (time: string | null): Instant | null => (time === null ? null : (parseInstant(time) ?? null));

/** An exception for any control of the plan spares the key. */
function whyExcepted({ arn, userName, action }: Step, setting: LookSetting, key: FindingKey): string | undefined {
  const { exceptions, controls, clock } = setting;
  const [, , , , account] = arn.split(':');
  const owner = { identifier: arn, account, type: 'IAMUser' as const, name: userName };
  const now = instantOf(clock());
  for (const control of controls.keys()) {
    const spared = sparedBy(owner, key, exceptions, { control, now, isForGood: action === 'delete' });
    if (spared) return `excepted until ${renderInstant(spared.expires)}, owner ${spared.owner}: ${spared.reason}`;
  }
  return undefined;
}

/** Whether it is to wait until it has been off for long enough: so says the journal alone. */
export const isToWait = (step: Step, state: KeyState | undefined, setting: LookSetting): boolean => {
  const look = step.action === 'delete' ? whyNotHeld(step, state, setting) : undefined;
  return look?.kind === 'skip' && look.isEarly === true;
};

/** Only what this tool has turned off itself, and that long ago, is deleted. */
function whyNotHeld({ userId }: Step, state: KeyState | undefined, { holdMs, clock }: LookSetting): Look | undefined {
  const off = state?.last;
  if (off?.action !== 'deactivate' || off.userId !== userId)
    return skip('the journal does not say that this tool turned it off: delete it by hand, or not at all');
  if (off.found)
    return skip('whether it was this tool that turned it off is not certain: it was found off after a crash');
  const dueMs = instantToMs(parseInstant(off.at) ?? off.at) + holdMs;
  if (clock().getTime() >= dueMs) return undefined;
  const due = renderInstant(instantOf(new Date(dueMs)));
  return {
    kind: 'skip',
    reason: `turned off ${off.at}, which is less than --hold ago: not before ${due}`,
    isEarly: true,
  };
}

/** Whoever turned it on again needed it. */
function whyUndone(state: KeyState | undefined, { minAgeMs, clock }: LookSetting): Look | undefined {
  const on = state?.last;
  if (on?.action !== 'reactivate') return undefined;
  const onForMs = clock().getTime() - instantToMs(parseInstant(on.at) ?? on.at);
  if (onForMs >= minAgeMs) return undefined;
  return skip(`turned on again by undo, ${on.at}, which is less than --min-age ago: somebody needs it`);
}

/** This tool turned it off and it is on: somebody turned it on by hand, or AWS shows for some seconds what was true before. */
function whyOnAnew(state: KeyState | undefined, { minAgeMs, clock }: LookSetting): string | undefined {
  const isLately = (off: Entry | undefined): boolean =>
    off?.action === 'deactivate' && clock().getTime() - instantToMs(parseInstant(off.at) ?? off.at) < minAgeMs;
  const off = [state?.last, state?.doubtful].find(isLately);
  if (!off) return undefined;
  const who = off === state?.last ? 'this tool turned it off' : 'a run that was cut off may have turned it off';
  return `${who}, ${off.at}, which is less than --min-age ago, and it is on: somebody may need it`;
}

/** Somebody may have turned it on since, and off again. */
function whyOffAnew({ arn }: Step, state: KeyState | undefined, { report }: LookSetting): string | undefined {
  const changed = state?.last && changedSince(report, arn, state.last);
  return changed && `it was changed ${renderInstant(changed)}, after this tool turned it off: somebody else did that`;
}

async function whyChanged(step: Step, setting: LookSetting, tag: { readonly why: string; readonly log: CallLog }) {
  const { account } = setting;
  const { userName, accessKeyId, action, evidence } = step;
  const keys = await listAccessKeys(account, userName, tag);
  const key = keys.find((one) => one.accessKeyId === accessKeyId);
  if (!key) return 'the key is gone';
  const { lastUsedDate } = await getAccessKeyLastUsed(account, accessKeyId, tag);
  if (lastUsedDate !== null) return `it was used: ${renderInstant(lastUsedDate)}`;
  const planned = parseInstant(evidence.keyCreated);
  if (planned === undefined || inWholeSeconds(planned) !== inWholeSeconds(key.createDate))
    return `it was made ${renderInstant(key.createDate)}, and the plan says ${evidence.keyCreated}`;
  const wanted = action === 'deactivate' ? 'Active' : 'Inactive';
  if (key.status !== wanted) return `it is ${key.status} now`;
  return whyYoung(key.createDate, setting);
}

/** @param since when it was created or last changed. */
function whyYoung(since: Instant | undefined, { minAgeMs, clock }: LookSetting): string | undefined {
  if (since === undefined || clock().getTime() - instantToMs(since) >= minAgeMs) return undefined;
  return `younger than --min-age: created or last changed ${renderInstant(since)}`;
}

/** The control decides, and what it says of the key now: the plan may say what it likes of slot and age. */
function whyNotFound(step: Step, { keys, errors }: JudgedUser, setting: LookSetting): string | undefined {
  const key = keys.find(({ accessKeyId }) => accessKeyId === step.accessKeyId);
  if (key?.isChangeUnread) return CHANGE_UNREAD;
  if (key) return whyExcepted(step, setting, key) ?? whyYoung(key.since ?? undefined, setting);
  const [error] = errors;
  // What the source does not hold it will not hold a moment later; whatever else went wrong stops the run.
  if (error && error.code !== 'NotCollected') throw toIamqlError({ ...error, extensions: { code: error.code } });
  return error ? `${step.control} could not be judged: ${error.message}` : `${step.control} does not find this key now`;
}

/** @throws IamqlError where the key could not be looked at. @returns undefined where there is no such key. */
export async function statusOf(
  account: AwsAccount,
  { userName, accessKeyId }: { readonly userName: string; readonly accessKeyId: string },
  log: CallLog,
): Promise<string | undefined> {
  const keys = await listAccessKeys(account, userName, { why: 'what became of a request', log });
  return keys.find((one) => one.accessKeyId === accessKeyId)?.status;
}
