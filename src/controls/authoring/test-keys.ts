import { filledSlots, matchSlots } from '../../iam/access-key-slots.ts';
import type { Asset, ReportedCredentials } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { UNREAD } from '../../iam/unread.ts';
import { noteSetup } from '../../inventory/user-keys.ts';
import type { TestAsset } from './test-account.ts';

/** As `--setup-seconds` where nobody says otherwise. */
export const SETUP_SECONDS = 10;

type Fields = TestAsset['fields'];

/**
 * Makes the access keys of users and the slots of their report rows agree: a test writes one of them, and the other follows.
 * Where it writes both, they stay as they are, and a key's slot is found as it is for an account.
 *
 * @param add makes an asset of which nothing is written.
 */
export function completeKeys(assets: readonly TestAsset[], add: (type: AssetTypeName) => Asset): void {
  const written = new Map(assets.map((asset) => [asset.fields as Asset, asset.written]));
  for (const { type, fields: user } of [...assets]) {
    if (type !== 'IAMUser') continue;
    const row = user['hasIAMUserCredentials'] as Fields | null;
    if (typeof row !== 'object' || row === null) {
      user['accessKeys'] ??= [];
      continue;
    }
    const ofRow = written.get(row) ?? new Set();
    if (user['accessKeys'] === undefined) keysOfSlots(user, row, add as (type: AssetTypeName) => Fields);
    else if (Array.isArray(user['accessKeys']) && ![...ofRow].some(isSlotField)) {
      slotsOfKeys(row, user['accessKeys'], ofRow.has('additionalCredentialsInfo'));
    }
    if (Array.isArray(user['accessKeys'])) completeEach(user['accessKeys'], user, row, written);
  }
}

const isSlotField = (name: string): boolean => catalogue.IAMUserCredentials.fields[name]?.slot !== undefined;

const SLOTS = [1, 2] as const;
/** What a slot and a key both tell. */
const shared = ['LastUsedDate', 'LastUsedRegion', 'LastUsedService'] as const;
const inKey = (name: (typeof shared)[number]): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

/** Keys that the report tells too little of stay unread, as they would be in an account that only the report is known of. */
function keysOfSlots(user: Fields, row: Fields, add: (type: AssetTypeName) => Fields): void {
  const hasUnread = Object.keys(row).some((name) => isSlotField(name) && row[name] === UNREAD);
  if (hasUnread || row['additionalCredentialsInfo'] !== null) {
    user['accessKeys'] = UNREAD;
    return;
  }
  user['accessKeys'] = SLOTS.flatMap((slot) => {
    const prefix = `accessKey${slot}`;
    const isActive = row[`${prefix}Active`] === true;
    const since = row[`${prefix}LastRotated`];
    if (!isActive && since === null) return [];
    const key = add('IAMAccessKey');
    for (const name of shared) key[inKey(name)] = row[`${prefix}${name}`];
    return [
      Object.assign(key, {
        user,
        slot,
        status: isActive ? 'Active' : 'Inactive',
        createDate: since ?? user['createDate'],
      }),
    ];
  });
}

function slotsOfKeys(row: Fields, keys: readonly Fields[], saysMore: boolean): void {
  for (const slot of SLOTS) {
    const key = keys[slot - 1];
    if (!key) continue;
    const prefix = `accessKey${slot}`;
    row[`${prefix}Active`] = key['status'] === 'Active';
    row[`${prefix}LastRotated`] = key['createDate'];
    for (const name of shared) row[`${prefix}${name}`] = key[inKey(name)];
  }
  if (keys.length > SLOTS.length && !saysMore) row['additionalCredentialsInfo'] = `${keys.length - SLOTS.length} more`;
}

function completeEach(
  keys: readonly Fields[],
  user: Fields,
  row: Fields,
  written: ReadonlyMap<Asset, ReadonlySet<string>>,
): void {
  const known = keys as readonly Asset[] as unknown as Parameters<typeof matchSlots>[1];
  const isWhole = keys.every(
    ({ createDate, lastUsedDate, status }) => ![createDate, lastUsedDate, status].includes(UNREAD),
  );
  const slots = isWhole ? matchSlots(filledSlots(row as Asset as unknown as ReportedCredentials), known) : new Map();
  for (const key of keys) {
    key['user'] = user;
    const isWritten = (name: string): boolean => written.get(key)?.has(name) === true;
    if (!isWritten('slot')) key['slot'] ??= slots.get(String(key['accessKeyId'])) ?? null;
    if (!isWritten('createdDuringUserSetup')) noteSetup(key, SETUP_SECONDS);
  }
}
