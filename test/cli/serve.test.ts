import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { type RunningCli, runCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';

const SELECTED = ['ana', 'etl', 'bruno'];
const OWN_FRAGMENT = 'fragment AssetFragment on IAsset { internalName }';

let server: RunningCli;
let url: string;
beforeAll(async () => {
  ({ server, url } = await serveUrl(['--sample', '--allow-host', 'iamql.example']));
});
afterAll(async () => {
  server.kill('SIGTERM');
  await server.ended;
});

/** What fetch would not send: another Host. */
function getWithHost(host: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}?query={__typename}`, { headers: { host } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    request.once('error', reject).end();
  });
}

describe('every answer of a sample server says so', () => {
  test.each([
    ['no query', {}, {}],
    ['a batch', [{ query: '{__typename}' }], {}],
    ['a mutation', { query: 'mutation{a}' }, {}],
    ['what a form of another site could send', { query: '{__typename}' }, { 'content-type': 'text/plain' }],
  ])('%s', async (_name, body, headers) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{}], extensions: { sample: true } });
  });
});

describe('answers', () => {
  test.each([
    ['bare, byte for byte', FOUNDING_TEXT],
    ['in braces', `{ ${FOUNDING_TEXT} }`],
    ['an operation', `query Q { ${FOUNDING_TEXT} }`],
    ['an operation with its own AssetFragment', `query Q { ${FOUNDING_TEXT} } ${OWN_FRAGMENT}`],
  ])('the founding text: %s', async (_form, query) => {
    const { status, body, headers } = await post(url, { query });
    expect(body.data.iamUsers.map((user: { internalName: string }) => user.internalName)).toEqual(SELECTED);
    expect(body.extensions).toMatchObject({
      sample: true,
      source: 'sample',
      notice: expect.stringContaining('sample'),
    });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('with the plan, where the request asks for it', async () => {
    const query =
      'query Q($n:String){who:iamUsers(where:{userName:$n,accessKeys:{status:"Active"}}){iamPolicies{policyName}}}';
    const variables = { n: 'carla' };
    const { body } = await post(url, { query, variables, extensions: { plan: true } });
    expect(body.data).toEqual({ who: [] });
    expect(body.extensions.plan).toMatchObject([
      {
        field: 'who',
        type: 'IAMUser',
        condition: ['user name is "carla"', 'AND there is an access key for which', '  status is "Active"'],
        facts: [
          {
            group: 'CREDENTIAL_REPORT',
            for: 'all',
            actions: ['iam:GetCredentialReport', 'iam:GenerateCredentialReport'],
          },
          { group: 'ACCESS_KEYS', for: 'undecided', actions: ['iam:ListAccessKeys'] },
          { group: 'USER_DETAILS', for: 'selected', actions: ['iam:GetAccountAuthorizationDetails'] },
        ],
      },
    ]);
    const without = await post(url, { query, variables });
    expect(without.body).not.toHaveProperty('extensions.plan');
  });

  test('one of several operations, with variables', async () => {
    const query = 'query A($n:String){iamUsers(where:{userName:$n}){userName}} query B{rootUsers{arn}}';
    const { body } = await post(url, { query, operationName: 'A', variables: { n: 'carla' } });
    expect(body.data).toEqual({ iamUsers: [{ userName: 'carla' }] });
  });

  test('the same text twice, and another operation of it', async () => {
    const query = 'query A{iamUsers(where:{userName:"ana"}){userName}} query B{rootUsers{internalName}}';
    const answers = [];
    for (const operationName of ['A', 'B', 'A']) answers.push((await post(url, { query, operationName })).body.data);
    expect(answers[1]).toEqual({ rootUsers: [{ internalName: '<root_account>' }] });
    expect(answers[2]).toEqual(answers[0]);
  });

  test('GET with a query, from a client that no web page can pose as', async () => {
    const got = await fetch(`${url}?${new URLSearchParams({ query: FOUNDING_TEXT })}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    const answer = (await got.json()) as { data: { iamUsers: unknown[] } };
    expect(answer.data.iamUsers).toHaveLength(3);
  });

  test('a conventional client can introspect', async () => {
    const { body } = await post(url, { query: '{ __schema { queryType { name } } }' });
    expect(body.data.__schema.queryType.name).toBe('Query');
  });
});

