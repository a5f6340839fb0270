import { describe, expect, test } from 'vitest';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { askInventory, denied, scriptedAccount } from '../inventory/live-account.ts';
import type { Scenario, ScenarioAccessKey, ScenarioUser } from '../support/aws-endpoint.ts';

const account = scriptedAccount();

/** The scan's own time: that of the report. */
const NOW = '2026-03-01T12:00:00Z';
const ago = (days: number, seconds = 0): string =>
  new Date(Date.parse(NOW) - days * 86_400_000 - seconds * 1000).toISOString().replace('.000Z', 'Z');

const user = (name: string, more: Partial<ScenarioUser> = {}): ScenarioUser => ({
  name,
  createDate: ago(1000),
  ...more,
});
const used = (date: string) => ({ date, region: 'eu-west-1', service: 's3' });
const key = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active',
  createDate: ago(500),
  ...more,
});

async function namesOf(scenario: Scenario, text: string): Promise<readonly unknown[]> {
  const report = { generatedTime: NOW, columns: 'with-additional', ...scenario.report } as const;
  const { data, errors } = await account({ ...scenario, report }, `${text}{internalName}`);
  expect(errors).toEqual([]);
  const [found] = Object.values(data ?? {}) as [readonly { internalName: string }[]];
  return found.map(({ internalName }) => internalName).toSorted();
}

describe('AWSIAM1: the root user was used', () => {
  test.each<[name: string, root: Scenario['root'], isFound: boolean]>([
    ['never', {}, false],
    ['signed in exactly 90 days ago', { passwordLastUsed: ago(90) }, true],
    ['signed in a second before', { passwordLastUsed: ago(90, 1) }, false],
    ['used a key today', { accessKeys: [key('R', { lastUsed: used(ago(0, 60)) })] }, true],
  ])('%s', async (_name, root, isFound) => {
    expect(await namesOf({ root: root ?? null }, 'AWSIAM1')).toEqual(isFound ? ['<root_account>'] : []);
  });
});

describe('AWSIAM3: an enabled credential was not used for 45 days', () => {
  const password = { passwordEnabled: true };
  test.each<[name: string, user: Partial<ScenarioUser>, isFound: boolean]>([
    ['no credential', {}, false],
    ['a password, used exactly 45 days ago', { ...password, passwordLastUsed: ago(45) }, true],
    ['a password, used a second later', { ...password, passwordLastUsed: ago(45, -1) }, false],
    ['a password never used, set exactly 45 days ago', { ...password, passwordLastChanged: ago(45) }, true],
    ['a password never used, set today', { ...password, passwordLastChanged: ago(0, 60) }, false],
    ['a key used exactly 45 days ago', { accessKeys: [key('1', { lastUsed: used(ago(45)) })] }, true],
    ['a key in slot 2 used long ago', { accessKeys: [key('1', { slot: 2, lastUsed: used(ago(300)) })] }, true],
    ['a key used yesterday', { accessKeys: [key('1', { lastUsed: used(ago(1)) })] }, false],
    ['a key never used, made 500 days ago', { accessKeys: [key('1')] }, true],
    ['a key never used, just made', { accessKeys: [key('1', { createDate: ago(0, 60) })] }, false],
    ['an inactive key', { accessKeys: [key('1', { status: 'Inactive' })] }, false],
    [
      'a third key never used',
      { accessKeys: [key('1', { lastUsed: used(ago(1)) }), key('2', { status: 'Inactive' }), key('3')] },
      true,
    ],
  ])('%s', async (_name, more, isFound) => {
    expect(await namesOf({ users: [user('ana', more)] }, 'AWSIAM3')).toEqual(isFound ? ['ana'] : []);
  });

  test('with other days', async () => {
    const users = [user('ana', { accessKeys: [key('1', { lastUsed: used(ago(20)) })] })];
    expect(await namesOf({ users }, 'AWSIAM3(days:20)')).toEqual(['ana']);
    expect(await namesOf({ users }, 'AWSIAM3(days:21)')).toEqual([]);
  });
});

test.each<[name: string, keys: readonly ScenarioAccessKey[], isFound: boolean]>([
  ['made exactly 90 days ago', [key('1', { createDate: ago(90) })], false],
  ['made a second before', [key('1', { createDate: ago(90, 1) })], true],
  ['rotated since', [key('1', { lastRotated: ago(10) })], false],
  ['inactive', [key('1', { status: 'Inactive' })], false],
  ['a third key', [key('1', { createDate: ago(1) }), key('2', { createDate: ago(1) }), key('3')], true],
])('AWSIAM4: an active key was not rotated within 90 days: %s', async (_name, accessKeys, isFound) => {
  expect(await namesOf({ users: [user('ana', { accessKeys })] }, 'AWSIAM4')).toEqual(isFound ? ['ana'] : []);
});

