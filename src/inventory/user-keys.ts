import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import { filledSlots, matchSlots, type ReportSlot } from '../iam/access-key-slots.ts';
import type { AccessKey, Asset, ReportedCredentials, ReportedUser } from '../iam/assets.ts';
import { type Instant, instantToMs } from '../iam/instant.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';

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
function lacksSlots(credentials: ReportedCredentials): boolean {
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

export function listedKey(user: ReportedUser, key: ListedAccessKey, setupSeconds: number): AccessKey {
  return {
    __typename: 'IAMAccessKey',
    user,
    ...key,
    lastUsedDate: UNREAD,
    lastUsedRegion: UNREAD,
    lastUsedService: UNREAD,
    slot: UNREAD,
    createdDuringUserSetup: isDuringSetup(user.createDate, key.createDate, setupSeconds),
  };
}

/** Keys with their last use, and with the slots that this makes out. */
export function completeKeys(
  user: ReportedUser,
  keys: readonly AccessKey[],
  lastUsed: readonly AccessKeyLastUsed[],
): readonly AccessKey[] {
  const known = keys.map((key, index) => ({ ...key, ...(lastUsed[index] as AccessKeyLastUsed) }));
  if (lacksSlots(user.hasIAMUserCredentials)) return known;
  const slots = matchSlots(filledSlots(user.hasIAMUserCredentials), known as Parameters<typeof matchSlots>[1]);
  return known.map((key) => ({ ...key, slot: slots.get(key.accessKeyId as string) ?? null }));
}

/** The user as it is seen once its keys are known. */
export function viewWithKeys(asset: Asset, keys: readonly AccessKey[]): Asset {
  const credentials = asset['hasIAMUserCredentials'] as ReportedUser['hasIAMUserCredentials'];
  const isComplete = keys.every((key) => key.slot !== UNREAD);
  const additionalKeys = isComplete ? additionalKeyRows(credentials, keys) : UNREAD;
  const known = credentials.additionalCredentialsInfo === null ? [] : additionalKeys;
  return { ...asset, accessKeys: keys, hasIAMUserCredentials: { ...credentials, additionalKeys: known } };
}

/**
 * The keys that the slots do not show, or no longer as they are, each as a credentials row that shows it in slot 1, so
 * that one condition fits both. A key that is not like its slot may be another one that took its place in the match.
 */
function additionalKeyRows(credentials: ReportedCredentials, keys: readonly AccessKey[]): readonly Asset[] {
  const slots = filledSlots(credentials);
  return keys
    .filter((key) => !slots.some((slot) => slot.slot === key.slot && isLike(slot, key)))
    .map((key) => ({
      ...credentials,
      accessKeyId: key.accessKeyId,
      accessKey1Active: key.status === 'Active',
      accessKey1LastRotated: key.createDate,
      accessKey1LastUsedDate: key.lastUsedDate,
      accessKey1LastUsedRegion: key.lastUsedRegion,
      accessKey1LastUsedService: key.lastUsedService,
    }));
}

const isLike = (slot: ReportSlot, key: AccessKey): boolean =>
  slot.active === (key.status === 'Active') && slot.lastUsedDate === key.lastUsedDate;

/** Exactly `setupSeconds` after the user still counts. */
function isDuringSetup(userCreated: Instant, keyCreated: Instant, setupSeconds: number): boolean {
  if (keyCreated <= userCreated) return true;
  return instantToMs(keyCreated) - instantToMs(userCreated) <= setupSeconds * 1000;
}
