import type {
  AttachedPolicy as SdkAttachedPolicy,
  GroupDetail as SdkGroup,
  PolicyDetail as SdkInlinePolicy,
  ManagedPolicyDetail as SdkPolicy,
  PolicyVersion as SdkPolicyVersion,
  RoleDetail as SdkRole,
  UserDetail as SdkUser,
} from '@aws-sdk/client-iam';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';
import { answeredWithout } from './aws-error.ts';
import { type InstanceProfile, instanceProfile } from './instance-profiles.ts';
import { instantOrNull, type ResourceTag, required, tagsOf } from './required.ts';

/** JSON text as it was written. An error where the answer has none: what else it holds is told all the same. */
type DocumentText = string | IamqlError;

interface InlinePolicy {
  readonly policyName: string;
  readonly document: DocumentText;
}

interface AttachedPolicy {
  readonly policyName: string;
  readonly policyArn: string;
}

interface EntityPolicies {
  readonly inlinePolicies: readonly InlinePolicy[];
  readonly attachedPolicies: readonly AttachedPolicy[];
}

export interface UserDetail extends EntityPolicies {
  readonly arn: string;
  readonly userName: string;
  readonly userId: string;
  readonly path: string;
  readonly createDate: Instant;
  readonly groupNames: readonly string[];
  readonly permissionsBoundaryArn: string | null;
  readonly tags: readonly ResourceTag[];
}

export interface GroupDetail extends EntityPolicies {
  readonly arn: string;
  readonly groupName: string;
  readonly groupId: string;
  readonly path: string;
  readonly createDate: Instant;
}

export interface RoleDetail extends EntityPolicies {
  readonly arn: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly path: string;
  readonly createDate: Instant;
  readonly assumeRolePolicyDocument: DocumentText;
  readonly permissionsBoundaryArn: string | null;
  readonly tags: readonly ResourceTag[];
  readonly instanceProfiles: readonly InstanceProfile[];
  /** Null: not used in the 400 days that AWS keeps track of. */
  readonly lastUsedDate: Instant | null;
  readonly lastUsedRegion: string | null;
}

interface PolicyVersion {
  readonly versionId: string;
  readonly isDefaultVersion: boolean;
  readonly createDate: Instant;
  readonly document: DocumentText;
}

export interface ManagedPolicyDetail {
  readonly arn: string;
  readonly policyName: string;
  /** UNREAD: an emulator did not tell it; AWS does. */
  readonly policyId: string | Unread;
  readonly path: string;
  readonly defaultVersionId: string;
  /** To how many users, groups and roles it is attached. */
  readonly attachmentCount: number;
  /** UNREAD: an emulator did not tell it; AWS does. */
  readonly permissionsBoundaryUsageCount: number | Unread;
  readonly isAttachable: boolean;
  readonly description: string | null;
  readonly createDate: Instant;
  readonly updateDate: Instant;
  /** Of the default version. */
  readonly document: DocumentText;
  /** All that are kept, as AWS lists them. */
  readonly versions: readonly PolicyVersion[];
}

export const DETAILS = 'iam:GetAccountAuthorizationDetails';

/*
 * Which members AWS always sends: API_GetAccountAuthorizationDetails shows empty lists of groups and attached policies as
 * empty elements, and leaves out an empty list of inline policies. Tags, boundaries and last uses came later, and are left
 * out where there are none.
 */

/** @throws IamqlError Unexpected for a user without a member that AWS always sends. */
export function userDetail(answered: SdkUser): UserDetail {
  const user = required(
    DETAILS,
    'a user',
    answered,
    'Arn',
    'UserName',
    'UserId',
    'Path',
    'CreateDate',
    'GroupList',
    'AttachedManagedPolicies',
  );
  return {
    arn: user.Arn,
    userName: user.UserName,
    userId: user.UserId,
    path: user.Path,
    createDate: instantOf(user.CreateDate),
    groupNames: user.GroupList,
    inlinePolicies: inlinePolicies(user.UserPolicyList),
    attachedPolicies: user.AttachedManagedPolicies.map(attachedPolicy),
    permissionsBoundaryArn: user.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: tagsOf(DETAILS, user.Tags),
  };
}

