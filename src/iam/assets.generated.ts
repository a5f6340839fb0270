export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An instant in RFC 3339, for example `2026-03-01T10:20:30Z`. Compared as instants, whatever the offset.
   * A date alone (`2026-03-01`) is 00:00 UTC; a time without an offset is an error.
   */
  DateTime: { input: string; output: string; }
};

/** An AWS account that iamql reads, and how it is called here. */
export type Connector = IAsset & {
  readonly __typename: 'Connector';
  /** The account's alias, the first where AWS answers several. Null: the account has none. */
  readonly accountAlias: Maybe<Scalars['String']['output']>;
  readonly accountID: Scalars['String']['output'];
  /** What the account holds and may hold, in numbers. */
  readonly accountSummary: Maybe<IAMAccountSummary>;
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The policies of the account, and those of AWS that something in it has attached. */
  readonly managedPolicies: Maybe<ReadonlyArray<IAMPolicy>>;
  /** As configured, else the AWS account id. */
  readonly name: Scalars['String']['output'];
  /** `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly partition: Scalars['String']['output'];
  /** The password policy of the account: the default of AWS where it never set one. */
  readonly passwordPolicy: Maybe<IAMPasswordPolicy>;
  /** The root user. A report without its row tells nothing of it. */
  readonly rootUser: Maybe<RootUser>;
  /** The virtual MFA devices of the account: those of its users, of the root user, and of nobody yet. */
  readonly virtualMFADevices: Maybe<ReadonlyArray<IAMMFADevice>>;
};

/** A group of facts that AWS gives in one kind of call, and what that call costs. */
export type FactGroup =
  /** `iam:ListAccessKeys`: one call per user, asked only for users that are selected or undecided. */
  | 'ACCESS_KEYS'
  /** `iam:GetAccessKeyLastUsed`: one call per access key. */
  | 'ACCESS_KEY_LAST_USED'
  /** `iam:ListAccountAliases`: one call per account. */
  | 'ACCOUNT_ALIASES'
  /** `iam:GetAccountSummary`: one call per account. */
  | 'ACCOUNT_SUMMARY'
  /** `sts:GetCallerIdentity`: one call, which needs no permission; a credential report names its account itself. */
  | 'CALLER_IDENTITY'
  /** `iam:GetCredentialReport`: one call per account, however many users (`iam:GenerateCredentialReport` first where there is none). */
  | 'CREDENTIAL_REPORT'
  /** `iam:GetAccountAuthorizationDetails`: one call for each thousand groups, shared with the other details. */
  | 'GROUP_DETAILS'
  /** `iam:ListInstanceProfiles`: one call for each thousand instance profiles. */
  | 'INSTANCE_PROFILES'
  /** `iam:ListInstanceProfileTags`: one call per instance profile. */
  | 'INSTANCE_PROFILE_TAGS'
  /** `iam:GetLoginProfile`: one call per user, asked only for users that are selected or undecided. */
  | 'LOGIN_PROFILE'
  /** `iam:ListMFADevices`: one call per user, asked only for users that are selected or undecided. */
  | 'MFA_DEVICES'
  /** `iam:ListMFADeviceTags`: one call per virtual MFA device. */
  | 'MFA_DEVICE_TAGS'
  /** `iam:GetOpenIDConnectProvider`: one call per provider. */
  | 'OIDC_PROVIDER'
  /** `iam:ListOpenIDConnectProviders`: one call per account. */
  | 'OIDC_PROVIDERS'
  /** `iam:GetAccountPasswordPolicy`: one call per account. */
  | 'PASSWORD_POLICY'
  /** `iam:GetAccountAuthorizationDetails`: one call for each thousand managed policies, shared with the other details. */
  | 'POLICY_DETAILS'
  /** `iam:ListPolicyTags`: one call per customer managed policy. */
  | 'POLICY_TAGS'
  /** `iam:ListRoles`: one call for each thousand roles. */
  | 'ROLES'
  /** `iam:GetAccountAuthorizationDetails`: one call for each thousand roles, shared with the other details. */
  | 'ROLE_DETAILS'
  /** `iam:GetSAMLProvider`: one call per provider. */
  | 'SAML_PROVIDER'
  /** `iam:ListSAMLProviders`: one call per account. */
  | 'SAML_PROVIDERS'
  /** `iam:ListServerCertificates`: one call for each thousand server certificates. */
  | 'SERVER_CERTIFICATES'
  /** `iam:ListServerCertificateTags`: one call per server certificate. */
  | 'SERVER_CERTIFICATE_TAGS'
  /** `iam:ListServiceSpecificCredentials`: one call for each hundred or so of them, for all users together. */
  | 'SERVICE_SPECIFIC_CREDENTIALS'
  /** `iam:ListSigningCertificates`: one call per user, asked only for users that are selected or undecided. */
  | 'SIGNING_CERTIFICATES'
  /** `iam:ListSSHPublicKeys`: one call per user, asked only for users that are selected or undecided. */
  | 'SSH_PUBLIC_KEYS'
  /** `iam:GetAccountAuthorizationDetails`: one call for each thousand users, shared with the other details. */
  | 'USER_DETAILS'
  /** `iam:ListUsers`: one call for each thousand users: who is there now, and when each last signed in with a password. */
  | 'USER_LIST'
  /** `iam:ListVirtualMFADevices`: one call for each thousand virtual MFA devices. */
  | 'VIRTUAL_MFA_DEVICES';

