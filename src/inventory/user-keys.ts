import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import { filledSlots, matchSlots } from '../iam/access-key-slots.ts';
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
  if (typeof credentials.accessKey1LastRotated === 'symbol' || typeof credentials.accessKey1LastUsedDate === 'symbol') {
    return [UNREAD];
  }
  const keys = filledSlots(credentials).map((slot): AccessKey => {
    const wasSetUp = isDuringSetup(user.createDate, slot.lastRotated, setupSeconds);
    return {
      __typename: 'IAMAccessKey',
      user,
      accessKeyId: UNREAD,
      status: slot.active ? 'Active' : UNREAD,
      createDate: UNREAD,
      lastUsedDate: slot.lastUsedDate,
      lastUsedRegion: slot.slot === 1 ? credentials.accessKey1LastUsedRegion : credentials.accessKey2LastUsedRegion,
      lastUsedService: slot.slot === 1 ? credentials.accessKey1LastUsedService : credentials.accessKey2LastUsedService,
      slot: slot.slot,
      createdDuringUserSetup: wasSetUp ? true : UNREAD,
    };
  });
  return credentials.additionalCredentialsInfo === null ? keys : [...keys, UNREAD];
}

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
  const slots = matchSlots(filledSlots(user.hasIAMUserCredentials), known as Parameters<typeof matchSlots>[1]);
  return known.map((key) => ({ ...key, slot: slots.get(key.accessKeyId as string) ?? null }));
}

/** The keys that have no slot, each as a credentials row that shows it in slot 1, so that one condition fits both. */
export function additionalKeyRows(credentials: ReportedCredentials, keys: readonly AccessKey[]): readonly Asset[] {
  return keys
    .filter((key) => key.slot === null)
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

/** Exactly `setupSeconds` after the user still counts. */
function isDuringSetup(userCreated: Instant, keyCreated: Instant, setupSeconds: number): boolean {
  return instantToMs(keyCreated) - instantToMs(userCreated) <= setupSeconds * 1000;
}
