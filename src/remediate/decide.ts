import { sparedBy } from '../controls/except.ts';
import type { Exception } from '../controls/exception.ts';
import type { FindingKey } from '../controls/finding.ts';
import { foundingControlId } from '../controls/load-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantToMs, renderInstant } from '../iam/instant.ts';
import type { FoundKey, OtherExcepted } from './found-keys.ts';
import type { Action, ExceptedKey, LeftOut } from './plan-shape.ts';
import type { PlannedKey, PlannedUser } from './read-users.ts';

/** What decides about every key. */
export interface Decider {
  readonly account: string;
  readonly now: Instant;
  readonly minAgeMs: number;
  readonly exceptions: readonly Exception[];
  /** The ids of the controls that are asked: an exception for any of them spares a key. */
  readonly controls: readonly string[];
  readonly users: ReadonlyMap<string, PlannedUser | IamqlError>;
}

/** A key of which something is planned. */
export interface DecidedKey {
  readonly action: Action;
  readonly control: string;
  readonly user: PlannedUser;
  readonly key: PlannedKey;
  /** When the report says that the slot was created or last changed. */
  readonly since: Instant | null;
  /** When AWS generated the report that told of it. */
  readonly reportGeneratedAt: Instant | undefined;
}

export interface Decided {
  readonly keys: readonly DecidedKey[];
  readonly notPlanned: readonly LeftOut[];
  readonly excepted: readonly ExceptedKey[];
}

/** Decides about the keys that were found, each once, and about those that are off already. @param inactive ARNs */
export function decide(found: readonly FoundKey[], inactive: readonly string[], decider: Decider): Decided {
  const keys: DecidedKey[] = [];
  const notPlanned: LeftOut[] = [];
  const excepted: ExceptedKey[] = [];
  const seen = new Set<string>();
  for (const one of [...found, ...inactiveOf(found, inactive, decider)]) {
    const { accessKeyId, slot } = one.key;
    const id = accessKeyId ?? `${one.finding.identifier} ${slot}`;
    if (seen.size === seen.add(id).size) continue;
    const who = { control: one.control, userName: one.finding.name, arn: one.finding.identifier };
    const which = { ...who, accessKeyId: accessKeyId ?? null, slot };
    const exception = exceptionFor(one, decider);
    if (exception) excepted.push({ ...which, ...wordsOf(exception, accessKeyId) });
    else {
      const decided = decideKey(one, decider);
      if (typeof decided === 'string') notPlanned.push({ ...which, reason: decided });
      else keys.push(decided);
    }
  }
  return { keys, notPlanned: [...notPlanned, ...unreadInactive(found, inactive, decider)], excepted };
}

/** Of those who have a key that is off: whom nobody has found for something else, and whose keys could not be read. */
function unreadInactive(found: readonly FoundKey[], arns: readonly string[], { users }: Decider): readonly LeftOut[] {
  const said = new Set(found.map(({ finding }) => finding.identifier));
  return arns.flatMap((arn) => {
    const user = users.get(arn);
    if (said.has(arn) || !(user instanceof IamqlError)) return [];
    const reason = `a key that is off already; not all could be read that is needed: ${user.message}`;
    const userName = arn.slice(arn.lastIndexOf('/') + 1);
    return [{ control: foundingControlId, userName, arn, accessKeyId: null, slot: null, reason }];
  });
}

type Candidate = Pick<FoundKey, 'control' | 'exception' | 'key'> & {
  readonly finding: Pick<FoundKey['finding'], 'identifier' | 'name' | 'facts'>;
  /** It is off already, and what is left to do cannot be undone. */
  readonly isOff?: boolean;
};

/** The keys that are off and were never used: what the published control would delete, where it is asked. */
function inactiveOf(found: readonly FoundKey[], arns: readonly string[], { users, controls }: Decider) {
  if (!controls.includes(foundingControlId)) return [];
  const all = new Set([...arns, ...found.map(({ finding }) => finding.identifier)]);
  return [...users.values()].flatMap((user): readonly Candidate[] => {
    if (user instanceof IamqlError || !all.has(user.arn)) return [];
    const finding = { identifier: user.arn, name: user.userName, facts: [] };
    const isOff = ({ status, lastUsedDate }: PlannedKey): boolean => status !== 'Active' && lastUsedDate === null;
    return user.keys.filter(isOff).map((key) => ({
      control: foundingControlId,
      exception: undefined,
      key: namedKey(key),
      finding,
      isOff: true,
    }));
  });
}

const namedKey = (key: PlannedKey): FindingKey => ({
  ...key,
  since: null,
  unnamed: undefined,
  foundUnused: false,
});

function exceptionFor(
  { exception, finding, key, isOff: isForGood = false }: Candidate,
  decider: Decider,
): Exception | undefined {
  if (exception) return exception;
  const { account, now, exceptions } = decider;
  const { identifier, name } = finding;
  const owner = { identifier, account, type: 'IAMUser' as const, name };
  for (const control of decider.controls) {
    const spared = sparedBy(owner, key, exceptions, { control, now, isForGood });
    if (spared) return spared;
  }
  return undefined;
}

/** What is excepted and not about a key that nobody has used: nothing would have been planned, and it is shown all the same. */
export const otherExcepted = (others: readonly OtherExcepted[]): readonly ExceptedKey[] =>
  others.map(({ control, finding }) => {
    const { identifier: arn, name: userName, exception } = finding;
    const { reason, owner, expires } = exception;
    return { control, userName, arn, accessKeyId: null, slot: null, reason, owner, expires: renderInstant(expires) };
  });

const wordsOf = ({ reason, owner, expires, key, asset }: Exception, accessKeyId: string | undefined) => ({
  reason:
    key || asset === accessKeyId ? reason : `${reason} (the exception names no key, so it spares all of this user)`,
  owner,
  expires: renderInstant(expires),
});

/** Why a key is left alone that may have been turned on a moment ago. */
export const CHANGE_UNREAD =
  'when it last changed is not known: it changed since the credential report, or could not be told from another key';

/** @returns why nothing is planned for it. */
function decideKey({ control, finding, key: found }: Candidate, decider: Decider): DecidedKey | string {
  const user = decider.users.get(finding.identifier);
  if (user instanceof IamqlError) return `not all could be read that is needed: ${user.message}`;
  if (found.accessKeyId === undefined) return found.unnamed ?? 'the key could not be named';
  if (!user) return 'the source has no such user any more';
  const key = user.keys.find(({ accessKeyId }) => accessKeyId === found.accessKeyId);
  if (!key) return 'AWS lists no such key any more';
  if (key.lastUsedDate !== null) return `it was used after all: ${renderInstant(key.lastUsedDate)}`;
  if (found.isChangeUnread) return CHANGE_UNREAD;
  const { since } = found;
  const born = since !== null && since > key.createDate ? since : key.createDate;
  if (instantToMs(decider.now) - instantToMs(born) < decider.minAgeMs) {
    const what = born === key.createDate ? 'created' : 'created or last changed';
    return `younger than --min-age: ${what} ${renderInstant(born)}, and AWS reports uses late`;
  }
  const reportGeneratedAt = finding.facts.find(({ isGenerated }) => isGenerated)?.at;
  const action = key.status === 'Active' ? 'deactivate' : 'delete';
  return { action, control, user, key, since, reportGeneratedAt };
}
