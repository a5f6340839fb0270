import { manyUsers } from './many-users.ts';
import type { Scenario, ScenarioUser } from './scenario.ts';
import type { Document, ScenarioGroup, ScenarioIamRole, ScenarioPolicy } from './scenario-nouns.ts';

export interface ManyAssetsOptions {
  readonly users?: number;
  /** How many of the users have an active access key that was never used; default none. */
  readonly selected?: number;
  /** Default: one for every hundred users. */
  readonly groups?: number;
  readonly roles?: number;
  /** Of the account; those of AWS come on top, as far as they are attached. */
  readonly policies?: number;
  readonly serverCertificates?: number;
  readonly samlProviders?: number;
  readonly oidcProviders?: number;
  /** Default `111122223333`; say it here where the scenario says another. */
  readonly accountId?: string;
}

type ManyAssets = Required<
  Pick<
    Scenario,
    'users' | 'groups' | 'iamRoles' | 'policies' | 'serverCertificates' | 'samlProviders' | 'oidcProviders'
  >
>;

const FIRST_CREATED = Date.parse('2024-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const SERVICES = ['s3', 'dynamodb', 'sqs', 'sns', 'kms', 'lambda', 'ec2', 'logs'];
const AWS_MANAGED = ['ReadOnlyAccess', 'AdministratorAccess', 'job-function/ViewOnlyAccess', 'SecurityAudit'];

/** An account of any size to spread into a scenario; the same options make the same account, whatever the day. */
export function manyAssets(options: ManyAssetsOptions = {}): ManyAssets {
  const { users = 0, roles = 0, policies = 0, groups = Math.ceil(users / 100) } = options;
  const arns = numbered(
    policies,
    (n) => `arn:aws:iam::${accountOf(options)}:policy/team-${n % 20}/${named('policy', n)}`,
  );
  return {
    users: manyUsers(users, options.selected ?? 0).map((user, index) => withNouns(user, index, groups, arns, options)),
    groups: numbered(groups, (n) => group(n, arns)),
    iamRoles: numbered(roles, (n) => role(n, arns, options)),
    policies: [...arns.map(ownPolicy), ...AWS_MANAGED.map(policyOfAws)],
    serverCertificates: numbered(options.serverCertificates ?? 0, (n) => ({
      name: named('certificate', n),
      uploadDate: at(n),
      expiration: at(n + 365 * 24),
      tags: { owner: `team-${n % 20}` },
    })),
    samlProviders: numbered(options.samlProviders ?? 0, (n) => ({
      name: named('saml', n),
      createDate: at(n),
      validUntil: at(n + 3650 * 24),
    })),
    oidcProviders: numbered(options.oidcProviders ?? 0, (n) => ({
      host: `oidc.example.com/id/${n}`,
      createDate: at(n),
      clientIds: ['sts.amazonaws.com'],
      thumbprints: [String(n).padStart(40, '0')],
    })),
  };
}

/** A policy document of about 600 bytes, different for every number. */
function documentOf(n: number): Document {
  const service = SERVICES[n % SERVICES.length] ?? 's3';
  const name = named('resource', n);
  const arn = `arn:aws:${service}:eu-west-1:111122223333:${name}`;
  const actions = ['Get*', 'List*', 'Describe*', `Put${name}`, `Delete${name}`].map((action) => `${service}:${action}`);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: `Use${n}`,
        Effect: 'Allow',
        Action: actions,
        Resource: [arn, `${arn}/*`],
        Condition: { StringEquals: { 'aws:PrincipalTag/team': `team-${n % 20}`, 'aws:RequestedRegion': 'eu-west-1' } },
      },
      { Sid: 'Look', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: '*' },
      {
        Sid: 'OnlyEncrypted',
        Effect: 'Deny',
        Action: `${service}:*`,
        Resource: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

function withNouns(
  user: ScenarioUser,
  index: number,
  groups: number,
  arns: readonly string[],
  options: ManyAssetsOptions,
): ScenarioUser {
  const serial = `arn:aws:iam::${accountOf(options)}:mfa/${user.name}`;
  return {
    ...user,
    groups: groups === 0 ? [] : [named('group', index % groups)],
    attachedPolicies: index % 4 === 0 ? some(arns, index) : [],
    inlinePolicies: index % 10 === 0 ? { [named('inline', index)]: documentOf(index) } : {},
    mfaDevices: user.mfaActive ? [{ serial, enableDate: user.createDate }] : [],
    tags: { team: `team-${index % 20}`, 'cost-center': String(1000 + (index % 50)) },
  };
}

function group(n: number, arns: readonly string[]): ScenarioGroup {
  return {
    name: named('group', n),
    createDate: at(n),
    attachedPolicies: [...some(arns, n), awsArn(AWS_MANAGED[n % AWS_MANAGED.length] ?? '')],
    inlinePolicies: n % 3 === 0 ? { own: documentOf(n) } : {},
  };
}

function role(n: number, arns: readonly string[], options: ManyAssetsOptions): ScenarioIamRole {
  const account = accountOf(options);
  const principal = n % 2 === 0 ? { Service: 'ec2.amazonaws.com' } : { AWS: `arn:aws:iam::${account}:root` };
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
  return {
    name: named('role', n),
    path: n % 5 === 0 ? '/service-role/' : '/',
    createDate: at(n),
    trust: { Version: '2012-10-17', Statement: [statement] },
    attachedPolicies: [...some(arns, n), awsArn(AWS_MANAGED[n % AWS_MANAGED.length] ?? '')],
    inlinePolicies: n % 5 === 0 ? { own: documentOf(n) } : {},
    instanceProfiles: n % 10 === 0 ? [named('role', n)] : [],
    tags: { team: `team-${n % 20}` },
    ...(n % 3 === 0 ? {} : { lastUsed: { date: at(n + 24), region: 'eu-west-1' } }),
    ...(n % 7 === 0 && arns[0] !== undefined ? { permissionsBoundary: arns[0] } : {}),
  };
}

function ownPolicy(arn: string, n: number): ScenarioPolicy {
  const policy = { arn, document: documentOf(n), createDate: at(n), updateDate: at(n + 48) };
  return n % 4 === 0
    ? { ...policy, otherVersions: [{ id: 'v1', document: documentOf(n + 1), createDate: at(n) }] }
    : policy;
}

function policyOfAws(name: string): ScenarioPolicy {
  const statement = {
    Effect: 'Allow',
    Action: name.startsWith('Admin') ? '*' : ['s3:Get*', 's3:List*'],
    Resource: '*',
  };
  const document = { Version: '2012-10-17', Statement: [statement] };
  return { arn: awsArn(name), document, createDate: '2015-02-06T18:40:58Z' };
}

/** Two of the policies, others for each number. */
function some(arns: readonly string[], n: number): readonly string[] {
  return [...new Set([2 * n, 2 * n + 1].flatMap((index) => arns[index % arns.length] ?? []))];
}

function numbered<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function accountOf({ accountId = '111122223333' }: ManyAssetsOptions): string {
  return accountId;
}

function awsArn(name: string): string {
  return `arn:aws:iam::aws:policy/${name}`;
}

function named(noun: string, n: number): string {
  return `${noun}-${String(n).padStart(5, '0')}`;
}

function at(hours: number): string {
  return new Date(FIRST_CREATED + hours * HOUR_MS).toISOString();
}
