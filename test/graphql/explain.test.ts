import { describe, expect, test } from 'vitest';
import { explain } from '../../src/graphql/explain.ts';
import { why } from '../../src/graphql/why.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { renderExplanation, renderWhy } from '../../src/report/explanation.ts';
import { denied, key, scriptedAccount, USED, user } from '../inventory/live-account.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

const account = scriptedAccount();

/** The lines of the condition alone. */
async function conditionOf(where: string, root = 'iamUsers'): Promise<string> {
  const [question] = await explain({ text: `${root}(where:${where}){identifier}` });
  return (question?.condition ?? []).map(({ depth, words }) => '  '.repeat(depth) + words).join('\n');
}

describe('a condition in words', () => {
  test.each<[where: string, words: string]>([
    ['{userName:"ana"}', 'user name is "ana"'],
    ['{userName_NOT:"ana"}', 'user name is not "ana"'],
    ['{NOT:{userName:"ana"}}', 'user name is not "ana"'],
    ['{NOT:{userName_NOT:"ana"}}', 'user name is "ana"'],
    ['{userName_IN:["ana","bob"]}', 'user name is one of ["ana", "bob"]'],
    ['{userName_NOT_IN:["ana"]}', 'user name is none of ["ana"]'],
    ['{userName_IN:[]}', 'it is one of a list that is empty'],
    ['{userName_NOT_IN:[]}', 'it is not so that\n  it is one of a list that is empty'],
    ['{userName_CONTAINS:"a"}', 'user name contains "a"'],
    ['{userName_NOT_STARTS_WITH:"a"}', 'user name does not start with "a"'],
    ['{userName_ENDS_WITH:"a"}', 'user name ends with "a"'],
    ['{userName_MATCHES:"a.*"}', 'user name matches "a.*"'],
    ['{createDate_LT:"2024-01-01"}', 'create date is before 2024-01-01T00:00:00Z'],
    ['{createDate_GTE:"2024-01-01T01:00:00+01:00"}', 'create date is at or after 2024-01-01T00:00:00Z'],
    ['{passwordLastUsed:null}', 'the console password was never used'],
    ['{passwordLastUsed_NOT:null}', 'the console password was used'],
    [
      '{hasIAMUserCredentials:{passwordEnabled:null}}',
      'there is a credential report row for which\n  password enabled has no value',
    ],
    ['{hasIAMUserCredentials:{mfaActive:false}}', 'there is a credential report row for which\n  MFA is not active'],
    [
      '{hasIAMUserCredentials_NOT:{mfaActive_NOT:true}}',
      'there is no credential report row for which\n  MFA is not active',
    ],
    ['{hasIAMUserCredentials:null}', 'there is no credential report row'],
    ['{accessKeys_SOME:{}}', 'there is an access key'],
    ['{accessKeys_NONE:{status:"Active"}}', 'there is no access key for which\n  status is "Active"'],
    ['{accessKeys_SINGLE:{}}', 'there is exactly one access key'],
    ['{accessKeys_ALL:{slot_LTE:2}}', 'there are access keys, and for all of them\n  slot is at most 2'],
    ['{accountID:"1",cloudAccountID:"1",arn:"x"}', 'account ID is "1"\nAND ARN is "x"\nAND cloud account ID is "1"'],
    [
      '{path:"/",OR:[{userName:"a"},{userName:"b",arn:"x"},{NOT:{userName:"c",arn:"y"}}]}',
      [
        'path is "/"',
        'AND',
        '  either user name is "a"',
        '  or',
        '    ARN is "x"',
        '    AND user name is "b"',
        '  or it is not so that',
        '    ARN is "y"',
        '    AND user name is "c"',
      ].join('\n'),
    ],
  ])('%s', async (where, words) => {
    expect(await conditionOf(where)).toBe(words);
  });
});

describe('what a text asks, and what it costs', () => {
  test('the founding check', async () => {
    expect(renderExplanation(await explain({ text: FOUNDING_TEXT }))).toBe(
      `iamUsers: the IAM users for which
  there is a credential report row for which
    either
      access key 1 is active
      AND access key 1 was never used
    or
      access key 2 is active
      AND access key 2 was never used
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).
  for those with more access keys than the credential report has slots:
    iam:ListAccessKeys: one call per user, asked only for users that are selected or undecided.
    iam:GetAccessKeyLastUsed: one call per access key.
`,
    );
  });

  test('several fields, pages, fragments, and facts that only the selection needs', async () => {
    const text = `query Q($name: String) {
      a: iamUsersConnection(first: 5, sort: [{userName: DESC}, {createDate: ASC}], where: {userName: $name}) { edges { node { ...F } } }
      iamUsersAggregate { count }
      connectors(options: {offset: 1}) { accountAlias }
    }
    fragment F on IAMUser { accessKeys { lastUsedDate } }`;
    expect(renderExplanation(await explain({ text, variables: { name: 'ana' } }))).toBe(
      `a: the IAM users for which
  user name is "ana"
  in the order of userName descending, then createDate ascending
  at most 5
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).
  for those IAM users that are selected:
    iam:ListAccessKeys: one call per user, asked only for users that are selected or undecided.
    iam:GetAccessKeyLastUsed: one call per access key.

iamUsersAggregate: how many IAM users
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).

connectors: the connectors
  without the first 1
  It needs, for all connectors:
    sts:GetCallerIdentity: one call, which needs no permission; a credential report names its account itself.
  for those connectors that are selected:
    iam:ListAccountAliases: one call per account.
`,
    );
  });

  test('a condition on keys says for whom they are listed', async () => {
    const text = renderExplanation(await explain({ text: 'iamUsers(where:{accessKeys:{lastUsedDate:null}}){arn}' }));
    expect(text).toContain('  for those IAM users that this leaves undecided:\n    iam:ListAccessKeys: ');
  });

  test('a text that cannot be executed asks nothing', async () => {
    expect(await explain({ text: 'iamUsers(where:{nope:1}){arn}' })).toEqual([]);
    expect(await explain({ text: 'iamUsers(where:{userName_GT:"a"}){arn}' })).toEqual([]);
  });
});

