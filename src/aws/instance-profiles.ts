import type { InstanceProfile as SdkInstanceProfile } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { required } from './required.ts';

const LIST = 'iam:ListInstanceProfiles';

export interface InstanceProfile {
  readonly arn: string;
  readonly instanceProfileName: string;
  readonly instanceProfileId: string;
  readonly path: string;
  readonly createDate: Instant;
  /** The ARNs of the roles that it holds: one at most, says AWS. */
  readonly roleArns: readonly string[];
}

/** The instance profiles of the account, those without a role included. Source: IAM API Reference, ListInstanceProfiles. */
export async function listInstanceProfiles(account: AwsAccount, tag: Tag): Promise<readonly InstanceProfile[]> {
  const { ListInstanceProfilesCommand } = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action: LIST,
      items: 'instance profiles',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) =>
        client.send(new ListInstanceProfilesCommand({ MaxItems: MOST_ITEMS, ...from }), options),
      itemsOf: (answer) => answer.InstanceProfiles?.map((profile) => instanceProfile(LIST, profile)),
    },
    tag,
  );
}

/** @param action that answered it. */
export function instanceProfile(action: string, answered: SdkInstanceProfile): InstanceProfile {
  const members = ['Arn', 'InstanceProfileName', 'InstanceProfileId', 'Path', 'CreateDate', 'Roles'] as const;
  const profile = required(action, 'an instance profile', answered, ...members);
  return {
    arn: profile.Arn,
    instanceProfileName: profile.InstanceProfileName,
    instanceProfileId: profile.InstanceProfileId,
    path: profile.Path,
    createDate: instantOf(profile.CreateDate),
    roleArns: profile.Roles.map((role) => required(action, "an instance profile's role", role, 'Arn').Arn),
  };
}
