import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { loadSchema, withCommonDescriptions } from '../../src/graphql/schema.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { packageRoot } from '../../src/package-root.ts';
import { forgedCursor } from '../support/forged-cursor.ts';

const answer = async (text: string, variables: Readonly<Record<string, unknown>> = {}) =>
  (await ask(openSample().inventory(), { text, variables })).result;

const usersIn = (data: Awaited<ReturnType<typeof answer>>['data']) =>
  (data?.['iamUsers'] ?? []) as readonly Readonly<Record<string, unknown>>[];

const names = async (where: string, variables?: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
  const declared = where === '$w' ? 'query($w: IAMUserWhere)' : 'query($t: String)';
  const text = `iamUsers(where:${where}){userName}`;
  const { data, errors } = await answer(variables ? `${declared} {${text}}` : text, variables);
  expect(errors).toBeUndefined();
  return usersIn(data).map(({ userName }) => userName as string);
};

const everybody = await names('{}');
const [first = '', second = ''] = everybody;
const without = (...left: readonly string[]): readonly string[] => everybody.filter((name) => !left.includes(name));

test('the schema that runs is the one that schema/*.graphql shows', () => {
  const sdl = globSync('schema/*.graphql', { cwd: packageRoot }).map((file) =>
    readFileSync(join(packageRoot, file), 'utf8'),
  );
  const lines = (text: string): readonly string[] => text.split('\n').sort();
  const shown = withCommonDescriptions(buildSchema(sdl.join('\n')));
  expect(lines(printSchema(loadSchema()))).toEqual(lines(printSchema(shown)));
});

describe('operators', () => {
  const start = first.slice(0, 2);
  test.each<[where: string, expected: readonly string[]]>([
    [`{userName_IN:["${first}","${second}","nobody"]}`, [first, second]],
    [`{userName_NOT_IN:["${first}"]}`, without(first)],
    ['{userName_IN:[]}', []],
    ['{userName_NOT_IN:[]}', everybody],
    ['{passwordLastUsed_IN:[]}', []],
    ['{passwordLastUsed_NOT_IN:[]}', everybody],
    ['{NOT:{passwordLastUsed_NOT_IN:[]}}', []],
    [`{userName_STARTS_WITH:"${start}"}`, everybody.filter((name) => name.startsWith(start))],
    [`{userName_NOT_STARTS_WITH:"${start}"}`, everybody.filter((name) => !name.startsWith(start))],
    ['{userName_ENDS_WITH:"a"}', everybody.filter((name) => name.endsWith('a'))],
    ['{userName_CONTAINS:"a"}', everybody.filter((name) => name.includes('a'))],
    ['{userName_NOT_CONTAINS:"a"}', everybody.filter((name) => !name.includes('a'))],
    ['{userName_CONTAINS:"%"}', []],
    [`{userName_MATCHES:"${first}"}`, [first]],
    [`{userName_MATCHES:"${start}"}`, []],
    ['{userName_MATCHES:"(?i).*A.*"}', everybody.filter((name) => /a/i.test(name))],
    ['{createDate_GT:"1970-01-01"}', everybody],
    ['{createDate_LT:"1970-01-01"}', []],
    ['{createDate_GTE:"1970-01-01",createDate_LTE:"2100-01-01"}', everybody],
    [`{userName:{eq:"${first}"}}`, [first]],
    [`{userName:{in:["${first}"]},createDate_GT:"1970-01-01"}`, [first]],
    [
      `{userName:{startsWith:"${start}",endsWith:"${first.slice(-1)}"}}`,
      everybody.filter((name) => name.startsWith(start) && name.endsWith(first.slice(-1))),
    ],
    [`{userName_IN:["${first}"],userName:{in:["${second}"]}}`, []],
    [`{OR:[{userName:{eq:"${first}"}},{userName:"${second}"}]}`, [first, second]],
  ])('%s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  test('relations to many: SOME, NONE, ALL and SINGLE, and the newer words, agree', async () => {
    const some = await names('{accessKeys_SOME:{status:"Active"}}');
    expect(some.length).toBeGreaterThan(0);
    expect(await names('{accessKeys_NONE:{status:"Active"}}')).toEqual(without(...some));
    expect(await names('{accessKeys:{some:{status:{eq:"Active"}}}}')).toEqual(some);
    expect(await names('{accessKeys:{none:{status:{eq:"Active"}}}}')).toEqual(without(...some));
    const all = await names('{accessKeys_ALL:{status:"Active"}}');
    expect(all).toEqual(await names('{accessKeys_SOME:{status:"Active"},accessKeys_NONE:{status_NOT:"Active"}}'));
    const withOne = await names('{accessKeys_SINGLE:{}}');
    const withAny = await names('{accessKeys:{}}');
    expect(withAny).toEqual(expect.arrayContaining([...withOne]));
    expect(withAny.length).toBeGreaterThan(withOne.length);
  });

  test('operator objects in variables are read as in the text', async () => {
    expect(await names('$w', { w: { userName: { eq: first } } })).toEqual([first]);
    expect(await names('{userName:{eq:$t}}', { t: second })).toEqual([second]);
    expect(await names('{userName:{eq:$t}}', {})).toEqual(everybody);
  });
});

