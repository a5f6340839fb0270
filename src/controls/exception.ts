import type { Instant } from '../iam/instant.ts';

/** A finding that somebody has agreed to live with, until a day. */
export interface Exception {
  /** The id of a control. */
  readonly control: string;
  /** The account id. */
  readonly account: string;
  /** An ARN or an IAM name; `*` stands for any characters. */
  readonly asset: string;
  /** Where the finding is about an access key: this one, and no key made later. */
  readonly key: ExceptedKey | undefined;
  readonly reason: string;
  readonly owner: string;
  /** From this time on it no longer counts. */
  readonly expires: Instant;
  readonly ticket: string | undefined;
  /** Where it is written: `exceptions.yaml:12:5`. */
  readonly place: string;
}

/** By its id, or by its slot and when it was created. */
export type ExceptedKey = { readonly accessKeyId: string } | { readonly slot: number; readonly createDate: Instant };

export const hasExpired = ({ expires }: Exception, now: Instant): boolean => now >= expires;
