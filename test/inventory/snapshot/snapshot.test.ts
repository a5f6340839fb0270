import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../src/iam/catalogue.generated.ts';
import { openSample } from '../../../src/inventory/snapshot/sample.ts';
import { askInventory, denied, key, scriptedAccount, USED, user } from '../live-account.ts';
import { listOf, reopen, snapshotOf } from './snapshot-of.ts';

const account = scriptedAccount();

/** A third key that was never used, a key that was, a password that was not, MFA, and a user with nothing. */
const users = [
  { ...user('ana', key('A1', { lastUsed: USED })), passwordEnabled: true, passwordLastUsed: '2024-05-01T00:00:00Z' },
  user('bob', key('B1')),
  user('carla', key('C1', { lastUsed: USED }), key('C2', { status: 'Inactive' }), key('C3')),
  { ...user('dan'), passwordEnabled: true, mfaActive: true },
  user('Ünïcödé'),
];
/** Of a time that does not pass between two readings. */
const report = { columns: 'with-additional', generatedTime: '2026-03-01T12:00:00Z' } as const;
const scenario = { users, aliases: ['example'], report };

/** Every field of every type, as deep as there are relations that do not lead back. */
const EVERYTHING = `{
  connectors{${scalars('Connector')}}
  rootUsers{${scalars('RootUser')} hasIAMUserCredentials{${scalars('IAMUserCredentials')}} connector{${scalars('Connector')}}}
  iamUsers{
    ${scalars('IAMUser')}
    hasIAMUserCredentials{${scalars('IAMUserCredentials')}}
    accessKeys{${scalars('IAMAccessKey')} user{arn accessKeys{accessKeyId}}}
    connector{${scalars('Connector')}}
  }
}`;

function scalars(type: keyof typeof catalogue): string {
  const fields = Object.entries(catalogue[type].fields).filter(([, field]) => !field.relation);
  return fields.map(([name]) => name).join(' ');
}

const QUESTIONS = [
  EVERYTHING,
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate: null }]}}){...AssetFragment}',
  'iamUsers(where:{accessKeys_SINGLE:{status:"Active"}}){userName}',
  'iamUsers(where:{accessKeys_ALL:{lastUsedDate_NOT:null}}){userName}',
  'iamUsers(where:{passwordLastUsed:null,connector:{accountAlias:"example"}}){userName}',
  'iamUsersConnection(first:2,sort:{passwordLastUsed:DESC}){totalCount pageInfo{endCursor hasNextPage} edges{node{userName}}}',
  'iamUsersAggregate(where:{accessKeys_NONE:{}}){count}',
  'rootUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){arn}',
];

describe('a snapshot answers as the account does', () => {
  test.each(QUESTIONS)('%s', async (text) => {
    const live = await account(scenario, text);
    const answer = await askInventory(reopen(await snapshotOf(account.open(scenario))), text);
    expect(live.errors).toEqual([]);
    expect(answer).toEqual({ data: live.data, errors: [] });
  });

  test('of the sample as well, and says so', async () => {
    const sample = () => openSample().inventory();
    const inventory = reopen(await snapshotOf(sample()));
    expect(await askInventory(inventory, EVERYTHING)).toEqual(await askInventory(sample(), EVERYTHING));
    expect(inventory.evidence()).toMatchObject({ source: 'snapshot', snapshotOf: 'sample' });
  });
});

