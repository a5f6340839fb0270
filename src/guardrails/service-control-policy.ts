import { IamqlError } from '../iam/error.ts';

/** A quota of AWS Organizations: 5,120 characters, of which a tag's may take several bytes. */
const MOST_BYTES = 5120;
/** A role's name, with its path where it has one; `*` and `?` stand for what they do in a policy. */
const ROLE = /^[\w+=,.@*?-]+(\/[\w+=,.@*?-]+)*$/;
const TAG = /^([\p{L}\p{Z}\p{N}_.:/+@-]{1,128})=([\p{L}\p{Z}\p{N}_.:/=+@-]{1,256})$/u;

export interface ServiceControlPolicyChoices {
  /** Names of the roles that may make keys, with their paths. */
  readonly roles: readonly string[];
  /** `key=value`: a tag of users for whom anybody may make keys. */
  readonly tag?: string | undefined;
  /** Of the organization that it is for; undefined for any. */
  readonly partition?: string | undefined;
}

/**
 * A policy that denies iam:CreateAccessKey but to some roles, and for users with a tag. JSON; ends with a line break.
 *
 * Keys and actions are those of the Service Authorization Reference: CreateAccessKey is on a user, whose tags are
 * aws:ResourceTag; TagUser and CreateUser have aws:RequestTag. aws:PrincipalArn of a session is its role's ARN.
 *
 * @throws IamqlError InvalidInput
 */
export function renderServiceControlPolicy({ roles, tag, partition = '*' }: ServiceControlPolicyChoices): string {
  const [key, value] = tag === undefined ? [] : parseTag(tag);
  // A key that is missing is unlike any value: whoever is not named is denied.
  const notNamed = { ArnNotLike: { 'aws:PrincipalArn': roles.map((role) => arnOf(role, partition)) } };
  const statements = [
    {
      Sid: 'DenyAccessKeysToOthers',
      Effect: 'Deny',
      Action: 'iam:CreateAccessKey',
      Resource: '*',
      Condition: { ...notNamed, ...(key ? { StringNotEquals: { [`aws:ResourceTag/${key}`]: value } } : {}) },
    },
    ...(key
      ? [
          {
            Sid: 'DenyApprovalToOthers',
            Effect: 'Deny',
            Action: ['iam:CreateUser', 'iam:TagUser'],
            Resource: '*',
            Condition: { ...notNamed, StringEquals: { [`aws:RequestTag/${key}`]: value } },
          },
        ]
      : []),
  ];
  const policy = `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)}\n`;
  const bytes = Buffer.byteLength(policy);
  if (bytes <= MOST_BYTES) return policy;
  throw new IamqlError(
    'InvalidInput',
    `the policy has ${bytes} bytes, of ${MOST_BYTES} that AWS Organizations takes: name fewer roles`,
  );
}

/** In any account. */
function arnOf(role: string, partition: string): string {
  if (!ROLE.test(role))
    throw new IamqlError(
      'InvalidInput',
      `--role ${JSON.stringify(role)}: the name of a role, with its path where it has one`,
    );
  if (/^[*?/]+$/.test(role)) throw new IamqlError('InvalidInput', `--role ${role}: every role would be allowed`);
  return `arn:${partition}:iam::*:role/${role}`;
}

function parseTag(tag: string): readonly [key: string, value: string] {
  const [, key = '', value = ''] = TAG.exec(tag) ?? [];
  if (key === '' || key.toLowerCase().startsWith('aws:'))
    throw new IamqlError('InvalidInput', `--tag ${JSON.stringify(tag)}: key=value, of a tag that people may set`);
  return [key, value];
}
