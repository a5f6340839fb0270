import type { IAMAccessKey, IAMUser, IAMUserCredentials, IAsset, RootUser } from './assets.generated.ts';
import type { Unread } from './unread.ts';

/**
 * An asset as it is held in memory: its own facts and type. What every asset of an account has in common (`IAsset`) and
 * its relations are worked out when they are asked.
 */
type Facts<T> = { readonly [K in Exclude<keyof T, Exclude<keyof IAsset, '__typename'>>]: T[K] };
type Partly<T> = { readonly [K in keyof T]: T[K] | Unread };

/** A row of the credential report, with the columns that name its owner. A column that the report lacks is UNREAD. */
export type ReportedCredentials = Partly<
  Omit<Facts<IAMUserCredentials>, '__typename' | 'user' | 'rootUser' | 'connector'>
> & {
  readonly __typename: 'IAMUserCredentials';
  readonly userName: string;
  readonly arn: string;
  readonly createDate: string;
};

type Reported<T, K extends keyof T> = Pick<Facts<T>, K & keyof Facts<T>> & {
  readonly hasIAMUserCredentials: ReportedCredentials;
};

/** An IAM user as the credential report tells of it. */
export type ReportedUser = Reported<IAMUser, '__typename' | 'arn' | 'userName' | 'path' | 'createDate'> & {
  readonly passwordLastUsed: string | null | Unread;
};

/** The root user as the credential report tells of it. */
export type ReportedRoot = Reported<RootUser, '__typename' | 'arn' | 'createDate'> & {
  readonly passwordLastUsed: string | null | Unread;
};

/** An access key, of which some facts may not have been read yet. */
export type AccessKey = Partly<Omit<Facts<IAMAccessKey>, '__typename' | 'user' | 'connector'>> & {
  readonly __typename: 'IAMAccessKey';
  readonly user: ReportedUser;
};

/** Any asset, where code speaks of fields by name. */
export type Asset = { readonly __typename: string; readonly [field: string]: unknown };
