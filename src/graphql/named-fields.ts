import type { FactGroup } from '../iam/assets.generated.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { type Instant, instantOf, instantToMs } from '../iam/instant.ts';
import type { WhereInput } from '../where/read-where.ts';

/** What a named question is asked with. */
export interface NamedContext {
  /** That many days before the facts were true. */
  readonly since: Instant;
  /** When the facts were true: the scan's own time, so that a snapshot gives the same answer on any day. */
  readonly now: Instant;
  /** That many days after. */
  readonly until: Instant;
  readonly account: NamedAccount;
}

/** Whose principals are the account's own: an account of the same number in another partition is another one. */
export interface NamedAccount {
  readonly accountId: string;
  readonly partition: string;
}

/** A question that published texts ask by name: about time, or across assets. */
export interface NamedField {
  readonly description: string;
  readonly types: readonly AssetTypeName[];
  /** The default of `days`; undefined where it must be said, absent where there is no such argument. */
  readonly days?: number | undefined;
  /** Whose time is the scan's; absent where the question is not about time. */
  readonly group?: FactGroup;
  /** It is about whose account it is. */
  readonly isOfAccount?: true;
  where(context: NamedContext): WhereInput;
}

/** A credential report tells a user's keys by slot. */
const ofEachSlot = (ask: (key: string) => WhereInput): WhereInput => ({ OR: [ask('accessKey1'), ask('accessKey2')] });

/** Root users whom an organization manages centrally have no credentials at all: questions about MFA are not for them. */
const HAS_CREDENTIALS: WhereInput = {
  OR: [
    { passwordEnabled: true },
    { passwordEnabled: null },
    { accessKey1Active: true },
    { accessKey2Active: true },
    { cert1Active: true },
    { cert2Active: true },
  ],
};

