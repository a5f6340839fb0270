import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { allPages, MOST_ITEMS, PAGES_OF_ACCOUNT, type Tag } from './paging.ts';
import { instantOrNull, required } from './required.ts';

export interface ListedUser {
  readonly arn: string;
  readonly userName: string;
  readonly userId: string;
  readonly path: string;
  readonly createDate: Instant;
  /** Null: never, or not since 2014-10-20. Of a password that is gone AWS keeps the time. */
  readonly passwordLastUsed: Instant | null;
}

const LIST = 'iam:ListUsers';

/** The users who are there now. Source: IAM API Reference, ListUsers and User. */
export async function listUsers(account: AwsAccount, tag: Tag): Promise<readonly ListedUser[]> {
  const { ListUsersCommand } = await import('@aws-sdk/client-iam');
  const members = ['Arn', 'UserName', 'UserId', 'Path', 'CreateDate'] as const;
  return allPages(
    account,
    {
      action: LIST,
      items: 'users',
      maxPages: PAGES_OF_ACCOUNT,
      send: (client, from, options) => client.send(new ListUsersCommand({ MaxItems: MOST_ITEMS, ...from }), options),
      itemsOf: (answer) =>
        answer.Users?.map((listed) => {
          const user = required(LIST, 'a user', listed, ...members);
          return {
            arn: user.Arn,
            userName: user.UserName,
            userId: user.UserId,
            path: user.Path,
            createDate: instantOf(user.CreateDate),
            passwordLastUsed: instantOrNull(user.PasswordLastUsed),
          };
        }),
    },
    tag,
  );
}
