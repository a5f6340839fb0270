import type { AwsAccount } from './aws-account.ts';
import { type InstanceProfile, instanceProfile } from './entity-details.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';

const LIST = 'iam:ListInstanceProfiles';

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
