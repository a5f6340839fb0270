import { describe, expect, test } from 'vitest';
import { ask, type Question } from '../../src/graphql/ask.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';

const askSample = (question: Question) => ask(openSample().inventory(), question);

const BOTH = 'query Root{rootUsers{arn}} query Alias{connectors{accountAlias}}';

describe('which operation is answered', () => {
  test('the one that is named', async () => {
    const { result } = await askSample({ text: BOTH, operationName: 'Alias' });
    expect(result).toMatchObject({ data: { connectors: [{ accountAlias: 'example-sample' }] } });
    expect(result.errors).toBeUndefined();
  });

  test.each<[name: string, question: Question, message: RegExp]>([
    ['none is named of several', { text: BOTH }, /^The text has several operations, and one has to be named: /],
    [
      'there is none of that name',
      { text: BOTH, operationName: 'Other' },
      /^The text has no operation "Other"; it has /,
    ],
    [
      'a variable is of another type',
      { text: 'query($n:Int!){rootUsers{arn @skip(if:$n)}}' },
      /used in position expecting type/,
    ],
    ['a mutation', { text: 'mutation{iamUsers{arn}}' }, /^This service answers queries only, no mutation\.$/],
    [
      'a subscription',
      { text: 'subscription{iamUsers{arn}}' },
      /^This service answers queries only, no subscription\.$/,
    ],
    ['a text that is refused', { text: '' }, /^The text is empty/],
  ])('an error and no data when %s', async (_, question, message) => {
    const { result, selections } = await askSample(question);
    expect(result.data ?? null).toBeNull();
    expect(result.errors?.map((error) => error.message)).toEqual([expect.stringMatching(message)]);
    expect(selections).toEqual([]);
  });
});

test('whoever judges gets the assets of each root field by the name it has in the answer', async () => {
  const { selections } = await askSample({ text: 'mine: rootUsers{arn} iamUsers(where:{userName:"ana"}){arn}' });
  const found = selections.map(({ responseKey, type, found: { assets } }) => [responseKey, type, assets.length]);
  expect(found.toSorted()).toEqual([
    ['iamUsers', 'IAMUser', 1],
    ['mine', 'RootUser', 1],
  ]);
});

test('times are written as people write them', async () => {
  const { result } = await askSample({ text: 'iamUsers(where:{userName:"ana"}){createDate passwordLastUsed}' });
  expect(result.data).toEqual({
    iamUsers: [{ createDate: '2025-03-10T08:00:00Z', passwordLastUsed: '2026-10-30T06:45:12Z' }],
  });
});

test('an answer from the sample says so, whatever went wrong', async () => {
  for (const text of ['rootUsers{arn}', 'rootUser{arn}']) {
    const { result } = await askSample({ text });
    expect(result.extensions).toMatchObject({
      sample: true,
      source: 'sample',
      notice: expect.stringContaining('example'),
    });
  }
});

test('a fault of ours is an error without its words, and no empty list', async () => {
  const broken = { kind: 'live', calls: [], read: () => Promise.reject(new TypeError('secret detail')) } as const;
  const { result } = await ask(openAccount(broken, { setupSeconds: 10 }).inventory(), { text: 'iamUsers{arn}' });
  expect(result.data).toEqual({ iamUsers: null });
  expect(JSON.stringify(result)).not.toContain('secret');
  expect(result.errors).toMatchObject([{ message: 'internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});

test.each([
  ['its alias', '"example-sample"', ['111122223333']],
  ['another alias', '"other"', []],
  ['no alias', 'null', []],
])('a connector is found by %s, which is read before it is compared', async (_name, alias, names) => {
  const { result } = await askSample({ text: `connectors(where:{accountAlias:${alias}}){name}` });
  expect(result.errors).toBeUndefined();
  expect(result.data).toEqual({ connectors: names.map((name) => ({ name })) });
});

describe('what a directive leaves out is not asked', () => {
  test.each([
    ['a field', 'query($no:Boolean!){iamUsers(where:{userName_MATCHES:"("})@skip(if:$no){arn} rootUsers{arn}}'],
    ['a fragment', 'query($no:Boolean!){...F@skip(if:$no) rootUsers{arn}} fragment F on Query{AWSIAM3(days:-1){arn}}'],
    ['one within it', '{...@include(if:false){iamUsers(options:{limit:-1}){arn}} rootUsers{arn}}'],
  ])('%s', async (_name, text) => {
    const variables = text.startsWith('query') ? { no: true } : {};
    const { result } = await askSample({ text, variables });
    expect(result.errors).toBeUndefined();
    expect(Object.keys(result.data ?? {})).toEqual(['rootUsers']);
  });

  test('but what it lets in is', async () => {
    const { result } = await askSample({ text: '{iamUsers(where:{userName_MATCHES:"("})@skip(if:false){arn}}' });
    expect(result.errors?.map(({ message }) => message)).toEqual([expect.stringMatching(/^userName_MATCHES: "\("/)]);
  });
});
