import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import type { getAccountSummary } from '../aws/account.ts';
import type { getAccountAuthorizationDetails } from '../aws/authorization-details.ts';
import type { AwsCall } from '../aws/call-log.ts';
import type { getOpenIdConnectProvider, getSamlProvider, listSamlProviders } from '../aws/identity-providers.ts';
import type { listInstanceProfiles } from '../aws/instance-profiles.ts';
import type { getLoginProfile } from '../aws/login-profile.ts';
import type { listMfaDevices, listVirtualMfaDevices } from '../aws/mfa-devices.ts';
import type { getAccountPasswordPolicy } from '../aws/password-policy.ts';
import type { ListedRole } from '../aws/roles.ts';
import type { listServerCertificates } from '../aws/server-certificates.ts';
import type { listPolicyTags } from '../aws/tags.ts';
import type {
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSshPublicKeys,
} from '../aws/user-credentials.ts';
import type { listUsers } from '../aws/users.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { CredentialReport } from '../iam/credential-report.ts';
import type { Instant } from '../iam/instant.ts';

export interface AccountIdentity {
  readonly accountId: string;
  readonly partition: string;
}

/** A credential report and what is known of how it came here. */
export interface ReportFacts {
  readonly report: CredentialReport;
  /** When AWS answered it; undefined where nobody knows. */
  readonly readAt: Instant | undefined;
  /** When AWS generated it; undefined for a bare CSV, whose age nobody knows. */
  readonly generatedAt: Instant | undefined;
  /** The file has no root row, so somebody took rows out: what it does not show may exist. */
  readonly isFiltered: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a reader is called with, only its answer matters here.
type Answer<Reader extends (...args: any[]) => Promise<unknown>> = Awaited<ReturnType<Reader>>;
type Details = Answer<typeof getAccountAuthorizationDetails>;
export type UserDetail = Details['users'][number];
export type GroupDetail = Details['groups'][number];
export type RoleDetail = Details['roles'][number];
export type PolicyDetail = Details['policies'][number];
export type DocumentText = PolicyDetail['document'];
export type InstanceProfile = Answer<typeof listInstanceProfiles>[number];
type Tags = Answer<typeof listPolicyTags>;

/** What a group of facts is, as it is read: of the account, or of the one asset that is asked. */
export interface Facts extends Readonly<Record<FactGroup, unknown>> {
  readonly CREDENTIAL_REPORT: ReportFacts;
  readonly CALLER_IDENTITY: AccountIdentity;
  readonly ACCOUNT_ALIASES: readonly string[];
  /** The keys of a user. */
  readonly ACCESS_KEYS: readonly ListedAccessKey[];
  /** The last use of each of the keys that were listed of a user. */
  readonly ACCESS_KEY_LAST_USED: readonly AccessKeyLastUsed[];
  /** Those who are there now. */
  readonly USER_LIST: Answer<typeof listUsers>;
  readonly USER_DETAILS: readonly UserDetail[];
  readonly GROUP_DETAILS: readonly GroupDetail[];
  readonly ROLES: readonly ListedRole[];
  readonly ROLE_DETAILS: readonly RoleDetail[];
  readonly POLICY_DETAILS: readonly PolicyDetail[];
  readonly PASSWORD_POLICY: Answer<typeof getAccountPasswordPolicy>;
  readonly ACCOUNT_SUMMARY: Answer<typeof getAccountSummary>;
  readonly VIRTUAL_MFA_DEVICES: Answer<typeof listVirtualMfaDevices>;
  readonly INSTANCE_PROFILES: readonly InstanceProfile[];
  readonly SERVER_CERTIFICATES: Answer<typeof listServerCertificates>;
  readonly SAML_PROVIDERS: Answer<typeof listSamlProviders>;
  readonly SAML_PROVIDER: Answer<typeof getSamlProvider>;
  /** Their ARNs. */
  readonly OIDC_PROVIDERS: readonly string[];
  readonly OIDC_PROVIDER: Answer<typeof getOpenIdConnectProvider>;
  /** Those of all users. */
  readonly SERVICE_SPECIFIC_CREDENTIALS: Answer<typeof listServiceSpecificCredentials>;
  readonly LOGIN_PROFILE: Answer<typeof getLoginProfile>;
  readonly MFA_DEVICES: Answer<typeof listMfaDevices>;
  readonly SSH_PUBLIC_KEYS: Answer<typeof listSshPublicKeys>;
  readonly SIGNING_CERTIFICATES: Answer<typeof listSigningCertificates>;
  readonly POLICY_TAGS: Tags;
  readonly SERVER_CERTIFICATE_TAGS: Tags;
  readonly INSTANCE_PROFILE_TAGS: Tags;
  readonly MFA_DEVICE_TAGS: Tags;
}

/**
 * Where the facts of one account come from. A reading gives the whole group or throws an IamqlError; a group that the
 * source does not hold is NotCollected. Nothing is remembered here: the account's graph does that.
 */
export interface FactSource {
  readonly kind: 'live' | 'report';
  /** @param owner the asset that is asked, for groups that are read one asset at a time. */
  read<G extends FactGroup>(group: G, owner: Asset | undefined): Promise<Facts[G]>;
  /** The AWS calls made since the source was opened. */
  readonly calls: readonly AwsCall[];
}
