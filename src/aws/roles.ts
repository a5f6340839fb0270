import type { AwsAccount } from './aws-account.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { required } from './required.ts';

/** What the details of a role leave out. */
export interface ListedRole {
  readonly arn: string;
  readonly description: string | null;
  /** In seconds. */
  readonly maxSessionDuration: number;
}

const LIST = 'iam:ListRoles';

/** The roles of the account. Source: IAM API Reference, ListRoles, which has no tags, boundaries and last uses. */
export async function listRoles(account: AwsAccount, tag: Tag): Promise<readonly ListedRole[]> {
  const { ListRolesCommand } = await import('@aws-sdk/client-iam');
  return allPages(
    account,
    {
      action: LIST,
      items: 'roles',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) => client.send(new ListRolesCommand({ MaxItems: MOST_ITEMS, ...from }), options),
      itemsOf: (answer) =>
        answer.Roles?.map((listed) => {
          const role = required(LIST, 'a role', listed, 'Arn', 'MaxSessionDuration');
          return {
            arn: role.Arn,
            description: role.Description ?? null,
            maxSessionDuration: role.MaxSessionDuration,
          };
        }),
    },
    tag,
  );
}
