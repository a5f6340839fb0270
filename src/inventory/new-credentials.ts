import type { Asset } from '../iam/assets.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Node } from './account-graph.ts';
import { noteAdditionalKeys } from './user-keys.ts';

/**
 * Gives a user who is newer than the credential report the row that the report would have, made of what AWS answers now:
 * the keys in the order in which they were made, the console password, MFA. What none of these calls tells is unread.
 */
export function absorbNewCredentials(user: Node): void {
  const keys = user['accessKeys'] as readonly Node[];
  for (const [index, key] of keys.entries()) key['slot'] = index < 2 ? index + 1 : null;
  const [profile] = user['hasIAMUserLoginProfile'] as readonly Asset[];
  const more = keys.length - 2;
  user['hasIAMUserCredentials'] = {
    __typename: 'IAMUserCredentials',
    userName: user['userName'],
    arn: user['arn'],
    createDate: user['createDate'],
    passwordEnabled: profile !== undefined,
    passwordLastUsed: profile ? UNREAD : null,
    passwordLastChanged: profile ? profile['createDate'] : null,
    passwordNextRotation: profile ? UNREAD : null,
    mfaActive: (user['mfaDevices'] as readonly Asset[]).length > 0,
    ...slotOf(1, keys[0]),
    ...slotOf(2, keys[1]),
    cert1Active: UNREAD,
    cert1LastRotated: UNREAD,
    cert2Active: UNREAD,
    cert2LastRotated: UNREAD,
    additionalCredentialsInfo: more > 0 ? `${more} more` : null,
  };
  noteAdditionalKeys(user, keys);
}

const slotOf = (slot: 1 | 2, key: Asset | undefined): Readonly<Record<string, unknown>> => ({
  [`accessKey${slot}Active`]: key?.['status'] === 'Active',
  [`accessKey${slot}LastRotated`]: key?.['createDate'] ?? null,
  [`accessKey${slot}LastUsedDate`]: key?.['lastUsedDate'] ?? null,
  [`accessKey${slot}LastUsedRegion`]: key?.['lastUsedRegion'] ?? null,
  [`accessKey${slot}LastUsedService`]: key?.['lastUsedService'] ?? null,
});
