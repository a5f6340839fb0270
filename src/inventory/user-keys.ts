import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import { filledSlots, matchSlots, type ReportSlot } from '../iam/access-key-slots.ts';
import type { AccessKey, Asset, ReportedCredentials, ReportedUser } from '../iam/assets.ts';
import { type Instant, instantToMs } from '../iam/instant.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';
import type { AccountGraph, Node } from './account-graph.ts';

/**
 * The keys of a user as far as the report shows them: enough to pass over most users without a call. UNREAD in the list
 * stands for keys that have no slot. When a slot changed within the time that counts as setup, the key is at least that
 * old; when it changed later, the key may still be: that is left unread.
 */
export function keysInReport(user: ReportedUser, setupSeconds: number): readonly (AccessKey | Unread)[] {
  const credentials = user.hasIAMUserCredentials;
  if (lacksSlots(credentials)) return [UNREAD];
  const keys = filledSlots(credentials).map(
    (slot): AccessKey => ({
      __typename: 'IAMAccessKey',
      user,
      accessKeyId: UNREAD,
      status: slot.active ? 'Active' : UNREAD,
      createDate: UNREAD,
      lastUsedDate: slot.lastUsedDate,
      lastUsedRegion: slot.slot === 1 ? credentials.accessKey1LastUsedRegion : credentials.accessKey2LastUsedRegion,
      lastUsedService: slot.slot === 1 ? credentials.accessKey1LastUsedService : credentials.accessKey2LastUsedService,
      slot: slot.slot,
      createdDuringUserSetup: isDuringSetup(user.createDate, slot.lastRotated, setupSeconds) ? true : UNREAD,
    }),
  );
  const hasMore = credentials.additionalCredentialsInfo !== null || hasUndatedKey(credentials);
  return hasMore ? [...keys, UNREAD] : keys;
}

/** The report has no column for a fact by which keys are told apart. */
export function lacksSlots(credentials: ReportedCredentials): boolean {
  return (
    credentials.accessKey1Active === UNREAD ||
    credentials.accessKey1LastRotated === UNREAD ||
    credentials.accessKey1LastUsedDate === UNREAD ||
    credentials.accessKey2Active === UNREAD ||
    credentials.accessKey2LastRotated === UNREAD ||
    credentials.accessKey2LastUsedDate === UNREAD
  );
}

/** A slot that is active and does not say since when: there is a key, of which the report tells too little. */
const hasUndatedKey = (credentials: ReportedCredentials): boolean =>
  (credentials.accessKey1Active === true && credentials.accessKey1LastRotated === null) ||
  (credentials.accessKey2Active === true && credentials.accessKey2LastRotated === null);

/** The keys of a user as AWS lists them. Their last use, and so their slots, are not read yet. */
export function absorbAccessKeys(
  { settings, users }: Pick<AccountGraph, 'settings' | 'users'>,
  keys: readonly ListedAccessKey[],
  user: Node,
): void {
  user['accessKeys'] = keys.map((key) => ({
    __typename: 'IAMAccessKey',
    user,
    ...key,
    createdDuringUserSetup: isDuringSetup(user['createDate'] as Instant, key.createDate, settings.setupSeconds),
  }));
  // Without a key there is none that the slots do not show.
  if (keys.length === 0 && !users.isLive(user)) noteAdditionalKeys(user, []);
}

/** Whether a key was created during its user's setup, where setup takes other than the usual time. */
export function noteSetup(key: Asset, setupSeconds: number): void {
  const { createDate: userCreated } = key['user'] as Asset;
  const { createDate } = key;
  if (typeof userCreated !== 'string' || typeof createDate !== 'string') return;
  Object.assign(key, { createdDuringUserSetup: isDuringSetup(userCreated, createDate, setupSeconds) });
}

/** The last use of each key of a user, and the slots that this makes out. */
export function absorbLastUses(
  { users }: Pick<AccountGraph, 'users'>,
  lastUses: readonly AccessKeyLastUsed[],
  user: Node,
): void {
  const keys = user['accessKeys'] as readonly Node[];
  const credentials = user['hasIAMUserCredentials'] as ReportedCredentials | undefined;
  for (const [index, key] of keys.entries()) Object.assign(key, lastUses[index]);
  // A live row gives the keys its own slots.
  if (!credentials || users.isLive(user)) return;
  const known = keys as readonly Asset[] as unknown as Parameters<typeof matchSlots>[1];
  const slots = lacksSlots(credentials) ? undefined : matchSlots(filledSlots(credentials), known);
  for (const key of keys) key['slot'] = slots ? (slots.get(key['accessKeyId'] as string) ?? null) : UNREAD;
  noteAdditionalKeys(user, keys);
}

/**
 * Completes the user's row of the report with the keys that it has no slot for. Which they are is known once each key's
 * last use and slot are.
 */
export function noteAdditionalKeys(user: Asset, keys: readonly Asset[]): void {
  const credentials = user['hasIAMUserCredentials'] as ReportedCredentials | undefined;
  if (!credentials || keys.some(({ slot }) => slot === UNREAD || slot === undefined)) return;
  const rows = additionalKeyRows(credentials, keys as readonly unknown[] as readonly AccessKey[]);
  Object.assign(credentials, { additionalKeys: credentials.additionalCredentialsInfo === null ? [] : rows });
}

/**
 * The keys that the slots do not show, or no longer as they are, each as a credentials row that shows it in slot 1, so
 * that one condition fits both. A key that is not like its slot may be another one that took its place in the match.
 */
function additionalKeyRows(credentials: ReportedCredentials, keys: readonly AccessKey[]): readonly Asset[] {
  const slots = filledSlots(credentials);
  return keys
    .filter((key) => !slots.some((slot) => slot.slot === key.slot && isLike(slot, key)))
    .map((key) => keyInSlot1(credentials, key));
}

/** A credentials row that shows a key without a slot in slot 1. */
export const keyInSlot1 = (credentials: ReportedCredentials, key: AccessKey): Asset => ({
  ...credentials,
  accessKeyId: key.accessKeyId,
  accessKey1Active: key.status === 'Active',
  accessKey1LastRotated: key.createDate,
  accessKey1LastUsedDate: orUnread(key.lastUsedDate),
  accessKey1LastUsedRegion: orUnread(key.lastUsedRegion),
  accessKey1LastUsedService: orUnread(key.lastUsedService),
});

/** Keys are listed before their last use is read. */
const orUnread = (value: unknown): unknown => (value === undefined ? UNREAD : value);

const isLike = (slot: ReportSlot, key: AccessKey): boolean =>
  slot.active === (key.status === 'Active') && slot.lastUsedDate === key.lastUsedDate;

/** Exactly `setupSeconds` after the user still counts. */
function isDuringSetup(userCreated: Instant, keyCreated: Instant, setupSeconds: number): boolean {
  if (keyCreated <= userCreated) return true;
  return instantToMs(keyCreated) - instantToMs(userCreated) <= setupSeconds * 1000;
}