describe('why an asset is selected or is not', () => {
  const arn = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
  const users = [
    user('ana', key('A1'), key('A2', { lastUsed: USED })),
    user('carla', key('C1', { lastUsed: USED }), key('C2', { lastUsed: USED }), key('C3')),
    { ...user('dan'), passwordEnabled: true },
  ];
  const scenario = { users, report: { columns: 'with-additional' } } as const;

  async function whyIs(name: string, where: string, faults: readonly ReturnType<typeof denied>[] = []) {
    const [question] = await explain({ text: `iamUsers(where:${where}){arn}` });
    if (!question) throw new Error(`${where} asks nothing`);
    return renderWhy(await why(account.open({ ...scenario, faults }), question, arn(name)));
  }

  const founding = FOUNDING_TEXT.slice(
    FOUNDING_TEXT.indexOf('where:') + 'where:'.length,
    FOUNDING_TEXT.indexOf('){...'),
  );

  test.each<[title: string, name: string, where: string, lines: readonly string[]]>([
    [
      'selected: both conditions of one alternative decide',
      'ana',
      founding,
      [
        `iamUsers selects IAM user ${arn('ana')}`,
        '  true    there is a credential report row for which',
        '  true      either',
        '  true        access key 1 is active  (accessKey1Active: true)  <- decides',
        '  true        AND access key 1 was never used  (accessKey1LastUsedDate: null)  <- decides',
        '  false     or',
        '  true        access key 2 is active  (accessKey2Active: true)',
        '  false       AND access key 2 was never used  (accessKey2LastUsedDate: "2024-04-01T01:02:00Z")',
      ],
    ],
    [
      'not selected: what is false in each alternative decides',
      'dan',
      '{OR:[{userName:"x",path:"/"},{hasIAMUserCredentials:{passwordEnabled:false}}]}',
      [
        `iamUsers does not select IAM user ${arn('dan')}`,
        '  false   either',
        '  true      path is "/"  (path: "/")',
        '  false     AND user name is "x"  (userName: "dan")  <- decides',
        '  false   or there is a credential report row for which',
        '  false     there is no console password  (passwordEnabled: true)  <- decides',
      ],
    ],
    [
      'neither: compared with null',
      'dan',
      '{passwordLastUsed_GT:"2024-01-01"}',
      [
        `iamUsers does not select IAM user ${arn('dan')}: something is compared with null`,
        '  unknown password last used is after 2024-01-01T00:00:00Z  (passwordLastUsed: null)  <- decides',
      ],
    ],
    [
      'of several keys, the one that decides',
      'ana',
      '{accessKeys:{lastUsedDate:null}}',
      [
        `iamUsers selects IAM user ${arn('ana')}`,
        '  true    there is an access key for which',
        '  true      access key in slot 1:',
        '  true        it was never used  (lastUsedDate: null)  <- decides',
        '  false     access key in slot 2:',
        '  false       it was never used  (lastUsedDate: "2024-04-01T01:02:00Z")',
      ],
    ],
    [
      'none of a kind decides by itself',
      'dan',
      '{accessKeys:{status:"Active"}}',
      [`iamUsers does not select IAM user ${arn('dan')}`, '  false   there is an access key for which  <- decides'],
    ],
    [
      'a negated relation is one line',
      'dan',
      '{NOT:{accessKeys:{}},userName_NOT:"x"}',
      [
        `iamUsers selects IAM user ${arn('dan')}`,
        '  true    there is no access key  <- decides',
        '  true    AND user name is not "x"  (userName: "dan")  <- decides',
      ],
    ],
  ])('%s', async (_title, name, where, lines) => {
    expect(await whyIs(name, where)).toBe(`${lines.join('\n')}\n`);
  });

  test('a key beyond the two slots is named by its id', async () => {
    expect(await whyIs('carla', founding)).toMatch(
      / {2}true {6}or there is a further access key [\s\S]*\n {2}true {8}access key AKIAEXAMPLEC3:\n {2}true {10}access key 1 is active {2}\(accessKey1Active: true\) {2}<- decides\n/,
    );
  });

  test('what could not be read leaves it open, and says why', async () => {
    const text = await whyIs('carla', founding, [denied('ListAccessKeys')]);
    expect(text).toMatch(/^iamUsers may select IAM user .*carla or not: something could not be read\n/);
    expect(text).toMatch(/ {2}unread {4}or there is a further access key .* <- decides\n/);
    expect(text).toMatch(/\n {2}whether \S+carla matches cannot be told: iam:ListAccessKeys denied/);
  });

  test('an asset that there is not is an error, with the one that was meant', async () => {
    const inventory = openSample().inventory();
    const [question] = await explain({ text: FOUNDING_TEXT });
    const asked = (name: string) => why(inventory, question as NonNullable<typeof question>, name);
    await expect(asked('nobody')).rejects.toThrow('there is no IAM user with the identifier "nobody"');
    await expect(asked('ana')).rejects.toThrow(`did you mean ${arn('ana')}?`);
  });
});
