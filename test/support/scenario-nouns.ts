/** A policy document as data, or as the very text that AWS would send. */
export type Document = string | Readonly<Record<string, unknown>>;
export type Tags = Readonly<Record<string, string>>;

/** What users, groups and roles have in common. */
export interface PolicyHolder {
  readonly inlinePolicies?: Readonly<Record<string, Document>>;
  /** ARNs of managed policies. */
  readonly attachedPolicies?: readonly string[];
}

export interface ScenarioGroup extends PolicyHolder {
  readonly name: string;
  readonly path?: string;
  readonly createDate?: string;
}

export interface ScenarioIamRole extends PolicyHolder {
  readonly name: string;
  readonly path?: string;
  readonly createDate?: string;
  readonly trust: Document;
  readonly permissionsBoundary?: string;
  readonly lastUsed?: { readonly date: string; readonly region: string };
  readonly instanceProfiles?: readonly string[];
  readonly tags?: Tags;
}

/** A managed policy: of the account, or of AWS where the ARN says so. */
export interface ScenarioPolicy {
  readonly arn: string;
  readonly document: Document;
  readonly description?: string;
  readonly createDate?: string;
  readonly tags?: Tags;
}

export interface ScenarioMfaDevice {
  readonly serial: string;
  readonly enableDate?: string;
}

interface ScenarioCredential {
  readonly id: string;
  readonly status?: 'Active' | 'Inactive';
  readonly uploadDate?: string;
}

interface ScenarioServiceCredential {
  readonly id: string;
  readonly service: string;
  readonly createDate: string;
  readonly expirationDate?: string;
  readonly alias?: string;
}

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
  readonly expiration: string;
  readonly tags?: Tags;
}

/** The nouns of an account beside its users. */
export interface ScenarioNouns {
  readonly groups?: readonly ScenarioGroup[];
  readonly iamRoles?: readonly ScenarioIamRole[];
  readonly policies?: readonly ScenarioPolicy[];
  /** Left out, the account never set one. */
  readonly passwordPolicy?: ScenarioPasswordPolicy;
  /** Beside what follows from the rest of the scenario. */
  readonly accountSummary?: Readonly<Record<string, number>>;
  readonly serverCertificates?: readonly ScenarioServerCertificate[];
  readonly samlProviders?: readonly { readonly name: string; readonly validUntil?: string; readonly tags?: Tags }[];
  readonly oidcProviders?: readonly {
    readonly host: string;
    readonly clientIds?: readonly string[];
    readonly tags?: Tags;
  }[];
  readonly rootMfaDevices?: readonly ScenarioMfaDevice[];
}

/** What a user has beside access keys and a password. */
export interface ScenarioUserNouns extends PolicyHolder {
  readonly groups?: readonly string[];
  readonly passwordResetRequired?: boolean;
  readonly permissionsBoundary?: string;
  readonly tags?: Tags;
  readonly mfaDevices?: readonly ScenarioMfaDevice[];
  readonly sshPublicKeys?: readonly ScenarioCredential[];
  readonly signingCertificates?: readonly ScenarioCredential[];
  readonly serviceSpecificCredentials?: readonly ScenarioServiceCredential[];
}