test.each<[name: string, user: Partial<ScenarioUser>, isFound: boolean]>([
  ['old, and nothing used ever', { accessKeys: [key('1')] }, true],
  ['made exactly 30 days ago', { createDate: ago(30) }, true],
  ['made a second later', { createDate: ago(30, -1) }, false],
  ['signed in exactly 30 days ago', { passwordEnabled: true, passwordLastUsed: ago(30) }, false],
  ['signed in a second before', { passwordEnabled: true, passwordLastUsed: ago(30, 1) }, true],
  ['used a key', { accessKeys: [key('1', { lastUsed: used(ago(2)) })] }, false],
  ['used a third key', { accessKeys: [key('1'), key('2'), key('3', { lastUsed: used(ago(2)) })] }, false],
])('AWSIAM20: inactive for 30 days: %s', async (_name, more, isFound) => {
  expect(await namesOf({ users: [user('ana', more)] }, 'AWSIAM20')).toEqual(isFound ? ['ana'] : []);
});

test.each<[name: string, keys: readonly ScenarioAccessKey[], isFound: boolean]>([
  ['one', [key('1')], false],
  ['two', [key('1'), key('2')], true],
  ['two, one of them off', [key('1'), key('2', { status: 'Inactive' })], false],
  ['three, of which the first and the third are active', [key('1'), key('2', { status: 'Inactive' }), key('3')], true],
  [
    'three, of which one is active',
    [key('1', { status: 'Inactive' }), key('2', { status: 'Inactive' }), key('3')],
    false,
  ],
])('AWS130IAM13: more than one active key: %s', async (_name, accessKeys, isFound) => {
  expect(await namesOf({ users: [user('ana', { accessKeys })] }, 'AWS130IAM13')).toEqual(isFound ? ['ana'] : []);
});