export const namedFields: Readonly<Record<string, NamedField>> = {
  AWSIAM1: {
    description: 'Root users who signed in or used an access key within that many days.',
    types: ['RootUser'],
    days: 90,
    group: 'CREDENTIAL_REPORT',
    where: ({ since }) => ({
      hasIAMUserCredentials: {
        OR: [
          { passwordLastUsed_GTE: since },
          { accessKey1LastUsedDate_GTE: since },
          { accessKey2LastUsedDate_GTE: since },
        ],
      },
    }),
  },
  AWSIAM3: {
    description:
      'IAM users with an enabled credential that was not used for that many days or more: a password (last used, else last changed) or an active access key (last used, else last rotated).',
    types: ['IAMUser'],
    days: 45,
    group: 'CREDENTIAL_REPORT',
    where: ({ since }) => ({
      hasIAMUserCredentials: {
        OR: [
          {
            passwordEnabled: true,
            OR: [
              { passwordLastUsed_LTE: since },
              { passwordLastUsed: null, passwordLastChanged_LTE: since },
              { passwordLastUsed: null, passwordLastChanged: null },
            ],
          },
          ofEachSlot((key) => ({
            [`${key}Active`]: true,
            OR: [
              { [`${key}LastUsedDate_LTE`]: since },
              { [`${key}LastUsedDate`]: null, [`${key}LastRotated_LTE`]: since },
              { [`${key}LastUsedDate`]: null, [`${key}LastRotated`]: null },
            ],
          })),
        ],
      },
    }),
  },
  AWSIAM4: {
    description: 'IAM users with an active access key that was not rotated within that many days.',
    types: ['IAMUser'],
    days: 90,
    group: 'CREDENTIAL_REPORT',
    where: ({ since }) => ({
      hasIAMUserCredentials: ofEachSlot((key) => ({
        [`${key}Active`]: true,
        OR: [{ [`${key}LastRotated_LT`]: since }, { [`${key}LastRotated`]: null }],
      })),
    }),
  },
  AWSIAM8: {
    description: 'Users, groups and roles that have an inline policy.',
    types: ['IAMGroup', 'IAMRole', 'IAMUser'],
    where: () => ({ iamPolicies_SOME: { policyType: 'Inline' } }),
  },
  AWSIAM13: {
    description: 'Connectors whose root user has no MFA, unless it has no credentials at all.',
    types: ['Connector'],
    where: () => ({ rootUser: { hasIAMUserCredentials: { mfaActive: false, ...HAS_CREDENTIALS } } }),
  },
  AWSIAM14: {
    description:
      'Connectors whose root user has no hardware MFA: none or a virtual one, unless it has no credentials at all.',
    types: ['Connector'],
    where: () => ({
      rootUser: {
        hasIAMUserCredentials: HAS_CREDENTIALS,
        OR: [{ hasIAMUserCredentials: { mfaActive: false } }, { virtualMFADevices_SOME: {} }],
      },
    }),
  },
  AWSIAM16: {
    description: 'Connectors where nothing has the policy AWSSupportAccess of AWS attached.',
    types: ['Connector'],
    where: () => ({
      managedPolicies_NONE: { policyType: 'AWS', policyName: 'AWSSupportAccess', attachmentCount_GT: 0 },
    }),
  },
  AWSIAM20: {
    description: 'IAM users at least that many days old who neither signed in nor used an access key within them.',
    types: ['IAMUser'],
    days: 30,
    group: 'CREDENTIAL_REPORT',
    where: ({ since }) => ({
      createDate_LTE: since,
      hasIAMUserCredentials: { OR: [{ passwordLastUsed: null }, { passwordLastUsed_LT: since }] },
      accessKeys_NONE: { lastUsedDate_GTE: since },
    }),
  },
  AWS130IAM13: {
    description: 'IAM users with more than one active access key, keys beyond the two slots of the report included.',
    types: ['IAMUser'],
    where: () => ({
      OR: [
        { hasIAMUserCredentials: { accessKey1Active: true, accessKey2Active: true } },
        {
          hasIAMUserCredentials: { additionalCredentialsInfo_NOT: null },
          accessKeys_SOME: { status: 'Active' },
          NOT: { accessKeys_SINGLE: { status: 'Active' } },
        },
      ],
    }),
  },
  AWS130IAM19: {
    description: 'Server certificates that have expired.',
    types: ['IAMServerCertificate'],
    group: 'SERVER_CERTIFICATES',
    where: ({ now }) => ({ expiration_LTE: now }),
  },
  ExpiringSSLCertificates: {
    description: 'Server certificates that expire within that many days and have not yet.',
    types: ['IAMServerCertificate'],
    days: undefined,
    group: 'SERVER_CERTIFICATES',
    where: ({ now, until }) => ({ expiration_GT: now, expiration_LTE: until }),
  },
  LongLivedAPIKeys: {
    description:
      'Active long-term API keys of single services that never expire, or were made more than that many days ago.',
    types: ['IAMServiceSpecificCredential'],
    days: 90,
    group: 'SERVICE_SPECIFIC_CREDENTIALS',
    // Only those that are a user name and a password have a user name.
    where: ({ since }) => ({
      status: 'Active',
      serviceUserName: null,
      OR: [{ expirationDate: null }, { createDate_LT: since }],
    }),
  },
  UnusedAWSIAMRoles: {
    description: 'Roles that were not used within that many days, service-linked ones apart.',
    types: ['IAMRole'],
    days: 90,
    group: 'ROLE_DETAILS',
    where: ({ since }) => ({ isServiceLinked: false, OR: [{ lastUsedDate: null }, { lastUsedDate_LT: since }] }),
  },
  AWSRolesWithExternalAccess: {
    description:
      'Roles that a principal who is not provably of the account may assume: other accounts, `*`, federated users, everybody but some, and ids of principals that were deleted. Services of AWS apart.',
    types: ['IAMRole'],
    isOfAccount: true,
    where: ({ account }) => ({
      hasIAMAssumeRolePolicyStatement_SOME: {
        effect: 'Allow',
        OR: [
          { notPrincipals_SOME: {} },
          {
            hasIAMAssumeRolePolicyPrincipal_SOME: {
              type_NOT: 'Service',
              NOT: { type: 'AWS', OR: ofAccount(account) },
            },
          },
        ],
      },
    }),
  },
};

/** A principal of the account, by its id or by ARN. A path may hold anything, so the ARN is read from its beginning. */
const ofAccount = ({ accountId, partition }: NamedAccount): readonly WhereInput[] => [
  { value: accountId },
  { value_STARTS_WITH: `arn:${partition}:iam::${accountId}:` },
  { value_STARTS_WITH: `arn:${partition}:sts::${accountId}:` },
];

const DAY_MS = 86_400_000;
/** Before and behind these, instants have more than four digits for the year, and no order. */
const [FIRST_MS, LAST_MS] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];

/** @param days undefined where the question has none. */
export function namedContext(now: Instant, days: number | undefined, account: NamedAccount): NamedContext {
  const after = (ms: number): Instant =>
    instantOf(new Date(Math.min(Math.max(instantToMs(now) + ms, FIRST_MS), LAST_MS)));
  return { now, account, since: after(-(days ?? 0) * DAY_MS), until: after((days ?? 0) * DAY_MS) };
}
