import { Kind, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { prepareDocument } from '../../src/graphql/document.ts';
import { loadSchema } from '../../src/graphql/schema.ts';

const schema = loadSchema();

/** The text that iamql was first written for, byte for byte. */
const FOUNDING =
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate: null }]}}){...AssetFragment}';

const KNOWN_FRAGMENT = `fragment AssetFragment on IAsset {
  identifier
  accountID
  cloudAccountID
  cloudAccountName
  cloudProvider
  idFromProvider
  internalAssetType
  internalName
  internalRegion
  assetCategory
  contentHash
}`;

/** The executable text, printed by graphql-js; fails the test when the text is refused. */
function prepared(text: string): string {
  const { document, errors } = prepareDocument(schema, text);
  expect(errors?.map(({ message }) => message)).toBeUndefined();
  return document ? print(document) : '';
}

const names = (text: string): readonly string[] =>
  (prepareDocument(schema, text).document?.definitions ?? []).flatMap((definition) =>
    definition.kind === Kind.FRAGMENT_DEFINITION ? [definition.name.value] : [],
  );

/** Each refusal as `line:column message`. */
const refusals = (text: string): readonly string[] =>
  (prepareDocument(schema, text).errors ?? []).map(({ message, locations }) => {
    const [at] = locations ?? [];
    return `${at?.line}:${at?.column} ${message}`;
  });

test('the founding text', () => {
  expect(prepared(FOUNDING)).toBe(`{
  iamUsers(
    where: {hasIAMUserCredentials: {OR: [{accessKey1Active: true, accessKey1LastUsedDate: null}, {accessKey2Active: true, accessKey2LastUsedDate: null}]}}
  ) {
    ...AssetFragment
  }
}

${KNOWN_FRAGMENT}`);
});

describe('every form becomes one document', () => {
  const users = '{\n  iamUsers {\n    arn\n  }\n}';
  const both = '{\n  iamUsers {\n    arn\n  }\n  rootUsers {\n    arn\n  }\n}';
  const own = 'fragment Name on IAMUser {\n  userName\n}';
  const spread = '{\n  iamUsers {\n    ...Name\n  }\n}';
  test.each<[name: string, text: string, document: string]>([
    ['a bare field', 'iamUsers{arn}', users],
    ['a bare field with an alias', 'users: iamUsers{arn}', users.replace('iamUsers', 'users: iamUsers')],
    ['several bare fields', 'iamUsers{arn} rootUsers{arn}', both],
    ['several bare fields with commas', 'iamUsers{arn},rootUsers{arn},', both],
    [
      'a bare field with a directive',
      'iamUsers @skip(if:false){arn}',
      users.replace('iamUsers', 'iamUsers @skip(if: false)'),
    ],
    ['a selection set', '{iamUsers{arn}}', users],
    ['an operation without a name', 'query{iamUsers{arn}}', users],
    ['a named operation', 'query Users{iamUsers{arn}}', `query Users ${users}`],
    [
      'an operation with variables',
      'query($where:IAMUserWhere){iamUsers(where:$where){arn}}',
      `query ($where: IAMUserWhere) ${users.replace('iamUsers', 'iamUsers(where: $where)')}`,
    ],
    [
      'two operations',
      'query A{iamUsers{arn}} query B{rootUsers{arn}}',
      `query A ${users}\n\nquery B ${users.replace('iamUsers', 'rootUsers')}`,
    ],
    ['a comment before', '# CIS 1.12\n# query { no }\niamUsers{arn}', users],
    ['a comment after', 'iamUsers{arn} # all of them', users],
    ['a byte order mark', '\uFEFFiamUsers{arn}', users],
    ['a byte order mark and a comment', '\uFEFF# CIS 1.12\r\n{iamUsers{arn}}\r\n', users],
    ['a bare field and a fragment', `iamUsers{...Name} ${own}`, `${spread}\n\n${own}`],
    ['a selection set and a fragment', `{iamUsers{...Name}} ${own}`, `${spread}\n\n${own}`],
    ['a fragment and an operation', `${own} query{iamUsers{...Name}}`, `${own}\n\n${spread}`],
    [
      'an inline fragment',
      'iamUsers{...on IAsset{arn: identifier}}',
      users.replace('    arn', '    ... on IAsset {\n      arn: identifier\n    }'),
    ],
  ])('%s', (_, text, document) => {
    expect(prepared(text)).toBe(document);
  });
});

