import type { PasswordPolicy as SdkPasswordPolicy } from '@aws-sdk/client-iam';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import { isNoSuchEntity, type Tag, unlessGone } from './paging.ts';
import { required } from './required.ts';

export interface PasswordPolicy {
  /** The account never set one: this is what AWS applies. */
  readonly isDefault: boolean;
  readonly minimumPasswordLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercaseCharacters: boolean;
  readonly requireLowercaseCharacters: boolean;
  readonly allowUsersToChangePassword: boolean;
  readonly expirePasswords: boolean;
  /** In days; 0 where passwords do not expire. */
  readonly maxPasswordAge: number;
  /** How many former passwords may not be used again; 0 where all may. */
  readonly passwordReusePrevention: number;
  readonly hardExpiry: boolean;
}

const GET = 'iam:GetAccountPasswordPolicy';

/**
 * The password policy of the account, or AWS's default where the account never set one.
 *
 * Source: IAM API Reference, GetAccountPasswordPolicy: NoSuchEntity where the account never set one.
 */
export async function getAccountPasswordPolicy(account: AwsAccount, tag: Tag): Promise<PasswordPolicy> {
  const { GetAccountPasswordPolicyCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const policy = account.call(
    { action: GET, ...tag },
    async (options) => policyOf((await client.send(new GetAccountPasswordPolicyCommand({}), options)).PasswordPolicy),
    isNoSuchEntity,
  );
  return unlessGone(policy, defaultPolicy);
}

/**
 * What AWS applies to an account that never set a policy: at least 8 characters, of at least three of the four kinds
 * (uppercase, lowercase, numbers, symbols), so that none of the four is required; and passwords that never expire. It
 * says nothing of former passwords, nor lets users change their own: AllowUsersToChangePassword is false where it is not
 * set, and users need a policy that allows iam:ChangePassword.
 *
 * Source: IAM User Guide, "Set an account password policy for IAM users", default password policy; IAM API Reference,
 * UpdateAccountPasswordPolicy.
 */
const defaultPolicy: PasswordPolicy = {
  isDefault: true,
  minimumPasswordLength: 8,
  requireSymbols: false,
  requireNumbers: false,
  requireUppercaseCharacters: false,
  requireLowercaseCharacters: false,
  allowUsersToChangePassword: false,
  expirePasswords: false,
  maxPasswordAge: 0,
  passwordReusePrevention: 0,
  hardExpiry: false,
};

/** AWS leaves out an age, a number of former passwords and a hard expiry that were not set. */
function policyOf(answered: SdkPasswordPolicy | undefined): PasswordPolicy {
  if (!answered) throw answeredWithout(GET, 'a password policy');
  const policy = required(
    GET,
    'the password policy',
    { MaxPasswordAge: 0, PasswordReusePrevention: 0, ...answered },
    'MinimumPasswordLength',
    'RequireSymbols',
    'RequireNumbers',
    'RequireUppercaseCharacters',
    'RequireLowercaseCharacters',
    'AllowUsersToChangePassword',
    'MaxPasswordAge',
    'PasswordReusePrevention',
  );
  return {
    isDefault: false,
    minimumPasswordLength: policy.MinimumPasswordLength,
    requireSymbols: policy.RequireSymbols,
    requireNumbers: policy.RequireNumbers,
    requireUppercaseCharacters: policy.RequireUppercaseCharacters,
    requireLowercaseCharacters: policy.RequireLowercaseCharacters,
    allowUsersToChangePassword: policy.AllowUsersToChangePassword,
    // "Returns true if MaxPasswordAge contains a value greater than 0" (API_PasswordPolicy).
    expirePasswords: policy.ExpirePasswords ?? policy.MaxPasswordAge > 0,
    maxPasswordAge: policy.MaxPasswordAge,
    passwordReusePrevention: policy.PasswordReusePrevention,
    hardExpiry: policy.HardExpiry ?? false,
  };
}