describe('what has no meaning is refused before anything is asked, where it stands', () => {
  test.each<[text: string, place: string, message: RegExp]>([
    ['iamUsers(where:{userName:{eqq:"a"}}){arn}', '1:27', /no operator "eqq"; it has eq, in,/],
    ['iamUsers(where:{accessKeys:{some:null}}){arn}', '1:29', /some: null} is read differently/],
    ['iamUsers(where:{OR:[{},{accessKeys_ALL:null}]}){arn}', '1:25', /accessKeys_ALL: null is read differently/],
    ['iamUsers(where:{createDate_GT:null}){arn}', '1:17', /compares with nothing/],
    ['iamUsers(where:{userName_IN:null}){arn}', '1:17', /compares with nothing/],
    ['iamUsers(where:{userName_MATCHES:"(?=a)"}){arn}', '1:10', /RE2 syntax, without look-around/],
    ['iamUsers(options:{limit:-1}){arn}', '1:19', /cannot be negative/],
    ['iamUsers(options:{sort:{userName:ASC,path:ASC}}){arn}', '1:19', /names one field/],
    ['iamUsersConnection(after:"abc"){totalCount}', '1:20', /no cursor of this list/],
  ])('%s', async (text, place, message) => {
    const { data, errors } = await answer(text);
    expect(data).toBeUndefined();
    expect(errors?.map(({ message: said }) => said)).toEqual([expect.stringMatching(message)]);
    expect(`${errors?.[0]?.locations?.[0]?.line}:${errors?.[0]?.locations?.[0]?.column}`).toBe(place);
  });

  test.each([
    ['some', 'hasIAMUserCredentials', 'IAMUserCredentialsWhere', { w: null }],
    ['none', 'hasIAMUserCredentials', 'IAMUserCredentialsWhere', { w: null }],
    ['some', 'accessKeys', 'IAMAccessKeyWhere', { w: null }],
    ['all', 'accessKeys', 'IAMAccessKeyWhere = null', {}],
  ])('null by a variable for the word %s of %s', async (word, relation, type, variables) => {
    const { data, errors } = await answer(
      `query($w:${type}){iamUsers(where:{${relation}:{${word}:$w}}){arn}}`,
      variables,
    );
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(`${relation}: {${word}: null} is read differently`),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(errors?.[0]?.locations).toHaveLength(1);
  });

  test('an absent variable for such a word is no condition', async () => {
    const { data } = await answer(
      'query($w:IAMAccessKeyWhere){iamUsers(where:{accessKeys:{some:$w},userName:"ana"}){userName}}',
    );
    expect(data).toEqual({ iamUsers: [{ userName: 'ana' }] });
  });

  test('a variable that nests deeper than brackets may', async () => {
    const deep = Array.from({ length: 100_000 }).reduce((inner) => ({ NOT: inner }), {});
    const { errors } = await answer('query($w: IAMUserWhere) {iamUsers(where:$w){arn}}', { w: deep });
    expect(errors?.[0]?.message).toMatch(/^Variable "\$w" has 100,000 brackets open at once.*--max-depth raises it/);
    expect(errors?.[0]?.locations).toEqual([{ line: 1, column: 7 }]);
  });

  test('a where of too many conditions', async () => {
    const { errors } = await answer(`iamUsers(where:{OR:[${'{path:"/"}'.repeat(2_100)}]}){arn}`);
    expect(errors?.[0]?.message).toBe(
      'The text has 2,101 conditions in a where, 101 more than the limit of 2,000; --max-where-nodes raises it.',
    );
  });

  test('patterns that are short and compile to much', async () => {
    const { errors } = await answer(`iamUsers(where:{OR:[${'{arn_MATCHES:"(.?){900}N"}'.repeat(1_900)}]}){arn}`);
    expect(errors?.[0]?.message).toMatch(/instructions in its patterns, .* --max-pattern-size raises it\.$/);
  });

  test('`_SOME: null` works and warns', async () => {
    const { extensions, errors } = await answer('iamUsers(where:{accessKeys_SOME:null}){arn}');
    expect(errors).toBeUndefined();
    expect(extensions?.['warnings']).toEqual([expect.stringMatching(/^accessKeys_SOME: null is deprecated/)]);
  });
});