describe('the fragment that the service knows', () => {
  const OWN = 'fragment AssetFragment on IAMUser{userName}';
  test.each<[name: string, text: string, fragments: readonly string[]]>([
    ['is added when it is spread', 'iamUsers{...AssetFragment}', ['AssetFragment']],
    [
      'is added once however often it is spread',
      'iamUsers{...AssetFragment} rootUsers{...AssetFragment}',
      ['AssetFragment'],
    ],
    [
      'is added when a fragment of the text spreads it',
      'iamUsers{...A} fragment A on IAMUser{...AssetFragment}',
      ['A', 'AssetFragment'],
    ],
    ['is added in an inline fragment', 'iamUsers{...{...AssetFragment}}', ['AssetFragment']],
    ['is not added when it is not spread', 'iamUsers{arn}', []],
    ['gives way to the text’s own', `iamUsers{...AssetFragment} ${OWN}`, ['AssetFragment']],
    ['gives way to the text’s own before it', `${OWN} {iamUsers{...AssetFragment}}`, ['AssetFragment']],
  ])('%s', (_, text, fragments) => {
    expect(refusals(text)).toEqual([]);
    expect(names(text)).toEqual(fragments);
  });

  test('is every field of IAsset', () => {
    expect(prepared('connectors{...AssetFragment}')).toContain(KNOWN_FRAGMENT);
  });

  test('the text’s own stays as it is', () => {
    const printed = prepared(`iamUsers{...AssetFragment} ${OWN}`);
    expect(printed).toContain('fragment AssetFragment on IAMUser {\n  userName\n}');
    expect(printed).not.toContain('contentHash');
  });
});

