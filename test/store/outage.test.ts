import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { runCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let server: PostgresServer;
let proxy: TcpProxy;
let store = '';

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startTcpProxy(Number(new URL(server.url).port));
  store = server.url.replace(/:\d+\//, `:${proxy.port}/`);
}, 90_000);
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

const scan = () => runCli(['scan', '--sample', '--store', store]);
const count = async () => {
  const { code, stdout } = await runCli(['query', '--store', store, '{iamUsersAggregate{count} iamUsers{userName}}']);
  return { code, body: JSON.parse(stdout) };
};
const scans = async (): Promise<number> =>
  JSON.parse((await runCli(['scans', '--store', store, '--format', 'json'])).stdout).length;

/** Nothing in the store is any more as a scan finds it: of what is known a scan would send nothing. */
async function changeAll(): Promise<void> {
  const database = await openPostgres(server.url);
  const tables = await database.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE column_name = '_hash'",
  );
  for (const { name } of tables) await database.run(`UPDATE "${name}" SET _hash = 'changed'`);
  await database.close();
}

describe('a database that goes away', { timeout: 90_000 }, () => {
  // The first of them is within the connecting, the last within the rows of the scan.
  test.each([50, 2_000, 6_000, 15_000, 30_000])(
    'after %d bytes of a scan: an error, and nothing of the scan',
    async (bytes) => {
      if (bytes === 50) expect((await scan()).code).toBe(0);
      const before = await scans();
      await changeAll();
      proxy.cutAfter(bytes);
      const { code, stdout, stderr } = await scan();
      expect(stderr).toMatch(
        /^iamql: (?:the store's database failed|cannot open the store in postgres:\/\/iamql@\S+): .+\n$/,
      );
      expect(stderr).not.toContain('iamql:iamql');
      expect(stdout).toBe('');
      expect(code).toBe(2);
      const { code: during, body } = await count();
      expect(body.data).toEqual({ iamUsersAggregate: null, iamUsers: null });
      expect(body.errors.map((error: { extensions: { code: string } }) => error.extensions.code)).toContain(
        'Unreachable',
      );
      expect(during).toBe(2);
      proxy.restore();
      expect(await scans()).toBe(before);
      expect((await scan()).code).toBe(0);
      expect((await count()).body.data.iamUsersAggregate).toEqual({ count: 10 });
    },
  );

  test('and comes back, while a server answers from it', async () => {
    const { server: serving, url } = await serveUrl(['--store', store]);
    const ask = async () => (await post(url, { query: '{iamUsersAggregate{count}}' })).body;
    expect((await ask()).data).toEqual({ iamUsersAggregate: { count: 10 } });
    proxy.cutAfter(0);
    for (const _time of [1, 2]) {
      const { data, errors } = await ask();
      expect(data?.iamUsersAggregate ?? null).toBe(null);
      expect(errors[0]).toMatchObject({ extensions: { code: 'Unreachable' } });
    }
    proxy.restore();
    expect((await ask()).data).toEqual({ iamUsersAggregate: { count: 10 } });
    serving.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
  });

  test('is an error of a check, and no PASS', async () => {
    proxy.cutAfter(0);
    const { code, stdout, stderr } = await runCli(['check', '--store', store]);
    proxy.restore();
    expect(stdout + stderr).toMatch(/ERROR {2}aws-iam-no-initial-access-keys[\s\S]*cannot open the store in postgres:/);
    expect(code).toBe(2);
  });
});

describe('--store postgres://', { timeout: 60_000 }, () => {
  const at = (change: (url: URL) => void): string => {
    const url = new URL(server.url);
    change(url);
    return url.href;
  };

  test.each<[what: string, location: () => string, code: number, expected: RegExp]>([
    [
      'a wrong password',
      () =>
        at((url) => {
          url.password = 'hunter2';
        }),
      3,
      /password authentication failed for user "iamql"; check the user/,
    ],
    [
      'no such database',
      () =>
        at((url) => {
          url.pathname = '/nowhere';
        }),
      3,
      /database "nowhere" does not exist/,
    ],
    [
      'an unknown host',
      () => 'postgres://u:hunter2@no-such-host.invalid/x',
      2,
      /no-such-host\.invalid\/x: getaddrinfo (?:ENOTFOUND|EAI_AGAIN)/,
    ],
    ['nobody listening', () => 'postgres://u:hunter2@127.0.0.1:1/x', 2, /ECONNREFUSED 127\.0\.0\.1:1/],
    [
      'a server without the TLS that is asked for',
      () =>
        at((url) => {
          url.search = '?sslmode=require';
          url.password = 'hunter2';
        }),
      3,
      /does not support SSL/,
    ],
    ['no URL', () => 'postgres://u:hunter2@:::/', 3, /is not a URL/],
  ])('%s is one line, without the password', async (_what, location, expectedCode, expected) => {
    for (const command of [['scan', '--sample'], ['scans'], ['query', 'iamUsers{arn}']]) {
      const { code, stdout, stderr } = await runCli([...command, '--store', location()]);
      expect(stderr).toMatch(expected);
      expect(stderr).toMatch(/^iamql: [^\n]+\n$/);
      expect(stdout + stderr).not.toContain('hunter2');
      expect(code).toBe(expectedCode);
    }
  });

  // As short as it may be said, so that nobody waits for the usual ten seconds.
  test.concurrent.each<[what: string, answer: string | undefined]>([
    ['something that answers as HTTP does', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
    ['something that says nothing', undefined],
    ['a server of another kind of database', 'J\0\0\0\x0a8.0.36\0\x08\0\0\0some bytes of a greeting\0'],
  ])('%s is no database', async (_what, answer) => {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      if (answer !== undefined) socket.once('data', () => socket.end(answer, 'latin1'));
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runCli([
      'scans',
      '--store',
      `postgres://u:hunter2@127.0.0.1:${port}/x?connect_timeout=2`,
    ]);
    other.close();
    expect(stderr).toMatch(/^iamql: cannot open the store in postgres:\/\/u@127\.0\.0\.1:\d+\/x: [^\n]+\n$/);
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(2);
  });
});
