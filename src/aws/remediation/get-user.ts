import { type Instant, instantOf } from '../../iam/instant.ts';
import type { AwsAccount } from '../aws-account.ts';
import { answeredWithout } from '../aws-error.ts';
import { isNoSuchEntity, type Tag, unlessGone } from '../paging.ts';
import { instantOrNull, required } from '../required.ts';

/** A user as there is one now. */
export interface CurrentUser {
  readonly arn: string;
  readonly userName: string;
  /** A user of the same name who is made later has another. */
  readonly userId: string;
  readonly path: string;
  readonly createDate: Instant;
  readonly passwordLastUsed: Instant | null;
}

const GET = 'iam:GetUser';

/** The user of that name; undefined where there is none. Source: IAM API Reference, GetUser. */
export async function getUser(account: AwsAccount, userName: string, tag: Tag): Promise<CurrentUser | undefined> {
  const { GetUserCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetUserCommand({ UserName: userName });
  const user = account.call(
    { action: GET, ...tag },
    async (options) => {
      const { User: answered } = await client.send(command, options);
      if (!answered) throw answeredWithout(GET, 'the user');
      const one = required(GET, 'the user', answered, 'Arn', 'UserName', 'UserId', 'Path', 'CreateDate');
      return {
        arn: one.Arn,
        userName: one.UserName,
        userId: one.UserId,
        path: one.Path,
        createDate: instantOf(one.CreateDate),
        passwordLastUsed: instantOrNull(one.PasswordLastUsed),
      };
    },
    isNoSuchEntity,
  );
  return unlessGone(user, undefined);
}