describe('the file', () => {
  test('is the same whenever it is written, and once it was read', async () => {
    const text = await snapshotOf(account.open(scenario));
    const facts = (written: string) => written.replaceAll(/"(?:readAt|sha256)":"[^"]*"/g, '');
    expect(facts(await snapshotOf(account.open(scenario)))).toBe(facts(text));
    const again = reopen(text);
    expect(await snapshotOf(again)).toBe(text);
  });

  test('has one line for each asset, with relations by identifier and nulls where there is nothing', async () => {
    const [, ...lines] = (await snapshotOf(account.open(scenario))).trimEnd().split('\n');
    const assets = lines.map((line) => JSON.parse(line));
    const arn = 'arn:aws:iam::111122223333:user/bob';
    expect(assets.filter(({ identifier }) => identifier === arn).map((asset) => asset.__typename)).toEqual([
      'IAMUser',
      'IAMUserCredentials',
    ]);
    expect(assets.find(({ identifier, __typename }) => identifier === arn && __typename === 'IAMUser')).toMatchObject({
      userName: 'bob',
      createDate: '2024-03-01T10:20:30Z',
      passwordLastUsed: null,
      accessKeys: ['AKIAEXAMPLEB1'],
      hasIAMUserCredentials: arn,
      connector: '111122223333',
    });
    expect(assets.find(({ identifier }) => identifier === 'AKIAEXAMPLEB1')).toMatchObject({
      lastUsedDate: null,
      lastUsedRegion: null,
      user: arn,
    });
  });

  test('says when each group of facts was read', async () => {
    const before = Date.now();
    const [header = ''] = (await snapshotOf(account.open(scenario))).split('\n');
    const { facts } = JSON.parse(header);
    const groups = ['ACCESS_KEYS', 'ACCESS_KEY_LAST_USED', 'ACCOUNT_ALIASES', 'CALLER_IDENTITY', 'CREDENTIAL_REPORT'];
    expect(Object.keys(facts)).toEqual(expect.arrayContaining(groups));
    expect(Object.keys(facts)).toEqual(Object.keys(facts).toSorted());
    for (const group of groups) {
      expect(Date.parse(facts[group].readAt)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(facts[group].readAt)).toBeLessThanOrEqual(Date.now());
    }
    expect(facts.CREDENTIAL_REPORT.generatedAt).toMatch(/^\d{4}-/);
  });
});

describe('what could not be read', () => {
  const OFF = 'iamUsers(where:{accessKeys:{status:"Inactive"}}){userName}';
  const faults = [denied('ListAccessKeys', { UserName: 'carla' }), denied('ListAccountAliases')];

  test('of one user is an error of that user, as it was', async () => {
    const inventory = reopen(await snapshotOf(account.open({ ...scenario, faults })));
    const { data, errors } = await askInventory(inventory, OFF);
    expect(data).toEqual({ iamUsers: [null] });
    expect(errors).toEqual([
      expect.stringMatching(/^iamUsers\.0: AccessDenied whether .*carla .* iam:ListAccessKeys denied/),
    ]);
  });

  test('and is asked for is an error on its path', async () => {
    const inventory = reopen(await snapshotOf(account.open({ ...scenario, faults })));
    const { data, errors } = await askInventory(inventory, '{connectors{accountAlias} iamUsers{accessKeys{status}}}');
    const keys = listOf(data).map((user) => user?.['accessKeys']);
    expect(data?.['connectors']).toEqual([{ accountAlias: null }]);
    expect(keys.filter((list) => list === null)).toHaveLength(1);
    expect(errors.toSorted()).toEqual([
      expect.stringMatching(/^connectors\.0\.accountAlias: AccessDenied iam:ListAccountAliases denied/),
      expect.stringMatching(/^iamUsers\.\d\.accessKeys: AccessDenied iam:ListAccessKeys denied/),
    ]);
  });

  test('and is not asked for spoils nothing', async () => {
    const inventory = reopen(await snapshotOf(account.open({ ...scenario, faults })));
    const answer = await askInventory(inventory, 'iamUsers(where:{userName:"bob"}){accessKeys{status lastUsedDate}}');
    expect(answer).toEqual({
      data: { iamUsers: [{ accessKeys: [{ status: 'Active', lastUsedDate: null }] }] },
      errors: [],
    });
  });

  test('of the credential report leaves no user, and no clean account either', async () => {
    const inventory = reopen(await snapshotOf(account.open({ ...scenario, faults: [denied('GetCredentialReport')] })));
    const { data, errors } = await askInventory(inventory, '{iamUsers{userName} iamUsersAggregate{count}}');
    expect(data).toEqual({ iamUsers: [null], iamUsersAggregate: { count: null } });
    expect(errors).toHaveLength(2);
    await expect(inventory.count('IAMUser')).rejects.toThrow(/iam:GetCredentialReport denied/);
  });

  test('of a third key is an error where the question is about any key', async () => {
    const denial = [denied('GetAccessKeyLastUsed', { AccessKeyId: 'AKIAEXAMPLEC3' })];
    const inventory = reopen(await snapshotOf(account.open({ ...scenario, faults: denial })));
    const { data, errors } = await askInventory(inventory, QUESTIONS[1] as string);
    expect(listOf(data).length).toBe(2);
    expect(errors).toEqual([expect.stringMatching(/^iamUsers\.1: AccessDenied whether .*carla/)]);
  });
});