/** What a control found in the scans of a store, from the first that found it on. */
export type Finding = {
  readonly __typename: 'Finding';
  /** The AWS account id, 12 digits. */
  readonly accountID: Scalars['String']['output'];
  /** What the account is called. */
  readonly accountName: Scalars['String']['output'];
  /** The id of the connector. */
  readonly connector: Scalars['String']['output'];
  /** The id of the control. */
  readonly control: Scalars['String']['output'];
  /** Of one that is excepted. */
  readonly exception: Maybe<FindingException>;
  /** When the scan ended that found it first. */
  readonly firstSeen: Scalars['DateTime']['output'];
  /** The same for as long as it is about the same control and its parameters, account, asset and access key, however often it came back. */
  readonly id: Scalars['ID']['output'];
  /** The asset's identifier. */
  readonly identifier: Scalars['String']['output'];
  /** The access key that it is about; null where it is about none. Another key is another finding. */
  readonly key: Maybe<FindingKey>;
  /** When the last scan ended that found it. */
  readonly lastSeen: Scalars['DateTime']['output'];
  /** The asset's IAM name. */
  readonly name: Scalars['String']['output'];
  /** The values of its parameters. With other values it is another question, and what it finds are other findings. */
  readonly parameters: ReadonlyArray<FindingParameter>;
  /** How often it came back after it was resolved, or after its exception had ended. */
  readonly reopenedCount: Scalars['Int']['output'];
  /** When the scan ended that did not find it any more; null where it is not resolved. */
  readonly resolvedAt: Maybe<Scalars['DateTime']['output']>;
  /** How bad the control takes it for. */
  readonly severity: FindingSeverity;
  /** Whether it is there, and whether it counts. */
  readonly state: FindingState;
  /** Since when it is in that state: when the scan ended that changed it. */
  readonly stateSince: Scalars['DateTime']['output'];
  /** The asset's type, for example `IAMUser`. */
  readonly type: Scalars['String']['output'];
  /** Since when nobody knows whether it is still there, because the control could not be judged; null where that is known. */
  readonly unjudgedSince: Maybe<Scalars['DateTime']['output']>;
};

/** Who has agreed to live with a finding, and until when. */
export type FindingException = {
  readonly __typename: 'FindingException';
  /** From when on it counts again. */
  readonly expires: Scalars['DateTime']['output'];
  /** Who has agreed. */
  readonly owner: Scalars['String']['output'];
  /** Why. */
  readonly reason: Scalars['String']['output'];
  /** Where it was agreed upon. Null: it does not say. */
  readonly ticket: Maybe<Scalars['String']['output']>;
};

/** An access key that a finding is about. */
export type FindingKey = {
  readonly __typename: 'FindingKey';
  /** Null where the key could not be named. */
  readonly accessKeyId: Maybe<Scalars['String']['output']>;
  /** When it was created; null where nothing told. */
  readonly createDate: Maybe<Scalars['DateTime']['output']>;
  /** Its slot in the credential report; null where it has none. */
  readonly slot: Maybe<Scalars['Int']['output']>;
};

/** A value of a control's parameter. */
export type FindingParameter = {
  readonly __typename: 'FindingParameter';
  /** What the control calls it. */
  readonly name: Scalars['String']['output'];
  /** As JSON writes it, for example `45` or `true`; a text in quotes. */
  readonly value: Scalars['String']['output'];
};

/** How bad a control takes what it finds for. */
export type FindingSeverity =
  /** To be mended first. */
  | 'HIGH'
  /** To be mended in time. */
  | 'LOW'
  /** To be mended soon. */
  | 'MEDIUM';

/** What has become of a finding. */
export type FindingState =
  /** It was found, and somebody has agreed to live with it for a time. */
  | 'EXCEPTED'
  /** It was found, and counts. */
  | 'OPEN'
  /** It was found once and is no more. */
  | 'RESOLVED'
  /** It was found once, and the control has been asked with other values of its parameters since: nobody looks for it any more. */
  | 'RETIRED';

/** A number of findings, by severity. */
export type FindingsBySeverity = {
  readonly __typename: 'FindingsBySeverity';
  /** Of high severity. */
  readonly high: Scalars['Int']['output'];
  /** Of low severity. */
  readonly low: Scalars['Int']['output'];
  /** Of medium severity. */
  readonly medium: Scalars['Int']['output'];
};

/** How findings stood at the end of a day (UTC), and what the scans of that day changed. */
export type FindingsDay = {
  readonly __typename: 'FindingsDay';
  /** For example `2026-03-01`. */
  readonly day: Scalars['String']['output'];
  /** How many were excepted at its end. */
  readonly excepted: Scalars['Int']['output'];
  /** How many were open at its end. */
  readonly open: FindingsBySeverity;
  /** How many were found for the first time. */
  readonly opened: Scalars['Int']['output'];
  /** How many came back after they were resolved or retired, or after their exception had ended. */
  readonly reopened: Scalars['Int']['output'];
  /** How many were found no more. */
  readonly resolved: Scalars['Int']['output'];
  /** How many are looked for no more, because the control is asked with other values of its parameters. */
  readonly retired: Scalars['Int']['output'];
  /** How many judgements of the day were not whole. Not known of days that were before what `--keep` keeps: 0 there. */
  readonly unjudged: Scalars['Int']['output'];
};

