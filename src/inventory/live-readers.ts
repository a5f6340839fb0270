import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { DetailsReader } from './details-reader.ts';
import type { Facts } from './fact-source.ts';

type Reader<G extends FactGroup> = (owner: Asset) => Promise<Facts[G]>;
export type LiveReaders = { readonly [G in Exclude<FactGroup, 'CREDENTIAL_REPORT'>]: Reader<G> };

/**
 * How AWS is asked for each group of facts. Each module of calls is loaded when it is first needed: a check of the
 * founding control needs two of them.
 */
export function liveReaders(account: AwsAccount, log: CallLog): LiveReaders {
  const tag = (why: string) => ({ why, log });
  const details = new DetailsReader(account, tag('users, groups, roles and policies'));
  const ofUsers = 'users that are selected, and those that cheaper facts cannot decide';
  return {
    CALLER_IDENTITY: async () =>
      (await import('../aws/account.ts')).getCallerIdentity(account, tag('which account this is')),
    ACCOUNT_ALIASES: async () => (await import('../aws/account.ts')).listAccountAliases(account, tag('accountAlias')),
    ACCOUNT_SUMMARY: async () =>
      (await import('../aws/account.ts')).getAccountSummary(account, tag('the account summary')),
    ACCESS_KEYS: async (user) =>
      (await import('../aws/access-keys.ts')).listAccessKeys(
        account,
        text(user, 'userName'),
        tag('selected users, and those that the report cannot decide'),
      ),
    ACCESS_KEY_LAST_USED: async (user) => {
      const { getAccessKeyLastUsed } = await import('../aws/access-keys.ts');
      const keys = user['accessKeys'] as readonly Asset[];
      return inOrder(keys, (key) =>
        getAccessKeyLastUsed(account, text(key, 'accessKeyId'), tag('the last use of those keys')),
      );
    },
    USER_LIST: async () => (await import('../aws/users.ts')).listUsers(account, tag('the users who are there now')),
    USER_DETAILS: async () => (await details.read('User')).users,
    GROUP_DETAILS: async () => (await details.read('Group')).groups,
    ROLE_DETAILS: async () => (await details.read('Role')).roles,
    ROLES: async () => (await import('../aws/roles.ts')).listRoles(account, tag('what the details of roles leave out')),
    POLICY_DETAILS: async () => (await details.read('LocalManagedPolicy', 'AWSManagedPolicy')).policies,
    PASSWORD_POLICY: async () =>
      (await import('../aws/password-policy.ts')).getAccountPasswordPolicy(account, tag('the password policy')),
    VIRTUAL_MFA_DEVICES: async () =>
      (await import('../aws/mfa-devices.ts')).listVirtualMfaDevices(account, tag('virtual MFA devices')),
    INSTANCE_PROFILES: async () =>
      (await import('../aws/instance-profiles.ts')).listInstanceProfiles(account, tag('instance profiles')),
    SERVER_CERTIFICATES: async () =>
      (await import('../aws/server-certificates.ts')).listServerCertificates(account, tag('server certificates')),
    SAML_PROVIDERS: async () =>
      (await import('../aws/identity-providers.ts')).listSamlProviders(account, tag('SAML providers')),
    SAML_PROVIDER: async (provider) =>
      (await import('../aws/identity-providers.ts')).getSamlProvider(
        account,
        text(provider, 'arn'),
        tag('what a provider is'),
      ),
    OIDC_PROVIDERS: async () =>
      (await import('../aws/identity-providers.ts')).listOpenIdConnectProviders(
        account,
        tag('OpenID Connect providers'),
      ),
    OIDC_PROVIDER: async (provider) =>
      (await import('../aws/identity-providers.ts')).getOpenIdConnectProvider(
        account,
        text(provider, 'arn'),
        tag('what a provider is'),
      ),
    SERVICE_SPECIFIC_CREDENTIALS: async () =>
      (await import('../aws/user-credentials.ts')).listServiceSpecificCredentials(
        account,
        tag('service-specific credentials of all users'),
      ),
    LOGIN_PROFILE: async (user) =>
      (await import('../aws/login-profile.ts')).getLoginProfile(account, text(user, 'userName'), tag(ofUsers)),
    MFA_DEVICES: async (user) =>
      (await import('../aws/mfa-devices.ts')).listMfaDevices(account, text(user, 'userName'), tag(ofUsers)),
    SSH_PUBLIC_KEYS: async (user) =>
      (await import('../aws/user-credentials.ts')).listSshPublicKeys(account, text(user, 'userName'), tag(ofUsers)),
    SIGNING_CERTIFICATES: async (user) =>
      (await import('../aws/user-credentials.ts')).listSigningCertificates(
        account,
        text(user, 'userName'),
        tag(ofUsers),
      ),
    POLICY_TAGS: async (policy) =>
      (await import('../aws/tags.ts')).listPolicyTags(account, text(policy, 'arn'), tag('tags')),
    SERVER_CERTIFICATE_TAGS: async (certificate) =>
      (await import('../aws/tags.ts')).listServerCertificateTags(
        account,
        text(certificate, 'serverCertificateName'),
        tag('tags'),
      ),
    INSTANCE_PROFILE_TAGS: async (profile) =>
      (await import('../aws/tags.ts')).listInstanceProfileTags(
        account,
        text(profile, 'instanceProfileName'),
        tag('tags'),
      ),
    MFA_DEVICE_TAGS: async (device) =>
      (await import('../aws/tags.ts')).listMfaDeviceTags(account, text(device, 'serialNumber'), tag('tags')),
  };
}

const text = (asset: Asset, field: string): string => asset[field] as string;

/** One after the other: the assets that are asked at the same time are what makes calls concurrent. */
async function inOrder<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}
