import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { deliver, deliverFailure } from '../../src/cli/scan-events.ts';
import { readWebhook } from '../../src/cli/webhook.ts';
import { IamqlError } from '../../src/iam/error.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type FailedAccount, failedAccounts } from '../../src/store/scans/failed-accounts.ts';
import { writeFailedScan } from '../../src/store/scans/write-scan.ts';
import { backends, scan } from '../store/scanned-accounts.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const SECRET = 'a secret of sixteen or more';
const patience = { answerMs: 300, firstWaitMs: 1 };

interface Taken {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let taken: Taken[];
/** What it does with each request in turn; what is left over is answered 200. */
let answers: ((response: ServerResponse) => void)[];
let database: Database;

const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end('x'.repeat(100));
const hang = () => {};
const hangUp = (response: ServerResponse) => response.destroy();
const endless = (response: ServerResponse) => {
  response.writeHead(200);
  const writing = setInterval(() => response.write('x'.repeat(10_000)), 1);
  response.on('close', () => clearInterval(writing));
};

beforeAll(async () => {
  database = (await backends['PGlite']?.())?.database as Database;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      taken.push({ path: String(request.url), headers: request.headers, body });
      (answers.shift() ?? status(200))(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  taken = [];
  answers = [];
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.close();
});

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const counts = { OPENED: 0, REOPENED: 0, RESOLVED: 0, EXCEPTED: 0, RETIRED: 0 };
const unjudged = [{ control: 'a', code: 'AccessDenied', message: 'not allowed' }];

async function deliverOne(url = address()) {
  const { id, endedAt } = await scan(database, {});
  const event = { scan: { id, connector: '111122223333', endedAt: new Date(endedAt) }, counts, unjudged };
  const notes: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => notes.push(String(text)) > 0);
  const hook = { url: new URL(url), secret: SECRET };
  const send = () => deliver(database, hook, event, patience);
  await send();
  return { send, notes, hook };
}

/** A scan of the account that reads nothing. */
async function failOnce() {
  await writeFailedScan(database, {
    connector: { id: '111122223333', name: '111122223333', accountID: '111122223333' },
    error: new IamqlError('ExpiredCredentials', 'the credentials have expired'),
    ...{ startedAt: new Date(), endedAt: new Date() },
  });
  const [failed] = await failedAccounts(database);
  return { failed: failed as FailedAccount };
}

test.each([
  { name: 'a server error', script: [status(500), status(503)], tries: 3, note: undefined },
  { name: 'too many requests', script: [status(429)], tries: 2, note: undefined },
  { name: 'a connection that is closed', script: [hangUp], tries: 2, note: undefined },
  { name: 'no answer in time', script: [hang], tries: 2, note: undefined },
  { name: 'an answer without end', script: [endless], tries: 1, note: undefined },
  {
    name: 'server errors only',
    script: [status(500), status(500), status(500)],
    tries: 3,
    note: 'it answered 500 (3 tries)',
  },
  { name: 'never an answer', script: [hang, hang, hang], tries: 3, note: 'no answer in time (3 tries)' },
  { name: 'a refusal', script: [status(403)], tries: 1, note: 'it answered 403' },
  { name: 'a redirect', script: [status(307, { location: '/elsewhere' })], tries: 1, note: 'it answered 307' },
])('$name', async ({ script, tries, note }) => {
  answers = [...script];
  const { send, notes } = await deliverOne();
  expect(taken.map(({ path }) => path)).toEqual(Array(tries).fill('/hook'));
  if (note === undefined) expect(notes).toEqual([]);
  else expect(notes.join()).toContain(note);
  // What was delivered is not sent again; what was not is.
  await send();
  expect(taken.length).toBe(note === undefined ? tries : tries + 1);
  expect(new Set(taken.map(({ headers }) => headers['iamql-event'])).size).toBe(1);
});

test('an account of which nothing could be read is told of, once for each scan, and that it is well again', async () => {
  const { failed } = await failOnce();
  const send = () => deliverFailure(database, { url: new URL(address()), secret: SECRET }, failed, patience);
  answers = [status(500)];
  await send();
  await send();
  expect(taken.length).toBe(2);
  const [{ body, headers }] = taken as [Taken];
  expect(headers['iamql-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  expect(JSON.parse(body)).toEqual({
    event: headers['iamql-event'],
    ...{ kind: 'SCAN_FAILED', scan: failed.scan, connector: '111122223333', accountName: '111122223333' },
    at: failed.failedAt.toISOString().replace(/\.?0*Z$/, 'Z'),
    error: { code: 'ExpiredCredentials', message: 'the credentials have expired' },
    lastGoodAt: expect.stringMatching(/Z$/),
  });
  taken = [];
  const { id, endedAt } = await scan(database, {});
  const event = { scan: { id, connector: '111122223333', endedAt: new Date(endedAt) }, counts, unjudged: [] };
  await deliver(database, { url: new URL(address()), secret: SECRET }, event, patience);
  expect(taken.map((one) => JSON.parse(one.body))).toMatchObject([
    { kind: 'SCAN_JUDGED', recovered: true, changes: [] },
  ]);
});

test('whoever takes nothing is not waited for again for each account of a store', async () => {
  const { notes, hook } = await deliverOne('http://127.0.0.1:1/hook');
  const { failed } = await failOnce();
  for (const scan of ['a', 'b', 'c'])
    await deliverFailure(database, hook, { ...failed, scan: null, connector: scan }, patience);
  expect(notes.map((note) => /told (.+): .*(tries|before)/.exec(note)?.slice(1))).toEqual([
    [expect.stringMatching(/^what scan \d+ changed$/), 'tries'],
    ['that a scan failed', 'tries'],
    ['that a scan failed', 'tries'],
    ['that a scan failed', 'before'],
  ]);
});

test('nobody listens', async () => {
  const { notes } = await deliverOne('http://127.0.0.1:1/hook');
  expect(notes.join()).toContain('(3 tries)');
});

test.each([
  ['http://example.com/hook', 'https only'],
  ['ftp://127.0.0.1/hook', 'https only'],
  ['https://user:word@example.com/', 'user or password'],
  ['example.com', 'no URL'],
])('%s is not sent to', (url, why) => {
  vi.stubEnv('IAMQL_WEBHOOK_SECRET', SECRET);
  expect(() => readWebhook(url)).toThrow(why);
});

test('a secret is needed', () => {
  vi.stubEnv('IAMQL_WEBHOOK_SECRET', 'short');
  expect(() => readWebhook('https://example.com/')).toThrow('IAMQL_WEBHOOK_SECRET');
});

test('a scan tells what it changed, signed, and once', async () => {
  const store = join(mkdtempSync(join(tmpdir(), 'iamql-')), 'store');
  const args = ['scan', '--sample', '--store', store, '--webhook', address(), '--new', '-'];
  const first = await runCli(args, { env: { IAMQL_WEBHOOK_SECRET: SECRET } });
  expect(first.code, first.stderr).toBe(0);
  const changes = first.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [{ headers, body }] = taken as [Taken];
  const [, time, signed] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['iamql-signature'])) ?? [];
  expect(signed).toBe(createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex'));
  expect(JSON.parse(body)).toMatchObject({
    event: headers['iamql-event'],
    kind: 'SCAN_JUDGED',
    recovered: false,
    scan: '1',
    connector: '111122223333',
    counts: { opened: changes.length, resolved: 0 },
    changes,
    unjudged: [],
  });
  // Judged again, and told already.
  const again = await runCli(['scan', '--judge', '--store', store, '--webhook', address(), '--new', '-'], {
    env: { IAMQL_WEBHOOK_SECRET: SECRET },
  });
  expect(again.stdout).toBe(first.stdout);
  expect(taken.length).toBe(1);
  // A live scan that can read nothing, of an account that the store knows by name.
  const failing = ['scan', '--store', store, '--name', '111122223333', '--webhook', address()];
  const env = { ...awsEnv('http://127.0.0.1:1'), IAMQL_WEBHOOK_SECRET: SECRET };
  expect((await runCli(failing, { env })).code).toBe(2);
  const bodies = taken.map((one) => JSON.parse(one.body));
  expect(bodies[1]).toMatchObject({ kind: 'SCAN_FAILED', connector: '111122223333', error: { code: 'Unreachable' } });
  expect(bodies.length).toBe(2);
}, 60_000);
