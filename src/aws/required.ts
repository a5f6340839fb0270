import { type Instant, instantOf } from '../iam/instant.ts';
import { answeredWithout } from './aws-error.ts';

export interface ResourceTag {
  readonly key: string;
  readonly value: string;
}

type Required<T, K extends keyof T> = T & { readonly [Member in K]-?: NonNullable<T[Member]> };

/**
 * The entity, of which AWS always sends these members; the SDK calls them optional, reads an element that is missing as
 * undefined and a number that is none as NaN.
 *
 * @param entity in a word of ours, for the message: `a user`.
 * @throws IamqlError for a member that is lacking.
 */
export function required<T extends object, K extends keyof T & string>(
  action: string,
  entity: string,
  sent: T,
  ...members: readonly K[]
): Required<T, K> {
  const lacking = members.find((member) => isLacking(sent[member]));
  if (lacking !== undefined) throw answeredWithout(action, `the ${lacking} of ${entity}`);
  return sent as Required<T, K>;
}

export const instantOrNull = (date: Date | undefined): Instant | null => (date ? instantOf(date) : null);

/** AWS leaves the list out where there are none; a tag may have an empty value, never an empty key. */
export function tagsOf(
  action: string,
  tags: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] = [],
): readonly ResourceTag[] {
  return tags.map(({ Key, Value }) => {
    if (!Key || Value === undefined) throw answeredWithout(action, 'the key or value of a tag');
    return { key: Key, value: Value };
  });
}

const isLacking = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || Number.isNaN(value);
