import { type Audit, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import type { RunningCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';

const REFUSED_IN_JSON =
  'A client that did not ask for application/graphql-response+json gets 400 all the same, as Apollo Server answers: ' +
  'scripts and proxies look at the status alone, and would take a 200 for an answer';

/** Audits of recommendations that this server does not follow. One that begins to pass fails its test: take it off. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['572B', `A text that cannot be parsed. ${REFUSED_IN_JSON}.`],
  ['FDE2', `A text that does not fit the schema. ${REFUSED_IN_JSON}.`],
  [
    '7B9B',
    `A variable of another type. ${REFUSED_IN_JSON}; Apollo Server 5 deprecates the setting that makes it a 200.`,
  ],
]);

/** The header by which a client shows that no web page made it ask; docs/http.md asks it of every GET. */
const PREFLIGHT = { 'apollo-require-preflight': '1' };

let server: RunningCli;
let url: string;
beforeAll(async () => {
  ({ server, url } = await serveUrl(['--sample']));
});
afterAll(async () => {
  server.kill('SIGTERM');
  await server.ended;
});

const audits = serverAudits({ url: () => url });
const thatStart = (level: string): readonly Audit[] => audits.filter(({ name }) => name.startsWith(`${level} `));
const nameAndAudit = (audit: Audit): [name: string, audit: Audit] => [`${audit.name} (${audit.id})`, audit];

describe('as GraphQL over HTTP demands', () => {
  test.each(thatStart('MUST').map(nameAndAudit))('%s', async (_name, { fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });
});

describe('as GraphQL over HTTP recommends', () => {
  const followed = thatStart('SHOULD').filter(({ id }) => !REASONS.has(id));
  test.each(followed.map(nameAndAudit))('%s', async (_name, { fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });
});

describe('not as GraphQL over HTTP recommends', () => {
  test.each([...REASONS])('%s: %s', async (id) => {
    const audit = thatStart('SHOULD').find((known) => known.id === id);
    expect(await audit?.fn()).toMatchObject({ status: 'warn', response: { status: 400 } });
  });
});

describe('as GraphQL over HTTP allows, with a note where it is not used', () => {
  test.for(thatStart('MAY').map(nameAndAudit))('%s', async ([, { fn }], { annotate }) => {
    const result = await fn();
    expect(['ok', 'notice']).toContain(result.status);
    if (result.status === 'notice') await annotate(result.reason, 'notice');
  });
});

test('no audit is of another level', () => {
  const known = ['MUST', 'SHOULD', 'MAY'].flatMap(thatStart);
  expect(known.map(({ id }) => id).toSorted()).toEqual(audits.map(({ id }) => id).toSorted());
  expect(known.length).toBeGreaterThan(50);
});

describe('a GET with the header that no web page can send unasked', () => {
  const fetchFn = (address: string, options: RequestInit = {}): Promise<Response> =>
    fetch(address, { ...options, headers: { ...options.headers, ...PREFLIGHT } });
  const ofGets = serverAudits({ url: () => url, fetchFn }).filter(({ name }) => / GETs?\b/.test(name));
  test.each(ofGets.map(nameAndAudit))('%s', async (_name, { fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });
});

describe('is answered alike each time, and as without a server', () => {
  const sample = openSample();
  const ALICE = 'where:{userName_STARTS_WITH:"a"}';
  test.each<[name: string, text: string, variables?: Readonly<Record<string, unknown>>]>([
    ['a bare text', FOUNDING_TEXT],
    [
      'one field twice',
      `{a:iamUsers(${ALICE}){userName} b:iamUsers(where:{NOT:{userName_STARTS_WITH:"a"}}){userName}}`,
    ],
    ['a field that is merged', `{iamUsers(${ALICE}){userName} iamUsers(${ALICE}){createDate}}`],
    [
      'fragments',
      `query{...F ...on Query{u:iamUsers(${ALICE}){arn}}} fragment F on Query{iamUsers(${ALICE}){userName}}`,
    ],
    ['a null', '{iamUsersAggregate(where:null){count}}'],
    [
      'a variable beside',
      `query($n:Int!,$all:Boolean!){iamUsersConnection(${ALICE},first:$n){totalCount edges{node{userName}}}
        more:iamUsers(${ALICE}) @include(if:$all){userName}}`,
      { n: 1, all: false },
    ],
    ['a variable inside', 'query($t:String){iamUsers(where:{userName_STARTS_WITH:$t}){userName}}', { t: 'b' }],
    ['a condition without meaning', '{iamUsers(where:{OR:[{userName:"a"},{userName_MATCHES:"("}]}){userName}}'],
    ['an argument without meaning', `{iamUsers(${ALICE},options:{limit:-1}){userName}}`],
    ['a question that has a name', '{AWSIAM3(days:45){identifier}}'],
  ])('%s', async (_name, query, variables = {}) => {
    const { data, errors } = (await ask(sample.inventory(), { text: query, variables })).result;
    const expected = JSON.parse(JSON.stringify({ data: data ?? undefined, errors }));
    for (const _again of [1, 2]) {
      const { body } = await post(url, { query, variables });
      expect({ data: body.data, errors: body.errors }).toEqual(expected);
    }
  });
});
