import { describe, expect, test } from 'vitest';
import { names, scriptedAccount } from '../inventory/live-account.ts';
import type { ScenarioUser } from '../support/aws-endpoint.ts';

const askAccount = scriptedAccount();

const USED = { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' };

/**
 * ana has a password and MFA and no keys; bob a never used key in slot 1; carla a used key in slot 1, switched off, and a
 * never used one in slot 2; dan a used key and a password that was never used.
 */
const users: readonly ScenarioUser[] = [
  {
    name: 'ana',
    path: '/team/',
    createDate: '2024-01-01T00:00:00Z',
    passwordEnabled: true,
    passwordLastUsed: '2024-02-01T10:00:00Z',
    mfaActive: true,
  },
  {
    name: 'bob',
    createDate: '2024-01-02T00:00:00Z',
    accessKeys: [{ id: 'AKIAEXAMPLEB1', status: 'Active', createDate: '2024-01-02T00:00:05Z' }],
  },
  {
    name: 'carla',
    path: '/team/',
    createDate: '2024-01-03T00:00:00Z',
    accessKeys: [
      { id: 'AKIAEXAMPLEC1', status: 'Inactive', createDate: '2024-01-04T00:00:00Z', lastUsed: USED },
      { id: 'AKIAEXAMPLEC2', status: 'Active', createDate: '2024-01-05T00:00:00Z' },
    ],
  },
  {
    name: 'dan',
    createDate: '2024-01-04T00:00:00Z',
    passwordEnabled: true,
    accessKeys: [{ id: 'AKIAEXAMPLED1', status: 'Active', createDate: '2024-01-04T00:00:00Z', lastUsed: USED }],
  },
];

const ask = (where: string) => askAccount({ users }, `iamUsers(where:${where}){userName}`);

const EVERYBODY = ['ana', 'bob', 'carla', 'dan'];

/** What each key means stands in where-rows.ts; here it is asked of what AWS tells of users. */
const rows: Readonly<Record<string, readonly [where: string, expected: readonly string[]][]>> = {
  'strings and ids': [
    ['null', EVERYBODY],
    ['{userName:"ana"}', ['ana']],
    ['{userName_NOT:"ana"}', ['bob', 'carla', 'dan']],
    ['{userName:"Ana"}', []],
    ['{path:"/team/"}', ['ana', 'carla']],
    ['{identifier:"arn:aws:iam::111122223333:user/bob"}', ['bob']],
    ['{internalName:"bob",internalAssetType:"IAMUser",cloudProvider:"aws"}', ['bob']],
    ['{accountID_NOT:"111122223333"}', []],
    ['{path:"/",OR:[{userName:"ana"},{userName:"dan"}]}', ['dan']],
    ['{NOT:{path:"/team/",userName:"ana"}}', ['bob', 'carla', 'dan']],
  ],
  instants: [
    ['{createDate:"2024-01-02T01:30:00.000+01:30"}', ['bob']],
    ['{createDate_NOT:"2024-01-02"}', ['ana', 'carla', 'dan']],
    ['{passwordLastUsed:"2024-02-01T05:00:00-05:00"}', ['ana']],
  ],
  'what AWS says there is none of': [
    ['{passwordLastUsed:null}', ['bob', 'carla', 'dan']],
    ['{passwordLastUsed_NOT:null}', ['ana']],
    ['{passwordLastUsed_NOT:"2024-02-02"}', ['ana']],
    ['{NOT:{passwordLastUsed:"2024-02-02"}}', ['ana']],
  ],
  'a relation to one': [
    ['{hasIAMUserCredentials:{mfaActive:true}}', ['ana']],
    ['{hasIAMUserCredentials:{mfaActive_NOT:true}}', ['bob', 'carla', 'dan']],
    ['{hasIAMUserCredentials_NOT:{mfaActive:true}}', ['bob', 'carla', 'dan']],
    ['{hasIAMUserCredentials:{}}', EVERYBODY],
    ['{hasIAMUserCredentials:null}', []],
    ['{hasIAMUserCredentials_NOT:null}', EVERYBODY],
    ['{hasIAMUserCredentials:{accessKey1LastUsedRegion_NOT:"us-east-1"}}', ['carla', 'dan']],
    ['{hasIAMUserCredentials_NOT:{accessKey1LastUsedRegion:"us-east-1"}}', EVERYBODY],
    ['{connector:{accountID:"111122223333"}}', EVERYBODY],
    ['{connector_NOT:{partition:"aws"}}', []],
  ],
  'the slots do not mix': [
    ['{hasIAMUserCredentials:{accessKey1Active:true,accessKey1LastUsedDate:null}}', ['bob']],
    ['{hasIAMUserCredentials:{accessKey2Active:true,accessKey2LastUsedDate:null}}', ['carla']],
    ['{hasIAMUserCredentials:{accessKey1Active:true,accessKey2LastUsedDate:null}}', ['bob', 'dan']],
    [
      '{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate:null}]}}',
      ['bob', 'carla'],
    ],
  ],
  'a relation to many': [
    ['{accessKeys:{status:"Active"}}', ['bob', 'carla', 'dan']],
    ['{accessKeys_SOME:{status:"Active"}}', ['bob', 'carla', 'dan']],
    ['{accessKeys:{status:"Inactive"}}', ['carla']],
    ['{accessKeys_NOT:{status:"Inactive"}}', ['ana', 'bob', 'dan']],
    ['{accessKeys_NONE:{status:"Inactive"}}', ['ana', 'bob', 'dan']],
    ['{NOT:{accessKeys_NONE:{status:"Inactive"}}}', ['carla']],
    ['{accessKeys:{NOT:{status:"Active"}}}', ['carla']],
    ['{accessKeys:{status:"Active",lastUsedDate:null}}', ['bob', 'carla']],
    ['{accessKeys:{status:"Inactive",lastUsedDate:null}}', []],
    ['{accessKeys:{slot:2}}', ['carla']],
    ['{accessKeys:{slot_NOT:1}}', ['carla']],
    ['{accessKeys:{createdDuringUserSetup:true}}', ['bob', 'dan']],
    ['{accessKeys:{accessKeyId:"AKIAEXAMPLEC2"}}', ['carla']],
    ['{accessKeys:{createDate:"2024-01-05"}}', ['carla']],
    ['{accessKeys:{user:{userName:"dan"}}}', ['dan']],
    ['{accessKeys:{}}', ['bob', 'carla', 'dan']],
    ['{accessKeys_SOME:{}}', ['bob', 'carla', 'dan']],
    ['{accessKeys_NONE:{}}', ['ana']],
    ['{accessKeys:null}', ['ana']],
    ['{accessKeys_SOME:null}', ['ana']],
    ['{accessKeys_NOT:null}', ['bob', 'carla', 'dan']],
  ],
};

for (const [meaning, table] of Object.entries(rows)) {
  describe(meaning, () => {
    test.each(table)('%s', async (where, expected) => {
      const answer = await ask(where);
      expect([names(answer).toSorted(), answer.errors]).toEqual([expected, []]);
    });
  });
}

describe('a request error, and no list at all', () => {
  test.each<[where: string, error: RegExp]>([
    ['{accessKeys_NONE:null}', /^: BAD_USER_INPUT accessKeys_NONE: null is read differently by published versions/],
    [
      '{accessKeys:{some:null}}',
      /^: BAD_USER_INPUT accessKeys: \{some: null\} is read differently by published versions/,
    ],
    ['{userName_IN:["ana",null]}', /^: BAD_USER_INPUT Expected value of type "String!", found null\./],
    ['{OR:[{userName:{in:[null]}}]}', /^: BAD_USER_INPUT Expected value of type "String!", found null\./],
    ['{accessKeys:{some:{},any:null}}', /^: GRAPHQL_VALIDATION_FAILED accessKeys has no operator "any"/],
    ['{accessKeys:{any:null}}', /^: GRAPHQL_VALIDATION_FAILED Field "any" is not defined/],
    ['{createDate:"2024-01-02T00:00:00"}', /DateTime: "2024-01-02T00:00:00" is not an RFC 3339 time with an offset/],
    ['{accessKeys:{slot:"1"}}', /Int cannot represent non-integer value: "1"/],
    ['{userNames:"ana"}', /Field "userNames" is not defined by type "IAMUserWhere"\. Did you mean "userName"/],
  ])('%s', async (where, error) => {
    const answer = await ask(where);
    expect(answer.data?.['iamUsers'] ?? null).toBeNull();
    expect(answer.errors).toEqual([expect.stringMatching(error)]);
  });
});

describe('variables', () => {
  type Variables = Readonly<Record<string, unknown>>;
  const declared = { $name: 'String', $where: 'IAMUserWhere', $any: '[IAMUserWhere!]' } as const;
  test.each<
    [what: string, name: keyof typeof declared, where: string, variables: Variables, expected: readonly string[]]
  >([
    ['a value', '$name', '{userName:$name}', { name: 'ana' }, ['ana']],
    ['null', '$name', '{userName:$name}', { name: null }, []],
    ['absent: as if the key were not there', '$name', '{userName:$name,path:"/team/"}', {}, ['ana', 'carla']],
    [
      'the whole where',
      '$where',
      '$where',
      { where: { OR: [{ userName: 'ana' }, { userName: 'dan' }] } },
      ['ana', 'dan'],
    ],
    ['one object for a list', '$any', '{OR:$any}', { any: { userName: 'ana', path: '/' } }, []],
    ['an instant', '$any', '{OR:$any}', { any: [{ createDate: '2024-01-02T01:00:00+01:00' }] }, ['bob']],
  ])('%s', async (_, name, where, variables, expected) => {
    const text = `query(${name}:${declared[name]}){iamUsers(where:${where}){userName}}`;
    const answer = await askAccount({ users }, text, variables);
    expect([names(answer).toSorted(), answer.errors]).toEqual([expected, []]);
  });
});

test('no where at all selects everybody, by identifier', async () => {
  const answer = await askAccount({ users }, 'iamUsers{userName arn}');
  // The path stands before the name in an ARN.
  expect([names(answer), answer.errors]).toEqual([['bob', 'dan', 'ana', 'carla'], []]);
});
