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
  /** As configured, else the AWS account id. */
  readonly name: Scalars['String']['output'];
  /** `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly partition: Scalars['String']['output'];
};

/** A group of facts that AWS gives in one kind of call, and what that call costs. */
export type FactGroup =
  /** `iam:ListAccessKeys`: one call per user, asked only for users that are selected or undecided. */
  | 'ACCESS_KEYS'
  /** `iam:GetAccessKeyLastUsed`: one call per access key. */
  | 'ACCESS_KEY_LAST_USED'
  /** `iam:ListAccountAliases`: one call per account. */
  | 'ACCOUNT_ALIASES'
  /** `sts:GetCallerIdentity`: one call, which needs no permission; a credential report names its account itself. */
  | 'CALLER_IDENTITY'
  /** `iam:GetCredentialReport`: one call per account, however many users (`iam:GenerateCredentialReport` first where there is none). */
  | 'CREDENTIAL_REPORT';

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
  readonly contentHash: Scalars['String']['output'];
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
  readonly user: IAMUser;
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
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When the user was created. */
  readonly createDate: Scalars['DateTime']['output'];
  /** The user's credential report row. A user who is newer than the report has none that could be read: an error, not null. */
  readonly hasIAMUserCredentials: Maybe<IAMUserCredentials>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
  /**
   * When the console password was last used. Null: there is none, it was never used, or not since AWS began to keep
   * track on 2014-10-20.
   */
  readonly passwordLastUsed: Maybe<Scalars['DateTime']['output']>;
  /** From the ARN; `/` when the user has none. */
  readonly path: Scalars['String']['output'];
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
  /** Access keys beyond the two slots, as AWS words it. Null: there are none. What it holds is not parsed. */
  readonly additionalCredentialsInfo: Maybe<Scalars['String']['output']>;
  readonly assetCategory: Scalars['String']['output'];
  /** There is an X.509 signing certificate in slot 1 and it is active. */
  readonly cert1Active: Scalars['Boolean']['output'];
  /** When the signing certificate in slot 1 was created or last changed. Null: there is none. */
  readonly cert1LastRotated: Maybe<Scalars['DateTime']['output']>;
  /** There is an X.509 signing certificate in slot 2 and it is active. */
  readonly cert2Active: Scalars['Boolean']['output'];
  /** When the signing certificate in slot 2 was created or last changed. Null: there is none. */
  readonly cert2LastRotated: Maybe<Scalars['DateTime']['output']>;
  readonly cloudAccountID: Scalars['String']['output'];
  readonly cloudAccountName: Scalars['String']['output'];
  readonly cloudProvider: Scalars['String']['output'];
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
  readonly hasNextPage: Scalars['Boolean']['output'];
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
  readonly connector: Connector;
  readonly contentHash: Scalars['String']['output'];
  /** When the account was created. */
  readonly createDate: Scalars['DateTime']['output'];
  readonly hasIAMUserCredentials: Maybe<IAMUserCredentials>;
  readonly idFromProvider: Scalars['String']['output'];
  readonly identifier: Scalars['ID']['output'];
  readonly internalAssetType: Scalars['String']['output'];
  readonly internalName: Scalars['String']['output'];
  readonly internalRegion: Scalars['String']['output'];
};

export type SortDirection =
  /** Nulls last. */
  | 'ASC'
  /** Nulls first. */
  | 'DESC';
