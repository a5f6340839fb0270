import { describe, expect, test } from 'vitest';
import { manyUsers, type Scenario, type ScenarioAccessKey } from '../support/aws-endpoint.ts';
import { denied, key, names, scriptedAccount, USED, user } from './live-account.ts';

const askAccount = scriptedAccount();

const FOUNDING =
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate: null }]}}){...AssetFragment}';
/** The same question, answered with names. */
const NEVER_USED = FOUNDING.replace('...AssetFragment', 'userName');

describe('the founding question', () => {
  test.each<[users: number, selected: number]>([
    [10, 4],
    [5_000, 700],
  ])('of %i users costs one call and selects %i', async (count, selected) => {
    const answer = await askAccount({ users: manyUsers(count, selected) }, FOUNDING);
    expect(answer.errors).toEqual([]);
    expect(answer.data?.['iamUsers']).toHaveLength(selected);
    expect(answer.counts).toEqual({ GetCredentialReport: 1 });
  });

  test('selects in the order of the identifiers, with the fields that every asset has', async () => {
    const { data } = await askAccount({ users: [user('zoe', key('1')), user('ana', key('2'))] }, FOUNDING);
    expect(data?.['iamUsers']).toMatchObject([{ internalName: 'ana' }, { internalName: 'zoe' }]);
    expect(data?.['iamUsers']).toHaveProperty('0', {
      identifier: 'arn:aws:iam::111122223333:user/ana',
      idFromProvider: 'arn:aws:iam::111122223333:user/ana',
      accountID: '111122223333',
      cloudAccountID: '111122223333',
      cloudAccountName: '111122223333',
      cloudProvider: 'aws',
      internalAssetType: 'IAMUser',
      internalName: 'ana',
      internalRegion: 'global',
      assetCategory: 'IAM',
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('the root user with such a key is no IAM user', async () => {
    const answer = await askAccount({ root: { accessKeys: [key('1')] }, users: [user('ana')] }, NEVER_USED);
    expect(answer).toMatchObject({ data: { iamUsers: [] }, errors: [] });
  });

  test('a report that cannot be read is an error and no empty list', async () => {
    const answer = await askAccount({ faults: [denied('GetCredentialReport')] }, NEVER_USED);
    expect(answer.data).toEqual({ iamUsers: null });
    expect(answer.errors).toEqual([expect.stringMatching(/^iamUsers: AccessDenied iam:GetCredentialReport denied in/)]);
  });

  test('a report of sixteen columns is an error that names the column', async () => {
    const answer = await askAccount({ users: [user('ana', key('1'))], report: { columns: 'old16' } }, NEVER_USED);
    expect(answer.data).toEqual({ iamUsers: null });
    expect(answer.errors).toEqual([
      expect.stringMatching(/^iamUsers: NotCollected .* has no column access_key_1_last_used_date, so/),
    ]);
  });
});

describe('a user with more keys than the report has slots', () => {
  const third = (more: Partial<ScenarioAccessKey> = {}): Scenario => ({
    report: { columns: 'with-additional' },
    users: [
      user('ana', key('A1', { lastUsed: USED })),
      user('bob', key('B1', { lastUsed: USED }), key('B2', { status: 'Inactive' }), key('B3', more)),
    ],
  });

  test('is found for an active third key that was never used', async () => {
    const answer = await askAccount(third(), NEVER_USED);
    expect(names(answer)).toEqual(['bob']);
    expect(answer.errors).toEqual([]);
    expect(answer.counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 });
  });

  test.each<[name: string, more: Partial<ScenarioAccessKey>]>([
    ['is used', { lastUsed: USED }],
    ['is off', { status: 'Inactive' }],
  ])('is passed over when the third key %s', async (_, more) => {
    expect(await askAccount(third(more), NEVER_USED)).toMatchObject({ data: { iamUsers: [] }, errors: [] });
  });

  test.each<[action: string]>([['ListAccessKeys'], ['GetAccessKeyLastUsed']])(
    'is an error when %s is denied',
    async (action) => {
      const answer = await askAccount({ ...third(), faults: [denied(action)] }, NEVER_USED);
      expect(names(answer)).toEqual([null]);
      expect(answer.errors).toEqual([
        expect.stringMatching(
          `^iamUsers\\.0: AccessDenied whether \\S+ matches cannot be told: iam:${action} denied in`,
        ),
      ]);
    },
  );

  test('is asked no further when a slot decides already', async () => {
    const keys = [key('A1'), key('A2', { lastUsed: USED }), key('A3')];
    const answer = await askAccount(
      { report: { columns: 'with-additional' }, users: [user('ana', ...keys)] },
      NEVER_USED,
    );
    expect(names(answer)).toEqual(['ana']);
    expect(answer.counts).toEqual({ GetCredentialReport: 1 });
  });

  test('is found for a third key even when it could be what is left of a slot', async () => {
    // The key of slot 1, which was off, is gone. The third key, older than that slot's last change, might have been it.
    const gone = key('A1', { status: 'Inactive', createDate: '2024-05-01T00:00:00Z', deletedSinceReport: true });
    const users = [user('ana', gone, key('A2', { lastUsed: USED }), key('A3'))];
    const answer = await askAccount({ report: { columns: 'with-additional' }, users }, NEVER_USED);
    expect([names(answer), answer.errors]).toEqual([['ana'], []]);
  });
});

describe('a question about the keys themselves', () => {
  const DURING_SETUP = 'iamUsers(where:{accessKeys:{createdDuringUserSetup:true,lastUsedDate:null}}){userName}';
  const setup = { createDate: '2024-03-01T10:20:40Z' };

  test('is decided by the report where it can be, and asks AWS only of the others', async () => {
    const rotated = { ...setup, lastRotated: '2024-06-01T00:00:00Z', status: 'Inactive' } as const;
    const users = [
      user('asked-and-found', key('1', rotated)),
      user('asked-and-later', key('2')),
      user('no-keys'),
      user('setup-and-unused', key('3', setup)),
      user('setup-and-used', key('4', { ...setup, lastUsed: USED })),
      user('used', key('5', { lastUsed: USED }), key('6', { lastUsed: USED })),
    ];
    const answer = await askAccount({ users }, DURING_SETUP);
    expect(answer.errors).toEqual([]);
    expect(names(answer)).toEqual(['asked-and-found', 'setup-and-unused']);
    expect(answer.counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 2, GetAccessKeyLastUsed: 1 });
  });

  test.each<[name: string, createDate: string, isFound: boolean]>([
    ['exactly ten seconds after the user counts', '2024-03-01T10:20:40Z', true],
    ['eleven seconds after does not', '2024-03-01T10:20:41Z', false],
  ])('%s', async (_, createDate, isFound) => {
    const answer = await askAccount({ users: [user('ana', key('1', { createDate }))] }, DURING_SETUP);
    expect([names(answer), answer.errors]).toEqual([isFound ? ['ana'] : [], []]);
  });

  test('of sixteen columns is asked of AWS', async () => {
    const users = [user('ana', key('1', setup)), user('bob', key('2', { ...setup, lastUsed: USED }))];
    const answer = await askAccount({ users, report: { columns: 'old16' } }, DURING_SETUP);
    expect([names(answer), answer.errors]).toEqual([['ana'], []]);
    expect(answer.counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 2, GetAccessKeyLastUsed: 2 });
  });

  test.each<[where: string, expected: readonly string[]]>([
    ['{accessKeys:{user:{accessKeys:{status:"Inactive"}}}}', ['ana']],
    ['{accessKeys:{user:{accessKeys_NONE:{status:"Inactive"}}}}', []],
    ['{accessKeys:{user:{accessKeys:{lastUsedDate:null,user:{userName:"ana"}}}}}', ['ana']],
  ])('goes from keys back to users and on to keys: %s', async (where, expected) => {
    const users = [user('ana', key('1', { status: 'Inactive' }), key('2'))];
    const answer = await askAccount({ users }, `iamUsers(where:${where}){userName}`);
    expect([names(answer), answer.errors]).toEqual([expected, []]);
    expect(answer.counts['ListAccessKeys'] ?? 0).toBeLessThanOrEqual(1);
  });

  test('reads the facts of the account before those of each user, and these only where they still decide', async () => {
    const users = [user('ana', key('1', { status: 'Inactive' })), user('bob', key('2', { status: 'Inactive' }))];
    const OFF = 'accessKeys:{status:"Inactive"}';
    const ask = (alias: string) =>
      askAccount({ users, aliases: ['example'] }, `iamUsers(where:{connector:{accountAlias:"${alias}"},${OFF}}){arn}`);
    expect((await ask('other')).counts).toEqual({ GetCredentialReport: 1, ListAccountAliases: 1 });
    expect((await ask('example')).counts).toEqual({ GetCredentialReport: 1, ListAccountAliases: 1, ListAccessKeys: 2 });
  });

  test('that one refused reading leaves open, another may still decide', async () => {
    const users = [user('ana', key('1', { status: 'Inactive' }))];
    const faults = [denied('ListAccountAliases')];
    const either = 'iamUsers(where:{OR:[{connector:{accountAlias:"x"}},{accessKeys:{status:"Inactive"}}]}){userName}';
    const answer = await askAccount({ users, faults }, either);
    expect([names(answer), answer.errors]).toEqual([['ana'], []]);
    const both = 'iamUsers(where:{connector:{accountAlias:"x"},accessKeys:{status:"Active"}}){userName}';
    expect(await askAccount({ users, faults }, both)).toMatchObject({ data: { iamUsers: [] }, errors: [] });
  });
});

describe('what is selected', () => {
  const users = [
    user('ana', key('A1', { lastUsed: USED }), key('A2')),
    user('bob', key('B1', { lastUsed: USED })),
    user('carla', key('C1')),
  ];

  test('keys are listed for selected users only, once however often they are asked', async () => {
    const text = `{
      a: ${NEVER_USED.replace('{userName}', '{accessKeys{accessKeyId status user{accessKeys{accessKeyId}}}}')}
      b: iamUsers(where:{userName:"ana"}){accessKeys{accessKeyId}}
      c: iamUsers(where:{userName:"ana",accessKeys_NOT:{status:"Expired"}}){accessKeys{accessKeyId}}
    }`;
    const answer = await askAccount({ users }, text);
    expect(answer.errors).toEqual([]);
    const ana = [{ accessKeyId: 'AKIAEXAMPLEA1' }, { accessKeyId: 'AKIAEXAMPLEA2' }];
    expect(answer.data).toMatchObject({ b: [{ accessKeys: ana }], c: [{ accessKeys: ana }] });
    expect(answer.data?.['a']).toMatchObject([
      { accessKeys: [{ user: { accessKeys: ana } }, { status: 'Active' }] },
      { accessKeys: [{ accessKeyId: 'AKIAEXAMPLEC1' }] },
    ]);
    expect(answer.counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 2 });
  });

  test('last use and slot are read once per key', async () => {
    const text = 'iamUsers(where:{userName:"ana"}){accessKeys{slot lastUsedDate lastUsedRegion lastUsedService}}';
    const answer = await askAccount({ users }, text);
    const used = { slot: 1, lastUsedDate: USED.date, lastUsedRegion: 'eu-west-1', lastUsedService: 's3' };
    const unused = { slot: 2, lastUsedDate: null, lastUsedRegion: null, lastUsedService: null };
    expect(answer.data).toEqual({ iamUsers: [{ accessKeys: [used, unused] }] });
    expect(answer.counts).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 2 });
  });

  test('the slot of a key is an error where the report lacks what it is told by', async () => {
    const text = 'iamUsers(where:{userName:"bob"}){accessKeys{slot}}';
    const answer = await askAccount({ users, report: { columns: 'old16' } }, text);
    expect(answer.errors).toEqual([expect.stringMatching(/^iamUsers\.0\.accessKeys\.0\.slot: NotCollected/)]);
  });

  test('the account’s alias is one call, for however many users', async () => {
    const text = 'iamUsers{connector{accountAlias}} connectors{accountAlias accountID}';
    const answer = await askAccount({ users, aliases: ['example'] }, text);
    expect(answer.errors).toEqual([]);
    expect(answer.data?.['iamUsers']).toEqual(Array(3).fill({ connector: { accountAlias: 'example' } }));
    expect(answer.counts['ListAccountAliases']).toBe(1);
  });

  test('a key is found by the contentHash that it shows', async () => {
    const shown = await askAccount({ users }, 'iamUsers(where:{userName:"carla"}){accessKeys{contentHash}}');
    const [hash] = /[0-9a-f]{64}/.exec(JSON.stringify(shown.data)) ?? [];
    const text = `iamUsers(where:{accessKeys:{contentHash:"${hash}"}}){userName}`;
    expect(names(await askAccount({ users }, text))).toEqual(['carla']);
  });

  test('contentHash is the report row’s: the same however the user was selected, another when a fact is', async () => {
    const hashes = async (scenario: Scenario, text: string) =>
      JSON.stringify((await askAccount(scenario, text)).data?.['iamUsers']);
    const ana = 'iamUsers(where:{userName:"ana"}){contentHash}';
    const first = await hashes({ users }, ana);
    expect(first).toMatch(/[0-9a-f]{64}/);
    expect(await hashes({ users }, ana.replace('}', ',accessKeys_NONE:{status:"Expired"}}'))).toBe(first);
    expect(await hashes({ users, report: { timeSuffix: 'Z' } }, ana)).toBe(first);
    expect(await hashes({ users: [user('ana', key('A1', { lastUsed: USED }))] }, ana)).not.toBe(first);
  });
});
