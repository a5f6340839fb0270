import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { startPostgres } from '../support/postgres.ts';
import { runCli } from '../support/run-cli.ts';

test('a server that demands TLS', { timeout: 120_000 }, async ({ skip }) => {
  if (spawnSync('openssl', ['version']).status !== 0) skip('there is no openssl here to make certificates with');
  const folder = mkdtempSync(join(tmpdir(), 'iamql-tls-'));
  const server = await startPostgres();
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await runCli(['scan', '--sample', '--no-judge', '--store', server.url]);
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  for (const ca of ['right', 'wrong'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${ca} CA`,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.crt`,
    );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=127.0.0.1',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'right.crt',
    '-CAkey',
    'right.key',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  );
  await server.halt();
  const { uid, gid } = statSync(server.files);
  for (const name of ['server.key', 'server.crt']) {
    writeFileSync(join(server.files, name), readFileSync(file(name)), { mode: 0o600 });
    chownSync(join(server.files, name), uid, gid);
  }
  appendFileSync(join(server.files, 'postgresql.conf'), '\nssl = on\n');
  writeFileSync(join(server.files, 'pg_hba.conf'), 'hostssl all all all scram-sha-256\n');
  await server.resume();
  const open = async (query: string, url = server.url): Promise<string> => {
    try {
      const database = await openStore(`${url}${query}`);
      await database.close();
      return 'opened';
    } catch (error) {
      const { kind, message } = error as { readonly kind: string; readonly message: string };
      expect(message).not.toContain('iamql:iamql');
      return `${kind} ${message}`;
    }
  };
  const askTls =
    /^InvalidInput .*no pg_hba\.conf entry .*no encryption; the server asks for TLS: write \?sslmode=verify-full behind the URL of --store$/;
  expect(await open('')).toMatch(askTls);
  expect(await open('?sslmode=disable')).toMatch(askTls);
  expect(await open('?sslmode=no-verify')).toBe('opened');
  for (const mode of ['require', 'verify-ca', 'verify-full', 'prefer']) {
    expect(await open(`?sslmode=${mode}`), mode).toMatch(/^Unreachable .*certificate/);
    expect(await open(`?sslmode=${mode}&sslrootcert=${file('wrong.crt')}`), mode).toMatch(/^Unreachable .*certificate/);
    expect(await open(`?sslmode=${mode}&sslrootcert=${file('right.crt')}`), mode).toBe('opened');
  }
  expect(await open(`?sslrootcert=${file('right.crt')}`)).toBe('opened');
  expect(await open(`?sslrootcert=${file('wrong.crt')}`)).toMatch(/^Unreachable .*certificate/);
  const elsewhere = server.url.replace('127.0.0.1', 'localhost');
  expect(await open(`?sslmode=require&sslrootcert=${file('right.crt')}`, elsewhere)).toMatch(
    /^Unreachable .*(?:altnames|does not match)/,
  );
  expect(await open(`?sslmode=verify-full&sslrootcert=${file('none.crt')}`)).toMatch(
    /^InvalidInput .*ENOENT.*none\.crt'; a file that --store names/,
  );
  const { stdout, code } = await runCli([
    'query',
    '--store',
    `${server.url}?sslmode=verify-full&sslrootcert=${file('right.crt')}`,
    '{iamUsersAggregate{count}}',
  ]);
  expect([code, JSON.parse(stdout).data]).toEqual([0, { iamUsersAggregate: { count: 10 } }]);
});
