import type { ReportedCredentials } from './assets.ts';
import type { Instant } from './instant.ts';
import type { Unread } from './unread.ts';

/** What is known of an access key from ListAccessKeys and GetAccessKeyLastUsed. */
export interface KnownKey {
  readonly accessKeyId: string;
  readonly status: string;
  readonly createDate: Instant;
  readonly lastUsedDate: Instant | null;
}

export interface ReportSlot {
  readonly slot: 1 | 2;
  readonly active: boolean;
  /** When the key was created or last changed. */
  readonly lastRotated: Instant;
  readonly lastUsedDate: Instant | null;
}

/** The slots that hold a key. Slots whose columns the report lacks are left out: nothing can be matched to them. */
export function filledSlots(credentials: ReportedCredentials): readonly ReportSlot[] {
  const slot1 = filledSlot(
    1,
    credentials.accessKey1Active,
    credentials.accessKey1LastRotated,
    credentials.accessKey1LastUsedDate,
  );
  const slot2 = filledSlot(
    2,
    credentials.accessKey2Active,
    credentials.accessKey2LastRotated,
    credentials.accessKey2LastUsedDate,
  );
  if (slot1) return slot2 ? [slot1, slot2] : [slot1];
  return slot2 ? [slot2] : [];
}

type Fact<T> = T | null | Unread;

function filledSlot(
  slot: 1 | 2,
  active: Fact<boolean>,
  lastRotated: Fact<Instant>,
  lastUsedDate: Fact<Instant>,
): ReportSlot | undefined {
  if (typeof active !== 'boolean' || typeof lastRotated !== 'string' || typeof lastUsedDate === 'symbol') return;
  return { slot, active, lastRotated, lastUsedDate };
}

/** How well a key must fit a slot, from the strictest: the report is older than the list, and keys may have changed since. */
const fits: readonly ((slot: ReportSlot, key: KnownKey) => boolean)[] = [
  (slot, key) => sameStatus(slot, key) && key.createDate === slot.lastRotated && key.lastUsedDate === slot.lastUsedDate,
  (slot, key) => sameStatus(slot, key) && key.createDate <= slot.lastRotated && key.lastUsedDate === slot.lastUsedDate,
  (slot, key) => sameStatus(slot, key) && isPossible(slot, key),
  isPossible,
];

/**
 * Which key is in which slot. Slots do not line up with the order of ListAccessKeys, and slot 1 is not the older key, so
 * keys are matched by creation time, status and last use; where more than one key would fit, none is guessed.
 */
export function matchSlots(slots: readonly ReportSlot[], listed: readonly KnownKey[]): ReadonlyMap<string, 1 | 2> {
  const keys = listed.map(keyInWholeSeconds);
  for (const [level, isFit] of fits.entries()) {
    const complete = assignments(slots, keys, isFit).filter((assignment) => assignment.size === slots.length);
    if (complete.length > 0) return common(complete);
    if (level < fits.length - 1) continue;
    const partial = assignments(slots, keys, isFit);
    const most = Math.max(...partial.map((assignment) => assignment.size));
    return common(partial.filter((assignment) => assignment.size === most));
  }
  return new Map();
}

/** The report counts whole seconds; the other answers need not, and emulators' do not. */
export const inWholeSeconds = (instant: Instant): Instant => instant.replace(FRACTION, '+');

const keyInWholeSeconds = (key: KnownKey): KnownKey => ({
  ...key,
  createDate: inWholeSeconds(key.createDate),
  lastUsedDate: key.lastUsedDate === null ? null : inWholeSeconds(key.lastUsedDate),
});

const FRACTION = /\.\d+\+/;

const sameStatus = (slot: ReportSlot, key: KnownKey): boolean => slot.active === (key.status === 'Active');

/** A key is never newer than the last change of its slot, and its last use only moves forward. */
function isPossible(slot: ReportSlot, key: KnownKey): boolean {
  if (key.createDate > slot.lastRotated) return false;
  return slot.lastUsedDate === null || (key.lastUsedDate !== null && key.lastUsedDate >= slot.lastUsedDate);
}

type Assignment = ReadonlyMap<string, 1 | 2>;

/** Every way to give each slot one key that fits, or none. At most two slots, so few. */
function assignments(
  slots: readonly ReportSlot[],
  keys: readonly KnownKey[],
  isFit: (slot: ReportSlot, key: KnownKey) => boolean,
): readonly Assignment[] {
  return slots.reduce<readonly Assignment[]>(
    (all, slot) =>
      all.flatMap((assignment) => [
        assignment,
        ...keys
          .filter((key) => !assignment.has(key.accessKeyId) && isFit(slot, key))
          .map((key) => new Map([...assignment, [key.accessKeyId, slot.slot] as const])),
      ]),
    [new Map()],
  );
}

/** What all of them agree on. */
function common(all: readonly Assignment[]): Assignment {
  const [first, ...rest] = all;
  return new Map([...(first ?? [])].filter(([id, slot]) => rest.every((other) => other.get(id) === slot)));
}
