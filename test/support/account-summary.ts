import { allProfiles } from './instance-profiles.ts';
import { isOfAws, versionCount } from './policy-details.ts';
import { rootHasMfa } from './scenario.ts';
import { currentKeys, type ScriptedAccount } from './scripted-account.ts';

// Quotas as an account has them until it asks for more
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const QUOTAS: Readonly<Record<string, number>> = {
  AccessKeysPerUserQuota: 2,
  AssumeRolePolicySizeQuota: 2048,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  GroupsQuota: 300,
  InstanceProfilesQuota: 1000,
  PoliciesQuota: 1500,
  PolicySizeQuota: 6144,
  PolicyVersionsInUseQuota: 10_000,
  RolePolicySizeQuota: 10_240,
  RolesQuota: 1000,
  ServerCertificatesQuota: 20,
  SigningCertificatesPerUserQuota: 2,
  UserPolicySizeQuota: 2048,
  UsersQuota: 5000,
  VersionsPerPolicyQuota: 5,
};

/** What API_GetAccountSummary counts; flags of the root user are 0 or 1. */
export function accountSummary({ scenario, users }: ScriptedAccount): Readonly<Record<string, number>> {
  const root = scenario.root ?? {};
  const ownPolicies = (scenario.policies ?? []).filter((policy) => !isOfAws(policy));
  const devicesInUse = [root, ...users].flatMap(({ mfaDevices = [] }) => mfaDevices).length;
  const counted = {
    ...QUOTAS,
    Users: users.length,
    Groups: count(scenario.groups),
    Roles: count(scenario.iamRoles),
    Policies: ownPolicies.length,
    PolicyVersionsInUse: ownPolicies.reduce((sum, policy) => sum + versionCount(policy), 0),
    InstanceProfiles: allProfiles(scenario).length,
    ServerCertificates: count(scenario.serverCertificates),
    Providers: count(scenario.samlProviders) + count(scenario.oidcProviders),
    MFADevices: devicesInUse + count(scenario.unassignedMfaDevices),
    MFADevicesInUse: devicesInUse,
    AccountMFAEnabled: Number(rootHasMfa(scenario)),
    AccountPasswordPresent: Number(root.passwordEnabled !== false),
    AccountAccessKeysPresent: Number(currentKeys(root).length > 0),
    AccountSigningCertificatesPresent: Number(count(root.signingCertificates) > 0),
    GlobalEndpointTokenVersion: 1,
  };
  const entries = Object.entries({ ...counted, ...scenario.accountSummary });
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}

function count(list: readonly unknown[] = []): number {
  return list.length;
}