describe('refuses', () => {
  test.each([
    [
      'an unknown field, saying where',
      'iamUsers{\n  userNme\n}',
      { line: 2, column: 3 },
      'Did you mean "userName" or "userId"?',
    ],
    ['what is not GraphQL', 'SELECT *', { line: 1, column: 8 }, 'Syntax Error'],
    ['an unknown fragment', '{ iamUsers { ...Nosuch } }', { line: 1, column: 17 }, 'Unknown fragment "Nosuch"'],
  ])('%s', async (_name, query, location, message) => {
    const { status, body } = await post(url, { query });
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors[0].locations).toEqual([location]);
    expect(body.errors[0].message).toContain(message);
    expect(body.extensions).toMatchObject({ sample: true });
    // The second time, the text is known: the answer is the same.
    expect(await post(url, { query })).toMatchObject({ status: 400, body: { errors: body.errors } });
  });

  test('a where that has no meaning is refused, not []', async () => {
    const { status, body } = await post(url, { query: 'iamUsers(where:{accessKeys_NONE:null}){arn}' });
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors).toMatchObject([
      { locations: [{ line: 1, column: 17 }], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    ['too many brackets', '{a'.repeat(20_000)],
    ['too many aliases', `{${Array.from({ length: 60 }, (_, index) => `a${index}:iamUsers{arn}`).join(' ')}}`],
    ['too many fields', `{iamUsers{${'arn '.repeat(3_000)}}}`],
  ])('%s', async (_name, query) => {
    const { status, body } = await post(url, { query });
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(
      /^The text has [\d,]+ (brackets open at once|aliases|selected fields), .* raises it\.$/,
    );
  });

  test('1 MB, before it is parsed', async () => {
    const { status, body } = await post(url, { query: '{a'.repeat(500_000) });
    expect(status).toBe(413);
    expect(body).toMatchObject({ errors: [{ message: expect.stringContaining('larger than') }] });
    expect(body.extensions).toEqual({ sample: true });
  });

  test('a body that is not JSON', async () => {
    const response = await fetch(url, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: 'The request body is not JSON.' }] });
  });

  test.each([
    ['a batch', 'application/json', JSON.stringify([{ query: '{__typename}' }])],
    ['a form that any web page may post', 'text/plain', JSON.stringify({ query: FOUNDING_TEXT })],
    ['another such form', 'application/x-www-form-urlencoded', 'query={__typename}'],
    ['no query', 'application/json', '{}'],
  ])('%s', async (_name, type, body) => {
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const text = await response.text();
    expect(text).not.toContain('"data"');
    expect(JSON.parse(text).errors).toHaveLength(1);
  });

  test('a GET that a web page may cause', async () => {
    const response = await fetch(`${url}?query={__typename}`, { headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a preflight from another origin gets no permission', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const response = await fetch(url, { method: 'OPTIONS', headers });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('access-control-allow-methods')).toBeNull();
  });

  test('hosts that it was not meant for', async () => {
    const port = new URL(url).port;
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.']) {
      expect(await getWithHost(host)).toMatchObject({ status: 421, body: expect.stringContaining('does not answer') });
    }
    for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`, 'IAMQL.example']) {
      expect((await getWithHost(host)).status).not.toBe(421);
    }
  });

  test('other addresses', async () => {
    const response = await fetch(new URL('/nosuch', url));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('/graphql') }] });
  });
});

describe.concurrent('starting and ending', () => {
  test('SIGTERM and SIGINT end it with 0, also while a client keeps its connection', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const started = await serveUrl(['--sample']);
      const socket = connect(Number(new URL(started.url).port), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.on('error', () => {});
      started.server.kill(signal);
      expect(await started.server.ended).toMatchObject({ code: 0, stdout: '' });
      socket.destroy();
    }
  });

  test('says what it serves and where', async () => {
    const started = await serveUrl(['--sample']);
    started.server.kill('SIGTERM');
    const { stderr } = await started.server.ended;
    expect(stderr).toMatch(
      /^iamql serves the SAMPLE account 111122223333: .* at http:\/\/127\.0\.0\.1:\d+\/graphql\n$/,
    );
  });

  test.each([
    ['a port in use', () => ['--sample', '--port', new URL(url).port], /the port is in use; choose another/],
    ['no port', () => ['--sample', '--port', '99999'], /"99999" is not a port number/],
    ['no address of this machine', () => ['--sample', '--port', '0', '--host', '192.0.2.1'], /a token is needed/],
    ['every address, without a token', () => ['--sample', '--port', '0', '--host', '0.0.0.0'], /a token is needed/],
    ['no such file', () => ['--report', 'missing.csv', '--port', '0'], /cannot open missing\.csv/],
    ['an unknown flag', () => ['--sample', '--prot', '0'], /Did you mean --port\?/],
  ])('refuses %s: 3', async (_name, args, message) => {
    const { code, stdout, stderr } = await runCli(['serve', ...args()]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });
});
