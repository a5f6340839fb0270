import { describe, expect, test } from 'vitest';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { askInventory, denied, scriptedAccount } from '../inventory/live-account.ts';
import type { Scenario, ScenarioAccessKey, ScenarioUser } from '../support/aws-endpoint.ts';
import { ago, answersOf, key, namesIn, used, user } from './named-account.ts';

const account = scriptedAccount();
const namesOf = namesIn(account);

describe('AWSIAM1: the root user was used', () => {
  test.each<[name: string, root: Scenario['root'], isFound: boolean]>([
    ['never', {}, false],
    ['signed in exactly 90 days ago', { passwordLastUsed: ago(90) }, true],
    ['signed in a second before', { passwordLastUsed: ago(90, 1) }, false],
    ['used a key exactly 90 days ago', { accessKeys: [key('R', { lastUsed: used(ago(90)) })] }, true],
    ['used a key a second before', { accessKeys: [key('R', { lastUsed: used(ago(90, 1)) })] }, false],
    [
      'used the key in slot 2, which is off now',
      { accessKeys: [key('R', { slot: 2, status: 'Inactive', lastUsed: used(ago(3)) })] },
      true,
    ],
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
    ['a password never used, set a second later', { ...password, passwordLastChanged: ago(45, -1) }, false],
    [
      'a password used long ago and set today',
      { ...password, passwordLastUsed: ago(300), passwordLastChanged: ago(0, 60) },
      true,
    ],
    ['a password used long ago, switched off', { passwordLastUsed: ago(300) }, false],
    ['a key used a second after 45 days ago', { accessKeys: [key('1', { lastUsed: used(ago(45, -1)) })] }, false],
    ['a key never used, rotated exactly 45 days ago', { accessKeys: [key('1', { lastRotated: ago(45) })] }, true],
    ['a key never used, rotated a second later', { accessKeys: [key('1', { lastRotated: ago(45, -1) })] }, false],
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
    [
      'a third key used yesterday, like the first two',
      { accessKeys: ['1', '2', '3'].map((id) => key(id, { lastUsed: used(ago(1)) })) },
      false,
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
  ['just made', [key('1', { createDate: ago(0, 60) })], false],
  ['in slot 2', [key('1', { slot: 2 })], true],
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
  ['used a key exactly 30 days ago', { accessKeys: [key('1', { lastUsed: used(ago(30)) })] }, false],
  ['used a key a second before', { accessKeys: [key('1', { lastUsed: used(ago(30, 1)) })] }, true],
  ['used a key that is off now', { accessKeys: [key('1', { status: 'Inactive', lastUsed: used(ago(2)) })] }, false],
  ['has three keys, none used', { accessKeys: [key('1'), key('2'), key('3')] }, true],
  [
    'signed in, and has a key never used',
    { passwordEnabled: true, passwordLastUsed: ago(2), accessKeys: [key('1')] },
    false,
  ],
  ['used a third key', { accessKeys: [key('1'), key('2'), key('3', { lastUsed: used(ago(2)) })] }, false],
])('AWSIAM20: inactive for 30 days: %s', async (_name, more, isFound) => {
  expect(await namesOf({ users: [user('ana', more)] }, 'AWSIAM20')).toEqual(isFound ? ['ana'] : []);
});

test('AWSIAM20 lists the keys of those alone who have more than the report has slots for', async () => {
  const plain = Array.from({ length: 30 }, (_, index) => user(`plain${index}`, { accessKeys: [key(`P${index}`)] }));
  const users = [...plain, user('ana', { accessKeys: [key('1'), key('2'), key('3', { lastUsed: used(ago(2)) })] })];
  const { names, counts } = await answersOf(account)({ users }, 'AWSIAM20');
  expect(names).toHaveLength(30);
  expect(counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 });
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
  [
    'hardware and virtual',
    { root: { mfaDevices: [{ serial: 'GAHT12345678' }, { serial: 'arn:aws:iam::111122223333:mfa/root' }] } },
    false,
    true,
  ],
  ['none, and an older report', { root: { mfaActive: false, passwordEnabled: 'not_supported' } }, true, true],
  [
    'none, and no credential but a key',
    { root: { mfaActive: false, passwordEnabled: false, accessKeys: [key('R')] } },
    true,
    true,
  ],
  [
    'none, and no credential but a certificate',
    { root: { mfaActive: false, passwordEnabled: false, signingCertificates: [{ id: 'C' }] } },
    true,
    true,
  ],
  [
    'none, and a key that is off',
    { root: { mfaActive: false, passwordEnabled: false, accessKeys: [key('R', { status: 'Inactive' })] } },
    false,
    false,
  ],
  ['no credentials at all', { root: { mfaActive: false, passwordEnabled: false } }, false, false],
  [
    'virtual, and no credentials at all',
    { root: { passwordEnabled: false, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/root' }] } },
    false,
    false,
  ],
])('AWSIAM13, AWSIAM14: MFA of the root user: %s', async (_name, scenario, of13, of14) => {
  expect(await namesOf(scenario, 'AWSIAM13')).toEqual(of13 ? ['111122223333'] : []);
  expect(await namesOf(scenario, 'AWSIAM14')).toEqual(of14 ? ['111122223333'] : []);
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

  test('counts more days than there were, and than will be', async () => {
    const found = async (text: string) => {
      const { data, errors } = await askInventory(openSample().inventory(), `${text}{internalName}`);
      expect(errors).toEqual([]);
      return Object.values(data ?? {})[0] as readonly unknown[];
    };
    for (const days of [300_000, 3_000_000, 2_147_483_647]) {
      expect(await found(`AWSIAM3(days:${days})`)).toEqual([]);
      expect(await found(`AWSIAM1(days:${days})`)).toHaveLength(1);
      expect(await found(`ExpiringSSLCertificates(days:${days})`)).toEqual([{ internalName: 'www-2026' }]);
    }
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
