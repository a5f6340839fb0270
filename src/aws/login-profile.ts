import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import { isNoSuchEntity, type Tag, unlessGone } from './paging.ts';

export interface LoginProfile {
  readonly createDate: Instant;
  readonly passwordResetRequired: boolean;
}

const GET = 'iam:GetLoginProfile';

/**
 * The console password of a user; null when the user has none, or is no longer there.
 *
 * Source: IAM API Reference, GetLoginProfile: NoSuchEntity where there is no password. It leaves PasswordResetRequired
 * out of its own example, of a password that need not be reset.
 */
export async function getLoginProfile(account: AwsAccount, userName: string, tag: Tag): Promise<LoginProfile | null> {
  const { GetLoginProfileCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetLoginProfileCommand({ UserName: userName });
  const profile = account.call(
    { action: GET, ...tag },
    async (options) => {
      const { LoginProfile: profile } = await client.send(command, options);
      if (!profile?.CreateDate) throw answeredWithout(GET, `the login profile of ${userName}`);
      return {
        createDate: instantOf(profile.CreateDate),
        passwordResetRequired: profile.PasswordResetRequired ?? false,
      };
    },
    isNoSuchEntity,
  );
  return unlessGone(profile, null);
}