test.each<[name: string, scenario: Scenario, of13: boolean, of14: boolean]>([
  ['no MFA', { root: { mfaActive: false } }, true, true],
  ['hardware', { root: { mfaActive: true } }, false, false],
  [
    'virtual',
    { root: { mfaActive: true, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/root' }] } },
    false,
    true,
  ],
  ['no credentials at all', { root: { mfaActive: false, passwordEnabled: false } }, false, false],
])('AWSIAM13, AWSIAM14: MFA of the root user: %s', async (_name, scenario, of13, of14) => {
  expect(await namesOf(scenario, 'AWSIAM13')).toEqual(of13 ? ['111122223333'] : []);
  expect(await namesOf(scenario, 'AWSIAM14')).toEqual(of14 ? ['111122223333'] : []);
});

describe('of policies, roles and certificates', () => {
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } };
  const SUPPORT = 'arn:aws:iam::aws:policy/AWSSupportAccess';
  const trust = (Principal: unknown, Effect = 'Allow', element = 'Principal') => ({
    Statement: [{ Effect, [element]: Principal, Action: 'sts:AssumeRole' }],
  });

  test('AWSIAM8: inline policies of users, groups and roles, with one call', async () => {
    const inlinePolicies = { own: document };
    const answer = await account(
      {
        users: [user('ana', { inlinePolicies }), user('bob')],
        groups: [{ name: 'admins', inlinePolicies }, { name: 'others' }],
        iamRoles: [{ name: 'deploy', trust: trust({ Service: 'ec2.amazonaws.com' }), inlinePolicies }],
      },
      'AWSIAM8{internalName internalAssetType}',
    );
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({
      AWSIAM8: [
        { internalName: 'admins', internalAssetType: 'IAMGroup' },
        { internalName: 'deploy', internalAssetType: 'IAMRole' },
        { internalName: 'ana', internalAssetType: 'IAMUser' },
      ],
    });
    expect(answer.counts['GetAccountAuthorizationDetails']).toBe(1);
  });

  test.each<[name: string, scenario: Scenario, isFound: boolean]>([
    ['not there', {}, true],
    ['there, attached to nothing', { policies: [{ arn: SUPPORT, document }] }, true],
    [
      'attached to a group',
      { policies: [{ arn: SUPPORT, document }], groups: [{ name: 'g', attachedPolicies: [SUPPORT] }] },
      false,
    ],
  ])('AWSIAM16: AWSSupportAccess is %s', async (_name, scenario, isFound) => {
    expect(await namesOf(scenario, 'AWSIAM16')).toEqual(isFound ? ['111122223333'] : []);
  });

  test.each<[name: string, trust: Readonly<Record<string, unknown>>, isFound: boolean]>([
    ['a service', trust({ Service: 'ec2.amazonaws.com' }), false],
    ['the account itself, by ARN', trust({ AWS: 'arn:aws:iam::111122223333:root' }), false],
    ['the account itself, by id', trust({ AWS: '111122223333' }), false],
    ['a role of the account', trust({ AWS: 'arn:aws:iam::111122223333:role/x' }), false],
    ['everybody', trust('*'), true],
    ['everybody, as AWS', trust({ AWS: ['*'] }), true],
    ['another account', trust({ AWS: ['111122223333', 'arn:aws:iam::444455556666:root'] }), true],
    ['another account by its bare id', trust({ AWS: '444455556666' }), true],
    ['a principal that was deleted', trust({ AWS: 'AIDAIOSFODNN7EXAMPLE' }), true],
    ['federated users', trust({ Federated: 'arn:aws:iam::111122223333:saml-provider/corp' }), true],
    ['everybody but one', trust({ AWS: 'arn:aws:iam::111122223333:user/x' }, 'Allow', 'NotPrincipal'), true],
    ['another account, denied', trust({ AWS: '444455556666' }, 'Deny'), false],
  ])('AWSRolesWithExternalAccess: %s', async (_name, document, isFound) => {
    const iamRoles = [{ name: 'deploy', trust: document }];
    expect(await namesOf({ iamRoles }, 'AWSRolesWithExternalAccess')).toEqual(isFound ? ['deploy'] : []);
  });

  test('UnusedAWSIAMRoles: by last use, service-linked ones apart', async () => {
    const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const role = (name: string, days?: number) => ({
      name,
      trust: trust({ Service: 'ec2.amazonaws.com' }),
      ...(days === undefined ? {} : { lastUsed: { date: day(days), region: 'eu-west-1' } }),
    });
    const iamRoles = [
      role('never'),
      role('old', 91),
      role('recent', 89),
      { ...role('AWSServiceRoleForX'), path: '/aws-service-role/x/' },
    ];
    expect(await namesOf({ iamRoles }, 'UnusedAWSIAMRoles')).toEqual(['never', 'old']);
    expect(await namesOf({ iamRoles }, 'UnusedAWSIAMRoles(days:30)')).toEqual(['never', 'old', 'recent']);
  });

  test('AWS130IAM19 and ExpiringSSLCertificates: what has expired, and what will', async () => {
    const on = (days: number) => new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
    const serverCertificates = [
      { name: 'gone', expiration: on(-1) },
      { name: 'soon', expiration: on(5) },
      { name: 'later', expiration: on(40) },
    ];
    expect(await namesOf({ serverCertificates }, 'AWS130IAM19')).toEqual(['gone']);
    expect(await namesOf({ serverCertificates }, 'ExpiringSSLCertificates(days:30)')).toEqual(['soon']);
    expect(await namesOf({ serverCertificates }, 'ExpiringSSLCertificates(days:60)')).toEqual(['later', 'soon']);
  });
});

describe('a named field', () => {
  test('says nothing but an error when its facts cannot be read', async () => {
    for (const [name, action] of [
      ['AWSIAM3', 'GetCredentialReport'],
      ['UnusedAWSIAMRoles', 'GetAccountAuthorizationDetails'],
      ['AWS130IAM19', 'ListServerCertificates'],
    ] as const) {
      const { data, errors } = await account(
        { users: [user('ana')], faults: [denied(action)] },
        `${name}{internalName}`,
      );
      expect(data).toEqual({ [name]: null });
      expect(errors).toEqual([expect.stringMatching(`^${name}: AccessDenied iam:${action} denied`)]);
    }
  });

  test('answers from a snapshot the same on any day', async () => {
    for (const [name, field] of Object.entries(namedFields)) {
      const args = 'days' in field && field.days === undefined ? '(days:30)' : '';
      const { errors } = await askInventory(openSample().inventory(), `${name}${args}{internalName}`);
      expect(errors).toEqual([]);
    }
    const { data } = await askInventory(openSample().inventory(), 'ExpiringSSLCertificates(days:30){internalName}');
    expect(data).toEqual({ ExpiringSSLCertificates: [{ internalName: 'www-2026' }] });
  });

  test.each([
    ['AWSIAM3(days:-1){arn}', /days is -1: it cannot be negative/],
    ['ExpiringSSLCertificates{arn}', /argument "days" of type "Int!" is required/],
    ['AWSIAM8(days:3){identifier}', /Unknown argument "days"/],
  ])('%s is refused', async (text, message) => {
    const { errors } = await askInventory(openSample().inventory(), text);
    expect(errors).toEqual([expect.stringMatching(message)]);
  });
});