/** An access key of an IAM user, as `iam:ListAccessKeys` and `iam:GetAccessKeyLastUsed` give it. */
export type IAMAccessKey = IAsset & {
  readonly __typename: 'IAMAccessKey';
  /** For example `AKIAIOSFODNN7EXAMPLE`. */
  readonly accessKeyId: Scalars['String']['output'];
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** The key was created no more than `--setup-seconds` (default 10) after the user: during the user's setup. */
  readonly createdDuringUserSetup: Scalars['Boolean']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** Null: never used, or not since AWS began to keep track on 2015-04-22. */
  readonly lastUsedDate: Maybe<Scalars['DateTime']['output']>;
  /** Null: never used. */
  readonly lastUsedRegion: Maybe<Scalars['String']['output']>;
  /** Null: never used. */
  readonly lastUsedService: Maybe<Scalars['String']['output']>;
  /**
   * The slot of the credential report that this key is in, matched by times, status and last use. Null: the report has no
   * slot for it (a third key, or a key that is newer than the report), or more than one key would fit.
   */
  readonly slot: Maybe<Scalars['Int']['output']>;
  /** `Active`, `Inactive` or `Expired`. */
  readonly status: Scalars['String']['output'];
  /** The user that it belongs to. */
  readonly user: IAMUser;
};

/** What the account holds and may hold, in numbers (`iam:GetAccountSummary`). */
export type IAMAccountSummary = IAsset & {
  readonly __typename: 'IAMAccountSummary';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** The numbers, each under its name. */
  readonly hasIAMAccountSummaryItem: Maybe<ReadonlyArray<IAMAccountSummaryItem>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
};

/** A number of the account summary. */
export type IAMAccountSummaryItem = IAsset & {
  readonly __typename: 'IAMAccountSummaryItem';
  readonly accountID: Scalars['String']['output'];
  /** The summary that it is of. */
  readonly accountSummary: IAMAccountSummary;
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** As AWS names it: `AccountMFAEnabled`, `Users`, `UsersQuota`, ... */
  readonly key: Scalars['String']['output'];
  /** The number itself. */
  readonly value: Scalars['Int']['output'];
};

/** A principal that a trust policy names. */
export type IAMAssumeRolePolicyPrincipal = IAsset & {
  readonly __typename: 'IAMAssumeRolePolicyPrincipal';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** It was deleted, and `value` is the unique id that AWS leaves in its place: `AIDA...` of a user, `AROA...` of a role. */
  readonly isDeleted: Scalars['Boolean']['output'];
  /** The statement that names it. */
  readonly statement: IAMAssumeRolePolicyStatement;
  /** `AWS`, `Service`, `Federated` or `CanonicalUser`; `AWS` for a bare `*`. */
  readonly type: Scalars['String']['output'];
  /** As written: an ARN, an account id, a service, `*`. */
  readonly value: Scalars['String']['output'];
};

/** A statement of a role's trust policy. */
export type IAMAssumeRolePolicyStatement = IAsset & {
  readonly __typename: 'IAMAssumeRolePolicyStatement';
  readonly accountID: Scalars['String']['output'];
  /**
   * As written, `*:*` as `*`. Null: the statement has `NotAction` instead. AWS takes actions in any letter case: a pattern of
   * `asWritten`, such as `(?is).*"iam:passrole".*`, finds them all.
   */
  readonly actions: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The statement as written, as JSON text. */
  readonly asWritten: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The `Condition` block, as JSON text with sorted keys. Null: none. */
  readonly conditions: Maybe<Scalars['String']['output']>;
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** `Allow` or `Deny`. */
  readonly effect: Scalars['String']['output'];
  /** Who the statement is about. Empty: it has `NotPrincipal` instead. */
  readonly hasIAMAssumeRolePolicyPrincipal: Maybe<ReadonlyArray<IAMAssumeRolePolicyPrincipal>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** Null: the statement has no `NotAction`. */
  readonly notActions: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Whom `NotPrincipal` names: the statement is about everybody else. Empty: the statement has none. */
  readonly notPrincipals: Maybe<ReadonlyArray<IAMAssumeRolePolicyPrincipal>>;
  /** The role that it is of. */
  readonly role: IAMRole;
  /** Null: the statement has none. */
  readonly sid: Maybe<Scalars['String']['output']>;
};

/** An IAM group. */
export type IAMGroup = IAsset & {
  readonly __typename: 'IAMGroup';
  readonly accountID: Scalars['String']['output'];
  /** For example `arn:aws:iam::111122223333:group/developers`. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** AWS's own id, which a group of the same name made later does not share: `AGPA...`. */
  readonly groupId: Scalars['String']['output'];
  /** The name. */
  readonly groupName: Scalars['String']['output'];
  /** The same as `iamPolicies`, under the name that older published texts use. */
  readonly hasIAMPolicy: Maybe<ReadonlyArray<IAMPolicy>>;
  /** The policies that are attached to the group, and those embedded in it. */
  readonly iamPolicies: Maybe<ReadonlyArray<IAMPolicy>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** From the ARN; `/` when it has none. */
  readonly path: Scalars['String']['output'];
  /** Its members. */
  readonly users: Maybe<ReadonlyArray<IAMUser>>;
};

