/** A policy document as data, or as the very text that was written; `asSent` is what stands in the answer in its place. */
export type Document = string | Readonly<Record<string, unknown>> | { readonly asSent: string };
export type Tags = Readonly<Record<string, string>>;

/** When everything was made for which a scenario gives no time. */
export const DEFAULT_CREATED = '2024-01-01T00:00:00Z';

/** What users, groups and roles have in common. */
export interface PolicyHolder {
  /** Documents by the names of the policies. */
  readonly inlinePolicies?: Readonly<Record<string, Document>>;
  /** ARNs of managed policies. */
  readonly attachedPolicies?: readonly string[];
}

export interface ScenarioGroup extends PolicyHolder {
  readonly name: string;
  /** Starts and ends with a slash, as every path here does; default `/`. */
  readonly path?: string;
  readonly createDate?: string;
}

export interface ScenarioIamRole extends PolicyHolder {
  readonly name: string;
  readonly path?: string;
  readonly createDate?: string;
  readonly trust: Document;
  readonly description?: string;
  /** In seconds; default 3,600, AWS's own. */
  readonly maxSessionDuration?: number;
  /** The ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  /** Left out, the role was not used in the days that AWS keeps track of. */
  readonly lastUsed?: { readonly date: string; readonly region?: string };
  /** Those that hold this role; a text is a name. */
  readonly instanceProfiles?: readonly (string | ScenarioInstanceProfile)[];
  readonly tags?: Tags;
}

export interface ScenarioInstanceProfile {
  readonly name: string;
  readonly path?: string;
  readonly createDate?: string;
  readonly tags?: Tags;
}

/** A managed policy: of the account, or of AWS where the ARN says so. */
export interface ScenarioPolicy {
  readonly arn: string;
  /** Of the default version. */
  readonly document: Document;
  /** Default: the version after the others. */
  readonly defaultVersionId?: string;
  /** They say nothing of what is in force. */
  readonly otherVersions?: readonly ScenarioPolicyVersion[];
  /** Default true. */
  readonly isAttachable?: boolean;
  readonly description?: string;
  readonly createDate?: string;
  /** When the default version was made; default: when the policy was. */
  readonly updateDate?: string;
  readonly tags?: Tags;
}

export interface ScenarioPolicyVersion {
  /** Such as `v1`. */
  readonly id: string;
  readonly document: Document;
  readonly createDate?: string;
}

export interface ScenarioMfaDevice {
  /** Of a virtual device its ARN, `arn:aws:iam::ACCOUNT:mfa/NAME`; of a hardware device anything else. */
  readonly serial: string;
  readonly enableDate?: string;
  readonly tags?: Tags;
}

interface ScenarioSshPublicKey {
  readonly id: string;
  readonly status?: 'Active' | 'Inactive';
  readonly uploadDate?: string;
}

export interface ScenarioSigningCertificate {
  readonly id: string;
  readonly status?: 'Active' | 'Inactive';
  readonly uploadDate?: string;
  /** The certificate as PEM text. */
  readonly body?: string;
}

interface ScenarioServiceCredential {
  readonly id: string;
  /** Such as `codecommit.amazonaws.com`. */
  readonly service: string;
  readonly createDate: string;
  readonly status?: 'Active' | 'Inactive' | 'Expired';
  readonly expirationDate?: string;
  /** API keys have an alias, where all others have a user name. */
  readonly alias?: string;
  /** Default: AWS's `USER-at-ACCOUNT`, unless there is an alias. */
  readonly serviceUserName?: string;
}

/** Requirements that are left out are not required, and passwords expire where they have a maximum age. */
interface ScenarioPasswordPolicy {
  readonly MinimumPasswordLength: number;
  readonly RequireSymbols?: boolean;
  readonly RequireNumbers?: boolean;
  readonly RequireUppercaseCharacters?: boolean;
  readonly RequireLowercaseCharacters?: boolean;
  readonly AllowUsersToChangePassword?: boolean;
  readonly ExpirePasswords?: boolean;
  readonly MaxPasswordAge?: number;
  readonly PasswordReusePrevention?: number;
  readonly HardExpiry?: boolean;
}

interface ScenarioServerCertificate {
  readonly name: string;
  readonly path?: string;
  readonly uploadDate?: string;
  readonly expiration: string;
  readonly tags?: Tags;
}

interface ScenarioSamlProvider {
  readonly name: string;
  readonly createDate?: string;
  readonly validUntil?: string;
  /** XML text. */
  readonly metadata?: string;
  readonly assertionEncryptionMode?: 'Required' | 'Allowed';
  readonly privateKeys?: readonly { readonly id: string; readonly timestamp: string }[];
  readonly tags?: Tags;
}

interface ScenarioOidcProvider {
  /** The URL without `https://`, as AWS keeps it; it may have a path. */
  readonly host: string;
  readonly createDate?: string;
  readonly clientIds?: readonly string[];
  readonly thumbprints?: readonly string[];
  readonly tags?: Tags;
}

/** The nouns of an account beside its users. */
export interface ScenarioNouns {
  readonly groups?: readonly ScenarioGroup[];
  readonly iamRoles?: readonly ScenarioIamRole[];
  /** Those that hold no role. */
  readonly instanceProfiles?: readonly ScenarioInstanceProfile[];
  /** Whoever has a policy attached that is not here has one that AWS would list and this endpoint cannot. */
  readonly policies?: readonly ScenarioPolicy[];
  /** Left out, the account never set one. */
  readonly passwordPolicy?: ScenarioPasswordPolicy;
  /** Instead of what follows from the rest of the scenario; null leaves a key out, as emulators do. */
  readonly accountSummary?: Readonly<Record<string, number | null>>;
  readonly serverCertificates?: readonly ScenarioServerCertificate[];
  readonly samlProviders?: readonly ScenarioSamlProvider[];
  readonly oidcProviders?: readonly ScenarioOidcProvider[];
  /** Virtual devices that nobody uses. */
  readonly unassignedMfaDevices?: readonly ScenarioMfaDevice[];
}

/** What a user has beside access keys and a password. */
export interface ScenarioUserNouns extends PolicyHolder {
  /** Names of groups. */
  readonly groups?: readonly string[];
  /** Of the login profile, which is there where the password is enabled. */
  readonly passwordResetRequired?: boolean;
  /** The ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  readonly tags?: Tags;
  readonly mfaDevices?: readonly ScenarioMfaDevice[];
  readonly sshPublicKeys?: readonly ScenarioSshPublicKey[];
  readonly signingCertificates?: readonly ScenarioSigningCertificate[];
  readonly serviceSpecificCredentials?: readonly ScenarioServiceCredential[];
}