/** @throws IamqlError Unexpected for a group without a member that AWS always sends. */
export function groupDetail(answered: SdkGroup): GroupDetail {
  const members = ['Arn', 'GroupName', 'GroupId', 'Path', 'CreateDate', 'AttachedManagedPolicies'] as const;
  const group = required(DETAILS, 'a group', answered, ...members);
  return {
    arn: group.Arn,
    groupName: group.GroupName,
    groupId: group.GroupId,
    path: group.Path,
    createDate: instantOf(group.CreateDate),
    inlinePolicies: inlinePolicies(group.GroupPolicyList),
    attachedPolicies: group.AttachedManagedPolicies.map(attachedPolicy),
  };
}

/** @throws IamqlError Unexpected for a role without a member that AWS always sends. */
export function roleDetail(answered: SdkRole): RoleDetail {
  const role = required(
    DETAILS,
    'a role',
    answered,
    'Arn',
    'RoleName',
    'RoleId',
    'Path',
    'CreateDate',
    'AssumeRolePolicyDocument',
    'AttachedManagedPolicies',
  );
  return {
    arn: role.Arn,
    roleName: role.RoleName,
    roleId: role.RoleId,
    path: role.Path,
    createDate: instantOf(role.CreateDate),
    assumeRolePolicyDocument: decodeDocument(role.AssumeRolePolicyDocument),
    inlinePolicies: inlinePolicies(role.RolePolicyList),
    attachedPolicies: role.AttachedManagedPolicies.map(attachedPolicy),
    permissionsBoundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: tagsOf(DETAILS, role.Tags),
    instanceProfiles: (role.InstanceProfileList ?? []).map((profile) => instanceProfile(DETAILS, profile)),
    lastUsedDate: instantOrNull(role.RoleLastUsed?.LastUsedDate),
    lastUsedRegion: role.RoleLastUsed?.Region ?? null,
  };
}

/** @throws IamqlError Unexpected for a managed policy without a member that AWS always sends. */
export function policyDetail(answered: SdkPolicy): ManagedPolicyDetail {
  const policy = required(
    DETAILS,
    'a policy',
    answered,
    'Arn',
    'Path',
    'DefaultVersionId',
    'AttachmentCount',
    'IsAttachable',
    'CreateDate',
    'UpdateDate',
    'PolicyVersionList',
  );
  const versions = policy.PolicyVersionList.map(policyVersion);
  const inForce = versions.find(({ versionId }) => versionId === policy.DefaultVersionId);
  return {
    arn: policy.Arn,
    // Moto leaves it out. It is the last part of the ARN (IAM User Guide, "IAM identifiers").
    policyName: policy.PolicyName ?? policy.Arn.slice(policy.Arn.lastIndexOf('/') + 1),
    policyId: policy.PolicyId ?? UNREAD,
    path: policy.Path,
    defaultVersionId: policy.DefaultVersionId,
    attachmentCount: policy.AttachmentCount,
    permissionsBoundaryUsageCount: policy.PermissionsBoundaryUsageCount ?? UNREAD,
    isAttachable: policy.IsAttachable,
    description: policy.Description ?? null,
    createDate: instantOf(policy.CreateDate),
    updateDate: instantOf(policy.UpdateDate),
    document: inForce?.document ?? answeredWithout(DETAILS, `the document of ${policy.Arn}`),
    versions,
  };
}

function policyVersion(answered: SdkPolicyVersion): PolicyVersion {
  const members = ['VersionId', 'IsDefaultVersion', 'CreateDate', 'Document'] as const;
  const version = required(DETAILS, 'a policy version', answered, ...members);
  return {
    versionId: version.VersionId,
    isDefaultVersion: version.IsDefaultVersion,
    createDate: instantOf(version.CreateDate),
    document: decodeDocument(version.Document),
  };
}

const inlinePolicies = (answered: readonly SdkInlinePolicy[] = []): readonly InlinePolicy[] =>
  answered.map((one) => {
    const policy = required(DETAILS, 'an inline policy', one, 'PolicyName', 'PolicyDocument');
    return { policyName: policy.PolicyName, document: decodeDocument(policy.PolicyDocument) };
  });

function attachedPolicy(answered: SdkAttachedPolicy): AttachedPolicy {
  const policy = required(DETAILS, 'an attached policy', answered, 'PolicyName', 'PolicyArn');
  return { policyName: policy.PolicyName, policyArn: policy.PolicyArn };
}

/**
 * The JSON text in what AWS URL-encoded. Moto sends trust policies as they are; an encoded document begins with `%7B`, or
 * with the code of white space.
 */
function decodeDocument(answered: string): DocumentText {
  if (/^\s*\{/.test(answered)) return answered;
  try {
    return decodeURIComponent(answered);
  } catch {
    return new IamqlError('Corrupt', 'a policy document cannot be read: its URL encoding is broken');
  }
}