/** An instance profile: how EC2 instances get a role. */
export type IAMInstanceProfile = IAsset & {
  readonly __typename: 'IAMInstanceProfile';
  readonly accountID: Scalars['String']['output'];
  /** Its ARN. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  /** AWS's own id: `AIPA...`. */
  readonly instanceProfileId: Scalars['String']['output'];
  /** The name. */
  readonly instanceProfileName: Scalars['String']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** From the ARN; `/` when it has none. */
  readonly path: Scalars['String']['output'];
  /** The roles that EC2 instances get by it. Empty: none yet. */
  readonly roles: Maybe<ReadonlyArray<IAMRole>>;
  /** Its tags. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
};

/**
 * An MFA device of a user or of the root user, or a virtual one that nobody uses yet. A hardware device or passkey of the
 * root user AWS shows to nobody.
 */
export type IAMMFADevice = IAsset & {
  readonly __typename: 'IAMMFADevice';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** Since when it is in use. Null: nobody uses it. */
  readonly enableDate: Maybe<Scalars['DateTime']['output']>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** A virtual device: software that anyone may copy. Known by its serial number, `arn:...:mfa/...`. */
  readonly isVirtual: Scalars['Boolean']['output'];
  /** The root user, whose it is. Null: it is a user's, or nobody's. */
  readonly rootUser: Maybe<RootUser>;
  /** An ARN; for older hardware devices the number that is printed on them. */
  readonly serialNumber: Scalars['String']['output'];
  /** Of a virtual device. Empty for the others, which cannot have any. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** The user whose it is. Null: it is the root user's, or nobody's. */
  readonly user: Maybe<IAMUser>;
  /** Whose it is: the ARN of a user or of the root user. Null: nobody's. */
  readonly userArn: Maybe<Scalars['String']['output']>;
};

/** An OpenID Connect identity provider. */
export type IAMOIDCProvider = IAsset & {
  readonly __typename: 'IAMOIDCProvider';
  readonly accountID: Scalars['String']['output'];
  /** Its ARN. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  /** The audiences that it may speak for. */
  readonly clientIDs: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Maybe<Scalars['DateTime']['output']>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The roles whose trust policy lets those in whom it vouches for. */
  readonly roles: Maybe<ReadonlyArray<IAMRole>>;
  /** Its tags. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** Of the certificates that its server shows. */
  readonly thumbprints: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Without `https://`. */
  readonly url: Maybe<Scalars['String']['output']>;
};

/**
 * The account's password policy. An account that never set one has the default policy of AWS, which is an asset all the
 * same: asking for weak policies must find it.
 */
export type IAMPasswordPolicy = IAsset & {
  readonly __typename: 'IAMPasswordPolicy';
  readonly accountID: Scalars['String']['output'];
  /** Users may change their own passwords. */
  readonly allowUsersToChangePassword: Scalars['Boolean']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** Passwords end after `maxPasswordAge` days. */
  readonly expirePasswords: Scalars['Boolean']['output'];
  /** Users whose password has expired cannot set a new one themselves. */
  readonly hardExpiry: Scalars['Boolean']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The account never set one: this is what AWS applies. */
  readonly isDefault: Scalars['Boolean']['output'];
  /** In days. 0: passwords do not expire. */
  readonly maxPasswordAge: Scalars['Int']['output'];
  /** The shortest password that is taken, in characters: 6 to 128. */
  readonly minimumPasswordLength: Scalars['Int']['output'];
  /** How many former passwords may not be used again. 0: all may. */
  readonly passwordReusePrevention: Scalars['Int']['output'];
  /** A password needs a lowercase letter of a to z. */
  readonly requireLowercaseCharacters: Scalars['Boolean']['output'];
  /** A password needs a digit. */
  readonly requireNumbers: Scalars['Boolean']['output'];
  /** A password needs a character that is no letter and no digit. */
  readonly requireSymbols: Scalars['Boolean']['output'];
  /** A password needs an uppercase letter of A to Z. */
  readonly requireUppercaseCharacters: Scalars['Boolean']['output'];
};

/**
 * An IAM policy: customer managed, AWS managed (those that something in the account has attached), or inline, embedded in
 * one user, group or role.
 */
export type IAMPolicy = IAsset & {
  readonly __typename: 'IAMPolicy';
  readonly accountID: Scalars['String']['output'];
  /** The ARN of a managed policy. Null: an inline policy has none. */
  readonly arn: Maybe<Scalars['String']['output']>;
  readonly assetCategory: Scalars['String']['output'];
  /** The ids (`AGPA...`) of the groups that a managed policy is attached to, in order. Null: as for `attachedUserIDs`. */
  readonly attachedGroupIDs: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The ids (`AROA...`) of the roles that a managed policy is attached to, in order. Null: as for `attachedUserIDs`. */
  readonly attachedRoleIDs: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * The ids (`AIDA...`) of the users that a managed policy is attached to, in order. Null: none, which is what published texts
   * ask (`attachedUserIDs_NOT: null`), or the policy is inline.
   */
  readonly attachedUserIDs: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** To how many users, groups and roles it is attached. Null: an inline policy is attached to what it is embedded in. */
  readonly attachmentCount: Maybe<Scalars['Int']['output']>;
  /** The roles whose permissions boundary it is. */
  readonly boundedRoles: Maybe<ReadonlyArray<IAMRole>>;
  /** The users whose permissions boundary it is. */
  readonly boundedUsers: Maybe<ReadonlyArray<IAMUser>>;
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was made. Null: AWS does not say so of an inline policy. */
  readonly createDate: Maybe<Scalars['DateTime']['output']>;
  /** The version that is in force, such as `v3`. Null: an inline policy has no versions. */
  readonly defaultVersionId: Maybe<Scalars['String']['output']>;
  /** Null: there is none, or the policy is inline. */
  readonly description: Maybe<Scalars['String']['output']>;
  /** The document of the version in force as it was written, as JSON text. */
  readonly document: Maybe<Scalars['String']['output']>;
  /** The groups that it is attached to or embedded in. */
  readonly groups: Maybe<ReadonlyArray<IAMGroup>>;
  /** The same as `iamPolicyStatements`, under the name that older published texts use. */
  readonly hasIAMPolicyStatement: Maybe<ReadonlyArray<IAMPolicyStatement>>;
  /** The statements of that document. */
  readonly iamPolicyStatements: Maybe<ReadonlyArray<IAMPolicyStatement>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** It can be attached to users, groups and roles. Null: an inline policy cannot. */
  readonly isAttachable: Maybe<Scalars['Boolean']['output']>;
  /** Null: an inline policy has none. */
  readonly path: Maybe<Scalars['String']['output']>;
  /** Of how many users and roles it is the permissions boundary. Null: an inline policy cannot be one. */
  readonly permissionsBoundaryUsageCount: Maybe<Scalars['Int']['output']>;
  /** AWS's own id. Null: an inline policy has none. */
  readonly policyId: Maybe<Scalars['String']['output']>;
  /** The name. */
  readonly policyName: Scalars['String']['output'];
  /** `AWS` (managed by AWS), `Customer` (managed by the account) or `Inline`. */
  readonly policyType: Scalars['String']['output'];
  /** The roles that it is attached to or embedded in. */
  readonly roles: Maybe<ReadonlyArray<IAMRole>>;
  /** Of a customer managed policy. Empty for the others, which cannot have any. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** When it was last changed. Null: AWS does not say so of an inline policy. */
  readonly updateDate: Maybe<Scalars['DateTime']['output']>;
  /** The users that it is attached to or embedded in. */
  readonly users: Maybe<ReadonlyArray<IAMUser>>;
  /** All versions that are kept, the one in force among them. Empty: an inline policy has no versions. */
  readonly versions: Maybe<ReadonlyArray<IAMPolicyVersion>>;
};

/** A statement of an IAM policy. */
export type IAMPolicyStatement = IAsset & {
  readonly __typename: 'IAMPolicyStatement';
  readonly accountID: Scalars['String']['output'];
  /**
   * As written, `*:*` as `*`. Null: the statement has `NotAction` instead. AWS takes actions in any letter case: a pattern of
   * `asWritten`, such as `(?is).*"iam:passrole".*`, finds them all.
   */
  readonly actions: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The statement as written, as JSON text. */
  readonly asWritten: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The `Condition` block, as JSON text with sorted keys. Null: none. */
  readonly conditions: Maybe<Scalars['String']['output']>;
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** `Allow` or `Deny`. */
  readonly effect: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** Null: the statement has no `NotAction`. */
  readonly notActions: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** It is about everybody else, as written. Null: the statement has no `NotPrincipal`. */
  readonly notPrincipals: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Null: the statement has no `NotResource`. */
  readonly notResources: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The policy that it is of. */
  readonly policy: IAMPolicy;
  /** Whom it is about, as written. Null: it does not say, as a policy of a user, group or role does not. */
  readonly principals: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** As written. Null: the statement has `NotResource` instead. */
  readonly resources: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Null: the statement has none. */
  readonly sid: Maybe<Scalars['String']['output']>;
};

/** A version of a managed policy. Whoever may set the default version may put any of them in force. */
export type IAMPolicyVersion = IAsset & {
  readonly __typename: 'IAMPolicyVersion';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was made. */
  readonly createDate: Scalars['DateTime']['output'];
  /** The document of this version as it was written, as JSON text. */
  readonly document: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** It is the version in force. */
  readonly isDefaultVersion: Scalars['Boolean']['output'];
  /** The policy that it is of. */
  readonly policy: IAMPolicy;
  /** Such as `v3`: the third that was made. */
  readonly versionId: Scalars['String']['output'];
};

/** An IAM role. */
export type IAMRole = IAsset & {
  readonly __typename: 'IAMRole';
  readonly accountID: Scalars['String']['output'];
  /** For example `arn:aws:iam::111122223333:role/deploy`. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  /** The trust policy as it was written, as JSON text. */
  readonly assumeRolePolicyDocument: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** Null: it has none. */
  readonly description: Maybe<Scalars['String']['output']>;
  /** The statements of the trust policy: who may assume the role. */
  readonly hasIAMAssumeRolePolicyStatement: Maybe<ReadonlyArray<IAMAssumeRolePolicyStatement>>;
  /** The same as `iamPolicies`, under the name that older published texts use. */
  readonly hasIAMPolicy: Maybe<ReadonlyArray<IAMPolicy>>;
  /** The policies that are attached to the role, and those embedded in it. */
  readonly iamPolicies: Maybe<ReadonlyArray<IAMPolicy>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  /** The instance profiles by which EC2 instances get the role. */
  readonly instanceProfiles: Maybe<ReadonlyArray<IAMInstanceProfile>>;
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** A role that an AWS service made for itself: its path begins with `/aws-service-role/`. */
  readonly isServiceLinked: Scalars['Boolean']['output'];
  /**
   * When the role was last used, within the 400 days that AWS keeps track of; it lags real use. Null: not in that time, or
   * never.
   */
  readonly lastUsedDate: Maybe<Scalars['DateTime']['output']>;
  /** The AWS region that the role was last used in. Null: as for `lastUsedDate`. */
  readonly lastUsedRegion: Maybe<Scalars['String']['output']>;
  /** For how long somebody who assumes the role may keep it at most, in seconds. */
  readonly maxSessionDuration: Maybe<Scalars['Int']['output']>;
  /** The OpenID Connect providers that its trust policy names in a statement that allows. */
  readonly oidcProviders: Maybe<ReadonlyArray<IAMOIDCProvider>>;
  /** From the ARN; `/` when it has none. */
  readonly path: Scalars['String']['output'];
  /** The policy that this names. Null: none. */
  readonly permissionsBoundary: Maybe<IAMPolicy>;
  /** The managed policy that bounds what the role may do. Null: none. */
  readonly permissionsBoundaryArn: Maybe<Scalars['String']['output']>;
  /** AWS's own id, which a role of the same name made later does not share: `AROA...`. */
  readonly roleId: Scalars['String']['output'];
  /** The name. */
  readonly roleName: Scalars['String']['output'];
  /** The SAML providers that its trust policy names in a statement that allows. */
  readonly samlProviders: Maybe<ReadonlyArray<IAMSAMLProvider>>;
  /** Its tags. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
};

/** A private key of a SAML provider, by which AWS decrypts what that says of somebody. AWS shows the key itself to nobody. */
export type IAMSAMLPrivateKey = IAsset & {
  readonly __typename: 'IAMSAMLPrivateKey';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** AWS's own id. */
  readonly keyId: Scalars['String']['output'];
  /** The provider that it belongs to. */
  readonly samlProvider: IAMSAMLProvider;
  /** When it was uploaded. */
  readonly timestamp: Scalars['DateTime']['output'];
};

/** A SAML 2.0 identity provider. */
export type IAMSAMLProvider = IAsset & {
  readonly __typename: 'IAMSAMLProvider';
  readonly accountID: Scalars['String']['output'];
  /** Its ARN. */
  readonly arn: Scalars['String']['output'];
  /**
   * `Required`: what it says of somebody is taken only encrypted. `Allowed`: unencrypted as well. Null: encryption was never
   * set up, so that it comes unencrypted.
   */
  readonly assertionEncryptionMode: Maybe<Scalars['String']['output']>;
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was made. */
  readonly createDate: Scalars['DateTime']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The keys by which AWS decrypts what it says. Empty: there is none, and AWS keeps two at most. */
  readonly privateKeys: Maybe<ReadonlyArray<IAMSAMLPrivateKey>>;
  /** The roles whose trust policy lets those in whom it vouches for. */
  readonly roles: Maybe<ReadonlyArray<IAMRole>>;
  /** The metadata document that its owner gave out, as XML text: up to ten million characters. */
  readonly samlMetadataDocument: Maybe<Scalars['String']['output']>;
  /** AWS's own id, which a provider of the same name made later does not share. */
  readonly samlProviderUUID: Maybe<Scalars['String']['output']>;
  /** Its tags. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** Until when its metadata is valid. Null: AWS says no end. */
  readonly validUntil: Maybe<Scalars['DateTime']['output']>;
};

/** An SSH public key of a user, for CodeCommit. */
export type IAMSSHPublicKey = IAsset & {
  readonly __typename: 'IAMSSHPublicKey';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** AWS's own id: `APKA...`. */
  readonly sshPublicKeyId: Scalars['String']['output'];
  /** `Active` or `Inactive`. */
  readonly status: Scalars['String']['output'];
  /** When it was uploaded. */
  readonly uploadDate: Scalars['DateTime']['output'];
  /** The user that it belongs to. */
  readonly user: IAMUser;
  /** The name of the user that it belongs to. */
  readonly userName: Scalars['String']['output'];
};

/** A TLS certificate that is kept in IAM. */
export type IAMServerCertificate = IAsset & {
  readonly __typename: 'IAMServerCertificate';
  readonly accountID: Scalars['String']['output'];
  /** Its ARN. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it stops being valid. */
  readonly expiration: Scalars['DateTime']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** From the ARN; `/` when it has none. */
  readonly path: Scalars['String']['output'];
  /** AWS's own id: `ASCA...`. */
  readonly serverCertificateId: Scalars['String']['output'];
  /** The name. */
  readonly serverCertificateName: Scalars['String']['output'];
  /** Its tags. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** When it was uploaded. */
  readonly uploadDate: Scalars['DateTime']['output'];
};

/**
 * A credential of a user that one AWS service alone accepts: a password for CodeCommit or Keyspaces, a long-term API key for
 * Bedrock.
 */
export type IAMServiceSpecificCredential = IAsset & {
  readonly __typename: 'IAMServiceSpecificCredential';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** Null: it does not expire. */
  readonly expirationDate: Maybe<Scalars['DateTime']['output']>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The id that belongs to an API key. Null: a password has none. */
  readonly serviceCredentialAlias: Maybe<Scalars['String']['output']>;
  /** For example `bedrock.amazonaws.com`. */
  readonly serviceName: Scalars['String']['output'];
  /** AWS's own id: `ACCA...`. */
  readonly serviceSpecificCredentialId: Scalars['String']['output'];
  /** The name to sign in with. Null: an API key has none. */
  readonly serviceUserName: Maybe<Scalars['String']['output']>;
  /** `Active`, `Inactive` or `Expired`. */
  readonly status: Scalars['String']['output'];
  /** The user that it belongs to. */
  readonly user: IAMUser;
  /** The name of the user that it belongs to. */
  readonly userName: Scalars['String']['output'];
};

/** An X.509 signing certificate of a user. */
export type IAMSigningCertificate = IAsset & {
  readonly __typename: 'IAMSigningCertificate';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  /** The certificate itself, in PEM. It is public. */
  readonly certificateBody: Scalars['String']['output'];
  /** AWS's own id. */
  readonly certificateId: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** `Active`, `Inactive` or `Expired`. */
  readonly status: Scalars['String']['output'];
  /** When it was uploaded. */
  readonly uploadDate: Scalars['DateTime']['output'];
  /** The user that it belongs to. */
  readonly user: IAMUser;
  /** The name of the user that it belongs to. */
  readonly userName: Scalars['String']['output'];
};

/** A tag of an asset. One of its relations leads to that, and the others are null. */
export type IAMTag = IAsset & {
  readonly __typename: 'IAMTag';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  /** The instance profile that has it. Null: it is of something else. */
  readonly instanceProfile: Maybe<IAMInstanceProfile>;
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** What it is called; letter case counts. */
  readonly key: Scalars['String']['output'];
  /** The virtual MFA device that has it. Null: it is of something else. */
  readonly mfaDevice: Maybe<IAMMFADevice>;
  /** The OpenID Connect provider that has it. Null: it is of something else. */
  readonly oidcProvider: Maybe<IAMOIDCProvider>;
  /** The customer managed policy that has it. Null: it is of something else. */
  readonly policy: Maybe<IAMPolicy>;
  /** The role that has it. Null: it is of something else. */
  readonly role: Maybe<IAMRole>;
  /** The SAML provider that has it. Null: it is of something else. */
  readonly samlProvider: Maybe<IAMSAMLProvider>;
  /** The server certificate that has it. Null: it is of something else. */
  readonly serverCertificate: Maybe<IAMServerCertificate>;
  /** The user that has it. Null: it is of something else. */
  readonly user: Maybe<IAMUser>;
  /** What it says; may be empty. */
  readonly value: Scalars['String']['output'];
};

/** An IAM user. The root user is not one: it is `RootUser`. */
export type IAMUser = IAsset & {
  readonly __typename: 'IAMUser';
  /** The access keys as `iam:ListAccessKeys` gives them now: more may exist, or fewer, than when the report was made. */
  readonly accessKeys: Maybe<ReadonlyArray<IAMAccessKey>>;
  readonly accountID: Scalars['String']['output'];
  /** For example `arn:aws:iam::111122223333:user/engineering/ana`. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When the user was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** The groups that the user is in. */
  readonly hasIAMGroup: Maybe<ReadonlyArray<IAMGroup>>;
  /** The same as `iamPolicies`, under the name that older published texts use. */
  readonly hasIAMPolicy: Maybe<ReadonlyArray<IAMPolicy>>;
  /** The user's credential report row. A user who is newer than the report has none that could be read: an error, not null. */
  readonly hasIAMUserCredentials: Maybe<IAMUserCredentials>;
  /** The console password. Empty: there is none. */
  readonly hasIAMUserLoginProfile: Maybe<ReadonlyArray<IAMUserLoginProfile>>;
  /** The policies that are attached to the user, and those embedded in it. Those of its groups are theirs. */
  readonly iamPolicies: Maybe<ReadonlyArray<IAMPolicy>>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The user's MFA devices, of any kind. Empty: there is none. */
  readonly mfaDevices: Maybe<ReadonlyArray<IAMMFADevice>>;
  /** The serial numbers of the user's MFA devices. Empty: there is none. */
  readonly mfaSerialNumbers: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * When the console password was last used. Null: there is none, it was never used, or not since AWS began to keep
   * track on 2014-10-20.
   */
  readonly passwordLastUsed: Maybe<Scalars['DateTime']['output']>;
  /** From the ARN; `/` when the user has none. */
  readonly path: Scalars['String']['output'];
  /** The policy that this names. Null: none. */
  readonly permissionsBoundary: Maybe<IAMPolicy>;
  /** The managed policy that bounds what the user may do. Null: none. */
  readonly permissionsBoundaryArn: Maybe<Scalars['String']['output']>;
  /** The user's passwords and API keys for single services. */
  readonly serviceSpecificCredentials: Maybe<ReadonlyArray<IAMServiceSpecificCredential>>;
  /** The user's X.509 signing certificates. */
  readonly signingCertificates: Maybe<ReadonlyArray<IAMSigningCertificate>>;
  /** The user's SSH public keys, for CodeCommit. */
  readonly sshPublicKeys: Maybe<ReadonlyArray<IAMSSHPublicKey>>;
  /** The tags of the user. */
  readonly tags: Maybe<ReadonlyArray<IAMTag>>;
  /** AWS's own id, which a user of the same name made later does not share: `AIDA...`. */
  readonly userId: Maybe<Scalars['String']['output']>;
  /** The name, which AWS takes for the same in any letter case. */
  readonly userName: Scalars['String']['output'];
};

/**
 * One row of the account's credential report: what AWS knew of a user's password, MFA devices, access keys and signing
 * certificates when the report was generated. A column that an older report lacks is an error where it is asked, not null.
 */
export type IAMUserCredentials = IAsset & {
  readonly __typename: 'IAMUserCredentials';
  /** There is an access key in slot 1 and its status is Active. */
  readonly accessKey1Active: Scalars['Boolean']['output'];
  /** When the key in slot 1 was created or last changed. Null: there is none. */
  readonly accessKey1LastRotated: Maybe<Scalars['DateTime']['output']>;
  /**
   * When the key in slot 1 was last used; it lags real use. Null: there is none, it was never used, or not since AWS
   * began to keep track on 2015-04-22.
   */
  readonly accessKey1LastUsedDate: Maybe<Scalars['DateTime']['output']>;
  /** The AWS region that the key in slot 1 was last used in. */
  readonly accessKey1LastUsedRegion: Maybe<Scalars['String']['output']>;
  /** The AWS service that the key in slot 1 was last used with. */
  readonly accessKey1LastUsedService: Maybe<Scalars['String']['output']>;
  /** There is an access key in slot 2 and its status is Active. */
  readonly accessKey2Active: Scalars['Boolean']['output'];
  /** When the key in slot 2 was created or last changed. Null: there is none. */
  readonly accessKey2LastRotated: Maybe<Scalars['DateTime']['output']>;
  /**
   * When the key in slot 2 was last used; it lags real use. Null: there is none, it was never used, or not since AWS
   * began to keep track on 2015-04-22.
   */
  readonly accessKey2LastUsedDate: Maybe<Scalars['DateTime']['output']>;
  /** The AWS region that the key in slot 2 was last used in. */
  readonly accessKey2LastUsedRegion: Maybe<Scalars['String']['output']>;
  /** The AWS service that the key in slot 2 was last used with. */
  readonly accessKey2LastUsedService: Maybe<Scalars['String']['output']>;
  readonly accountID: Scalars['String']['output'];
  /**
   * Access keys or signing certificates beyond the two slots of each, as AWS words it: how many, and what lists them. Null:
   * there are none. What it holds is not parsed.
   */
  readonly additionalCredentialsInfo: Maybe<Scalars['String']['output']>;
  readonly assetCategory: Scalars['String']['output'];
  /** There is an X.509 signing certificate in slot 1 and it is active. */
  readonly cert1Active: Scalars['Boolean']['output'];
  /** When the signing certificate in slot 1 was created or last changed. Null: there is none, or none that is active. */
  readonly cert1LastRotated: Maybe<Scalars['DateTime']['output']>;
  /** There is an X.509 signing certificate in slot 2 and it is active. */
  readonly cert2Active: Scalars['Boolean']['output'];
  /** When the signing certificate in slot 2 was created or last changed. Null: there is none, or none that is active. */
  readonly cert2LastRotated: Maybe<Scalars['DateTime']['output']>;
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** At least one MFA device is enabled. */
  readonly mfaActive: Scalars['Boolean']['output'];
  /** There is a console password. Null: the report does not say (`not_supported`, older reports of the root user). */
  readonly passwordEnabled: Maybe<Scalars['Boolean']['output']>;
  /** When the console password was last set. Null: there is none, or it is the root user's. */
  readonly passwordLastChanged: Maybe<Scalars['DateTime']['output']>;
  /** When the console password was last used. Null: there is none, or it was never used since 2014-10-20. */
  readonly passwordLastUsed: Maybe<Scalars['DateTime']['output']>;
  /** When the account's password policy asks for a new one. Null: it does not, or there is no password. */
  readonly passwordNextRotation: Maybe<Scalars['DateTime']['output']>;
  /** The root user, whose row it is. Null: it is a user's. */
  readonly rootUser: Maybe<RootUser>;
  /** The user whose row it is. Null: it is the root user's. */
  readonly user: Maybe<IAMUser>;
};

/** The console password of a user. */
export type IAMUserLoginProfile = IAsset & {
  readonly __typename: 'IAMUserLoginProfile';
  readonly accountID: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When it was created. */
  readonly createDate: Scalars['DateTime']['output'];
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** The user has to set a new password at the next sign-in. */
  readonly passwordResetRequired: Scalars['Boolean']['output'];
  /** The user that it belongs to. */
  readonly user: IAMUser;
  /** The name of the user that it belongs to. */
  readonly userName: Scalars['String']['output'];
};

/** What every asset has, whatever its type. */
export type IAsset = {
  /** The AWS account id, 12 digits. */
  readonly accountID: Scalars['String']['output'];
  /** Always `IAM`. */
  readonly assetCategory: Scalars['String']['output'];
  /** The connector's id: as configured, else the AWS account id. */
  readonly cloudAccountID: Scalars['String']['output'];
  /** The connector's name: as configured, else the AWS account id. */
  readonly cloudAccountName: Scalars['String']['output'];
  /** Always `aws`, in lower case, as published texts ask for it (`cloudProvider_IN: ["aws"]`). */
  readonly cloudProvider: Scalars['String']['output'];
  /**
   * SHA-256, in hex, over the facts of the asset's primary source in canonical form (for an IAM user its credential
   * report row). It costs no call of its own and changes exactly when those facts do.
   */
  readonly contentHash: Scalars['String']['output'];
  /** The ARN where AWS gives one, else AWS's own id. */
  readonly idFromProvider: Scalars['String']['output'];
  /** Unique within the type: the ARN where AWS gives one, else AWS's own id. */
  readonly identifier: Scalars['ID']['output'];
  /** The name of the type in this schema. */
  readonly internalAssetType: Scalars['String']['output'];
  /** The IAM name. */
  readonly internalName: Scalars['String']['output'];
  /** Always `global`: IAM has no regions. */
  readonly internalRegion: Scalars['String']['output'];
};

/** Where a page of a connection stands among all that matches. */
export type PageInfo = {
  readonly __typename: 'PageInfo';
  /** The cursor of the page's last edge, for `after`; null when the page is empty. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
  /** Others match after the page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Others match before the page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the page's first edge; null when the page is empty. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
};

/** The root user of an account: the credential report's `<root_account>` row. */
export type RootUser = IAsset & {
  readonly __typename: 'RootUser';
  readonly accountID: Scalars['String']['output'];
  /** For example `arn:aws:iam::111122223333:root`. */
  readonly arn: Scalars['String']['output'];
  readonly assetCategory: Scalars['String']['output'];
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
  /** The account that it is of. */
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When the account was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** The root user's row of the credential report. */
  readonly hasIAMUserCredentials: Maybe<IAMUserCredentials>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /** When the root user last signed in. Null: not since AWS began to keep track on 2014-10-20. */
  readonly passwordLastUsed: Maybe<Scalars['DateTime']['output']>;
  /** The virtual MFA devices of the root user. Hardware ones AWS shows to nobody. */
  readonly virtualMFADevices: Maybe<ReadonlyArray<IAMMFADevice>>;
};

/** Which end comes first. */
export type SortDirection =
  /** Nulls last. */
  | 'ASC'
  /** Nulls first. */
  | 'DESC';
