import { type Audit, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningCli } from '../support/run-cli.ts';
import { serveUrl } from '../support/serve.ts';

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
