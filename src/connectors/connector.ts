import type { OrganizationalUnit } from '../aws/organizations.ts';
import { IamqlError } from '../iam/error.ts';

/** How an account is reached: with the credentials of a profile or of the SDK's chain, or a role that these assume. */
export interface Access {
  readonly profile?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  /** The role that lists the organization assumes the account's own: the ARN of the first, and its external id. */
  readonly through?: { readonly roleArn: string; readonly externalId?: string | undefined } | undefined;
}

/** An account to read. */
export interface Connector {
  /** The id of the account, 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly partition: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly access: Access;
  /** The organization of the file that it was found in. */
  readonly organization: string | undefined;
  /** The root and the units that it is in, from the top; empty where it is in none, or nobody said. */
  readonly units: readonly OrganizationalUnit[];
  /** `file:line:column` of what names it. */
  readonly place: string;
}

/** An account that is known and is not to be read. */
export interface SkippedAccount {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  /** `excluded`, OUTSIDE, or the state that it is in where that is not ACTIVE. */
  readonly why: string;
}

/** Why an account is not read whose organization is read in part: there may be thousands of these. */
export const OUTSIDE = 'in none of its organizationalUnits';

/** An organization whose accounts are not known. */
interface UnlistedOrganization {
  readonly name: string;
  readonly error: IamqlError;
}

/** All that a file of connectors names, as it is today. */
export interface Enrollment {
  /** In the order of their ids. */
  readonly connectors: readonly Connector[];
  readonly skipped: readonly SkippedAccount[];
  readonly unlisted: readonly UnlistedOrganization[];
}

/** Stands for the accounts of one, which nobody knows: that none of them was read says of none that it is clean. */
export const placeOfUnlisted = ({ name }: UnlistedOrganization) => {
  const called = `organization ${name}`;
  return { id: called, name: called, isOrganization: true, organization: name, units: [], tags: {} } as const;
};

/** Of an account that is in its organization and was in no unit of it, where units matter. */
export const unplaced = ({ id, name }: { readonly id: string; readonly name: string }): IamqlError =>
  new IamqlError(
    'Unexpected',
    `account ${name === id ? id : `${name} (${id})`} was in no unit of its organization, as one that is being moved; ask again, or name it with --connector`,
  );
