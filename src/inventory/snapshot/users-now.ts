import type { FactGroup } from '../../iam/assets.generated.ts';
import { type AssetTypeName, catalogue, factGroups } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import type { Expression } from '../../where/expression.ts';
import { ownershipsFor } from '../bases.ts';
import { type Ownership, ownershipsOf } from '../owners.ts';
import type { SnapshotHeader, UnreadNote } from './snapshot.ts';

/** Each of them tells who is there now, those included who are newer than the credential report. */
const LISTS: readonly FactGroup[] = ['USER_DETAILS', 'USER_LIST'];

/** Whether a snapshot was taken with a list of the users who were there, beside the credential report. */
export const hasListedUsers = ({ facts }: SnapshotHeader): boolean => LISTS.some((group) => facts[group]);

/** Whether a snapshot holds every user who was there: one of a report knows no other users than the report's own. */
export const knowsNewer = (header: SnapshotHeader): boolean => header.source === 'report' || hasListedUsers(header);

/**
 * Why parts that match may be lacking although every part of every user who is known was read: nobody has listed the users
 * who are newer than the credential report. Undefined where somebody has, and where the condition rules out whatever such
 * a user may have.
 */
export function whyNewerNotListed(
  header: SnapshotHeader,
  type: AssetTypeName,
  where: Expression,
): IamqlError | undefined {
  if (knowsNewer(header)) return undefined;
  const owners = ownershipsFor(type, where, (group) => header.facts[group] !== undefined);
  return owners.some(isOfNewer) ? whyNotListedNow(header) : undefined;
}

/** Why a snapshot has no list of the users who were there. */
export function whyNotListedNow({ unread }: SnapshotHeader): IamqlError {
  const note = unread.find(isOfUserDetails);
  if (note) return new IamqlError(note.code, note.message);
  return new IamqlError('NotCollected', 'the users who are newer than the credential report were not listed');
}

/** Whether users may have such parts who are not in the report: the rows of the report itself are all there. */
const isOfNewer = ({ type, fact }: Ownership): boolean =>
  type === 'IAMUser' ? fact !== undefined : catalogue[type].isPart === true && ownershipsOf(type).some(isOfNewer);

/** Users have the call that lists them in common with others, of whom alone there may be something to say. */
function isOfUserDetails({ type, fields }: UnreadNote): boolean {
  const of = catalogue[type as AssetTypeName];
  const groups = fields ? fields.map((field) => of?.fields[field]?.fact) : [of?.group];
  const { actions } = factGroups.USER_DETAILS;
  return groups.some((group) => group !== undefined && factGroups[group].actions.some((one) => actions.includes(one)));
}