describe('order and pages', () => {
  test('limit and offset cut the sorted list', async () => {
    const { data } = await answer('iamUsers(options:{sort:[{userName:DESC}],limit:2,offset:1}){userName}');
    const sorted = [...everybody].sort().reverse();
    expect(data?.['iamUsers']).toEqual(sorted.slice(1, 3).map((userName) => ({ userName })));
    expect((await answer('iamUsers(options:{limit:0}){arn}')).data?.['iamUsers']).toEqual([]);
  });

  test('null is last ascending and first descending', async () => {
    const used = async (direction: string) => {
      const { data } = await answer(`iamUsers(options:{sort:{passwordLastUsed:${direction}}}){passwordLastUsed}`);
      return usersIn(data).map((user) => user['passwordLastUsed']);
    };
    expect((await used('ASC')).at(-1)).toBeNull();
    expect((await used('ASC'))[0]).not.toBeNull();
    expect((await used('DESC'))[0]).toBeNull();
  });

  test.each([1, 2, 3, 1000])('pages of %d give every user once, whatever the process', async (size) => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const text: string = `iamUsersConnection(first:${size},after:${JSON.stringify(after)},sort:[{passwordLastUsed:DESC}]){
        totalCount pageInfo{hasNextPage hasPreviousPage endCursor} edges{node{userName}}}`;
      const { data, errors } = await answer(text);
      expect(errors).toBeUndefined();
      // biome-ignore lint/suspicious/noExplicitAny: the shape is what the text asks for.
      const page: any = data?.['iamUsersConnection'];
      expect(page.totalCount).toBe(everybody.length);
      expect(page.pageInfo.hasPreviousPage).toBe(seen.length > 0);
      for (const { node } of page.edges) seen.push(node.userName);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect([...seen].sort()).toEqual([...everybody].sort());
  });

  test.each([
    '{"a":1}',
    '[null,1]',
    '[]',
    'null',
    'nonsense',
    '[null,"x",{"a":1}]',
    '[null,"x",1]',
    '[1,"x"]',
    '["x"]',
    '',
  ])('a cursor that somebody forged is refused: %s', async (body) => {
    const cursor = forgedCursor('IAMUser', [], body);
    const { data, errors } = await answer(`iamUsersConnection(after:"${cursor}"){totalCount}`);
    expect([data, errors?.map(({ message }) => message)]).toEqual([
      undefined,
      [expect.stringMatching(/^after is no cursor of this list/)],
    ]);
  });

  test('a cursor of another order is refused', async () => {
    const { data } = await answer('iamUsersConnection(first:1,sort:[{path:ASC}]){pageInfo{endCursor}}');
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what the text asks for.
    const cursor = (data as any).iamUsersConnection.pageInfo.endCursor;
    const { errors } = await answer(`iamUsersConnection(after:"${cursor}"){totalCount}`);
    expect(errors?.[0]?.message).toMatch(/no cursor of this list/);
  });

  test('the aggregate counts what matches', async () => {
    const { data } = await answer(
      `all:iamUsersAggregate{count} one:iamUsersAggregate(where:{userName:"${first}"}){count}`,
    );
    expect(data).toEqual({ all: { count: everybody.length }, one: { count: 1 } });
  });
});
