import type { Scenario, ScenarioUser } from './aws-endpoint.ts';

/** When its facts are as they are. */
export const CLEAN_AT = '2026-11-02T08:15:00Z';

const arn = (resource: string): string => `arn:aws:iam::111122223333:${resource}`;
const ofAws = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const allow = (...actions: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});
const trust = (principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
});
const used = (date: string) => ({ date, region: 'eu-central-1', service: 's3' });

/** Somebody with a console password, a device, and a group that says what they may do. */
const person = (name: string, more: Partial<ScenarioUser> = {}): ScenarioUser => ({
  name,
  createDate: '2025-02-10T09:00:00Z',
  passwordEnabled: true,
  passwordLastChanged: '2026-09-15T08:00:00Z',
  mfaDevices: [{ serial: arn(`mfa/${name}`), enableDate: '2025-02-10T09:20:00Z' }],
  groups: ['people'],
  ...more,
});

const seen = (name: string, more: Partial<ScenarioUser> = {}): ScenarioUser =>
  person(name, { passwordLastUsed: '2026-11-01T07:12:00Z', ...more });

/** Not seen yet, and not expected to have been. */
const newcomer = (name: string): ScenarioUser =>
  person(name, { createDate: '2026-10-30T13:00:00Z', passwordLastChanged: '2026-10-30T13:00:00Z' });

/**
 * An account in which no control finds anything, though it has some of everything: a user who is too new to have been
 * seen, three keys of which one is active, keys that were turned off.
 */
export const CLEAN_ACCOUNT: Scenario = {
  aliases: ['example-clean'],
  report: { generatedTime: CLEAN_AT, columns: 'with-additional' },
  root: {
    createDate: '2021-01-04T10:00:00Z',
    passwordEnabled: true,
    passwordLastUsed: '2025-01-07T11:00:00Z',
    passwordLastChanged: '2025-01-07T11:05:00Z',
    // A hardware device, which AWS shows to nobody.
    mfaActive: true,
  },
  accountSummary: { AccountMFAEnabled: 1, AccountAccessKeysPresent: 0 },
  users: [
    seen('amira'),
    seen('bela', {
      accessKeys: [
        { id: 'AKIACLEAN001EXAMPLE1', status: 'Inactive', createDate: '2025-03-01T00:00:00Z' },
        {
          id: 'AKIACLEAN002EXAMPLE1',
          status: 'Active',
          createDate: '2026-09-20T10:00:00Z',
          lastUsed: used('2026-11-02T06:00:00Z'),
        },
      ],
    }),
    newcomer('chen'),
    {
      name: 'exporter',
      path: '/programs/',
      createDate: '2024-05-06T07:08:09Z',
      groups: ['programs'],
      serviceSpecificCredentials: [
        {
          id: 'ACCACLEAN00000000001',
          service: 'bedrock.amazonaws.com',
          createDate: '2026-10-15T00:00:00Z',
          expirationDate: '2026-11-14T00:00:00Z',
          alias: 'exporter-at-111122223333',
        },
        { id: 'ACCACLEAN00000000002', service: 'codecommit.amazonaws.com', createDate: '2024-06-01T00:00:00Z' },
      ],
      accessKeys: [
        {
          id: 'AKIACLEAN003EXAMPLE1',
          status: 'Active',
          createDate: '2026-10-01T00:00:00Z',
          lastUsed: used('2026-11-02T08:00:00Z'),
        },
        { id: 'AKIACLEAN004EXAMPLE1', status: 'Inactive', createDate: '2025-10-01T00:00:00Z' },
        { id: 'AKIACLEAN005EXAMPLE1', status: 'Inactive', createDate: '2025-11-01T00:00:00Z' },
      ],
    },
  ],
  groups: [
    { name: 'people', attachedPolicies: [ofAws('ReadOnlyAccess')] },
    { name: 'programs', attachedPolicies: [arn('policy/export')] },
  ],
  iamRoles: [
    {
      name: 'web',
      trust: trust({ Service: 'ec2.amazonaws.com' }),
      attachedPolicies: [arn('policy/export')],
      instanceProfiles: ['web'],
      lastUsed: { date: '2026-11-02T07:00:00Z', region: 'eu-central-1' },
    },
    {
      name: 'support',
      trust: trust({ AWS: arn('root') }),
      attachedPolicies: [ofAws('AWSSupportAccess')],
      lastUsed: { date: '2026-08-20T22:00:00Z', region: 'us-east-1' },
    },
    {
      name: 'AWSServiceRoleForSupport',
      path: '/aws-service-role/support.amazonaws.com/',
      trust: trust({ Service: 'support.amazonaws.com' }),
    },
  ],
  policies: [
    { arn: ofAws('ReadOnlyAccess'), document: allow('s3:Get*', 's3:List*') },
    { arn: ofAws('AWSSupportAccess'), document: allow('support:*') },
    { arn: arn('policy/export'), document: allow('S3:PutObject') },
  ],
  passwordPolicy: {
    MinimumPasswordLength: 14,
    RequireSymbols: true,
    RequireNumbers: true,
    RequireUppercaseCharacters: true,
    RequireLowercaseCharacters: true,
    AllowUsersToChangePassword: true,
    ExpirePasswords: true,
    MaxPasswordAge: 90,
    PasswordReusePrevention: 24,
  },
  serverCertificates: [{ name: 'www', expiration: '2027-10-01T23:59:59Z' }],
  samlProviders: [{ name: 'corp-sso', validUntil: '2031-01-01T00:00:00Z' }],
};