describe('refused, at the line and column of the text as it was written', () => {
  const where = '{accessKey1Activ:true}';
  const meant =
    'Field "accessKey1Activ" is not defined by type "IAMUserCredentialsWhere". Did you mean "accessKey1Active"';
  test.each<[name: string, text: string, refusal: string]>([
    [
      'an unknown field',
      'iamUsers{usrName}',
      '1:10 Cannot query field "usrName" on type "IAMUser". Did you mean "userName"',
    ],
    [
      'an unknown root field',
      'iamUser{arn}',
      '1:1 Cannot query field "iamUser" on type "Query". Did you mean "iamUsers"?',
    ],
    [
      'the second bare field',
      'iamUsers{arn}\n  rotUsers{arn}',
      '2:3 Cannot query field "rotUsers" on type "Query". Did you mean "rootUsers"',
    ],
    ['a key of a where', `iamUsers(where:{hasIAMUserCredentials:${where}}){arn}`, `1:40 ${meant}`],
    ['the same in braces', `{iamUsers(where:{hasIAMUserCredentials:${where}}){arn}}`, `1:41 ${meant}`],
    ['the same after a comment', `# CIS\niamUsers(where:{hasIAMUserCredentials:\n    ${where}}){arn}`, `3:6 ${meant}`],
    [
      'the same after a byte order mark',
      `\uFEFFiamUsers(where:{hasIAMUserCredentials:${where}}){arn}`,
      `1:40 ${meant}`,
    ],
    ['the same after CRLF', `# CIS\r\niamUsers(where:{hasIAMUserCredentials:${where}}){arn}`, `2:40 ${meant}`],
    [
      'an unknown argument',
      'iamUsers(were:{}){arn}',
      '1:10 Unknown argument "were" on field "Query.iamUsers". Did you mean "where"?',
    ],
    [
      'an argument that other versions have there',
      'iamUsers(limit:1){arn}',
      '1:10 Unknown argument "limit" on field "Query.iamUsers". Write options: {limit: ...}.',
    ],
    ['the same, of no list', 'AWSIAM3(limit:1){arn}', '1:9 Unknown argument "limit" on field "Query.AWSIAM3".'],
    [
      'an unknown fragment',
      'iamUsers{...AsetFragment}',
      '1:13 Unknown fragment "AsetFragment". Did you mean "AssetFragment"?',
    ],
    [
      'a fragment of the text by another name',
      'iamUsers{...Name} fragment Names on IAMUser{arn}',
      '1:13 Unknown fragment "Name". Did you mean "Names"?',
    ],
    ['a fragment like none', 'iamUsers{...X}', '1:13 Unknown fragment "X".'],
    [
      'one field more often than validation compares',
      `iamUsers{${'arn '.repeat(1_500)}}`,
      '1:1 The text names one field in one place some hundred times: validation compares each with each,',
    ],
    ['an unknown variable', 'iamUsers(where:$where){arn}', '1:16 Variable "$where" is not defined.'],
    ['no selection', 'iamUsers', '1:1 Field "iamUsers" of type "[IAMUser]" must have a selection of subfields.'],
    [
      'a value of another type',
      'iamUsers(where:{userName:1}){arn}',
      '1:26 String cannot represent a non string value: 1',
    ],
    ['a brace too few', 'iamUsers(where:{}){arn', '1:23 Syntax Error: Expected Name, found <EOF>.'],
    ['a brace too many', 'iamUsers{arn}}', '1:14 Syntax Error: Expected Name, found "}".'],
    ['a brace too many, in braces', '{iamUsers{arn}}}', '1:16 Syntax Error: Unexpected "}".'],
    ['a string that does not end', 'iamUsers(where:{userName:"ana', '1:30 Syntax Error: Unterminated string.'],
    ['a sign that is none', 'iamUsers{arn;}', '1:13 Syntax Error: Unexpected character: ";".'],
    ['a fragment that is cut', 'iamUsers{arn} fragment A', '1:25 Syntax Error: Expected "on", found <EOF>.'],
    [
      'an own fragment that nothing spreads',
      'iamUsers{arn} fragment A on IAMUser{arn}',
      '1:15 Fragment "A" is never used.',
    ],
    [
      'a fragment in a place it does not fit',
      '{...AssetFragment}',
      '1:2 Fragment "AssetFragment" cannot be spread here as objects of type "Query" can never',
    ],
    [
      'a fragment that spreads itself',
      'iamUsers{...A} fragment A on IAMUser{...A}',
      '1:38 Cannot spread fragment "A" within itself.',
    ],
    [
      'an own AssetFragment that does',
      'iamUsers{...AssetFragment} fragment AssetFragment on IAMUser{...AssetFragment}',
      '1:62 Cannot spread fragment "AssetFragment" within itself.',
    ],
    [
      'fragments that spread each other',
      'iamUsers{...A} fragment A on IAMUser{...B} fragment B on IAMUser{...A}',
      '1:38 Cannot spread fragment "A" within itself via "B".',
    ],
    ['a schema', 'type A{b:Int}', '1:1 Cannot query field "type" on type "Query".'],
    ['nothing', '', '1:1 The text is empty: there is nothing to ask.'],
    ['white space and commas', ' ,\n\t,', '1:1 The text is empty: there is nothing to ask.'],
    ['a comment alone', '# iamUsers{arn}', '1:1 The text is empty: there is nothing to ask.'],
    ['a byte order mark alone', '\uFEFF', '1:1 The text is empty: there is nothing to ask.'],
  ])('%s', (_, text, refusal) => {
    expect(refusals(text).map((line) => line.slice(0, refusal.length))).toContain(refusal);
  });
});
