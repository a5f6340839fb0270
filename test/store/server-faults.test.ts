import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { migrate } from '../../src/store/migrations.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { post, serveUrl } from '../support/serve.ts';
import { scan } from './scanned-accounts.ts';

let server: PostgresServer;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-faults-'));
  chmodSync(folder, 0o755);
  server = await startPostgres();
  const { code, stderr } = await runCli(['scan', '--sample', '--no-judge', '--store', server.url]);
  if (code !== 0) throw new Error(stderr);
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const COUNT = '{iamUsersAggregate{count}}';

/** Runs a statement as the one who looks after the server. */
async function operate(sql: string, url = server.url): Promise<void> {
  const database = await openPostgres(url);
  try {
    await database.run(sql);
  } finally {
    await database.close();
  }
}

const END_SESSIONS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iamql' AND pid <> pg_backend_pid()";

/** Holds a lock in a session of its own until it is let go. */
async function holding(sql: string) {
  const { default: pg } = await import('pg');
  const client = new pg.Client(server.url);
  client.on('error', () => {});
  await client.connect();
  await client.query(`BEGIN; ${sql}`);
  return {
    /** Until somebody waits for it. */
    async waitedFor(): Promise<void> {
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'iamql' AND wait_event_type = 'Lock'";
      // Within a transaction, what others do is looked at once unless one asks for it anew.
      const look = async () => {
        await client.query('SELECT pg_stat_clear_snapshot()');
        return client.query(waiting);
      };
      while ((await look()).rowCount === 0) await wait(20);
    },
    letGo: () => client.end(),
  };
}

describe('a server that is restarted', { timeout: 120_000 }, () => {
  test('between the questions of serve: none is answered wrong, and it recovers by itself', async () => {
    const { server: serving, url } = await serveUrl(['--store', server.url]);
    const right = { iamUsersAggregate: { count: 10 } };
    /** @returns whether it was answered. */
    const ask = async (): Promise<boolean> => {
      const { data, errors } = (await post(url, { query: COUNT })).body;
      if (errors === undefined) expect(data).toEqual(right);
      else expect([data?.iamUsersAggregate ?? null, errors[0].extensions.code]).toEqual([null, 'Unreachable']);
      return errors === undefined;
    };
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([true, true, true]);
    await server.halt();
    expect(await Promise.all([ask(), ask()])).toEqual([false, false]);
    await server.resume();
    expect(await ask()).toBe(true);
    // Sessions that are ended one by one, while nobody uses them.
    await operate(END_SESSIONS);
    while (!(await ask())) await wait(20);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([true, true, true]);
    // And one that is ended in the middle of a question.
    const lock = await holding('LOCK TABLE "IAMUser" IN ACCESS EXCLUSIVE MODE');
    const asked = ask();
    await lock.waitedFor();
    await operate(END_SESSIONS);
    expect(await asked).toBe(false);
    await lock.letGo();
    while (!(await ask())) await wait(20);
    serving.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
  });

  test.each([
    ['the session is ended', () => operate(END_SESSIONS)],
    ['the server is restarted', () => server.halt().then(() => server.resume())],
  ])(
    'in the middle of writing a scan (%s): an error, nothing of the scan, and the next one works',
    async (_what, strike) => {
      const scans = async () =>
        JSON.parse((await runCli(['scans', '--store', server.url, '--format', 'json'])).stdout).length;
      const before = await scans();
      const lock = await holding('LOCK TABLE "RootUser" IN ACCESS EXCLUSIVE MODE');
      const scanning = startCli(['scan', '--sample', '--no-judge', '--store', server.url]);
      await lock.waitedFor();
      await strike();
      const { code, stdout, stderr } = await scanning.ended;
      await lock.letGo();
      expect(stderr).toMatch(/^iamql: the store's database failed: [^\n]+\n$/);
      expect([code, stdout]).toEqual([2, '']);
      expect(await scans()).toBe(before);
      expect((await runCli(['scan', '--sample', '--no-judge', '--store', server.url])).code).toBe(0);
    },
  );

  test('while an account is being read: the scan is written all the same', async () => {
    const database = await openPostgres(await server.newDatabase());
    onTestFinished(() => database.close());
    await migrate(database, catalogue);
    await server.halt();
    await server.resume();
    expect(await scan(database, { IAMUser: [{ userName: 'ana' }] })).toMatchObject({ id: '1' });
  });
});

describe('whoever may only read', { timeout: 120_000 }, () => {
  const commands = [
    ['query', COUNT],
    ['check', '--severity', 'high'],
    ['scans'],
    ['store', 'status'],
    ['export', 'IAMUser'],
  ];

  test('a user with SELECT alone is answered, and cannot scan', async () => {
    await operate(
      "CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    );
    const store = server.url.replace('iamql:iamql@', 'reader:reader@');
    for (const command of commands) {
      const { code, stdout, stderr } = await runCli([...command, '--store', store]);
      expect([stderr.replace(/^AWS calls.*\n/, ''), code], stdout).toEqual(['', command[0] === 'check' ? 1 : 0]);
    }
    const { code, stderr } = await runCli(['scan', '--sample', '--store', store]);
    expect(stderr).toMatch(/permission denied for \w+ \w+; the user of the store may not do that\n$/);
    expect(code).toBe(3);
  });

  test('a replica answers, and a scan into it says what it is', async () => {
    await server.halt();
    const replica = await startPostgres(async (files) => {
      cpSync(server.files, files, { recursive: true, preserveTimestamps: true });
      writeFileSync(join(files, 'standby.signal'), '');
      chmodSync(files, 0o700);
      const { uid, gid } = statSync(server.files);
      execFileSync('chown', ['-R', `${uid}:${gid}`, files]);
    }).finally(() => server.resume());
    onTestFinished(() => replica.stop());
    for (const command of commands) {
      const { code, stderr } = await runCli([...command, '--store', replica.url]);
      expect([stderr, code]).toEqual(['', command[0] === 'check' ? 1 : 0]);
    }
    const { code, stderr } = await runCli(['scan', '--sample', '--store', replica.url]);
    expect(stderr).toMatch(/read-only transaction; the database takes no writes; name the primary server\n$/);
    expect(code).toBe(3);
  });
});

test('a disk of the server that is full: an error that says so, and the last good scan stays', {
  timeout: 120_000,
}, async ({ skip }) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  // Large enough for a store and not for many; making one takes the right to mount.
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'none', disk], { encoding: 'utf8' });
  if (mounted.status !== 0) skip(`a small disk cannot be mounted here: ${mounted.error?.message ?? mounted.stderr}`);
  onTestFinished(() => void execFileSync('umount', [disk]));
  const { uid, gid } = statSync(server.files);
  chownSync(disk, uid, gid);
  await operate(`CREATE TABLESPACE small LOCATION '${disk}'`);
  await operate('CREATE DATABASE full_one TABLESPACE small');
  const url = server.url.replace(/iamql$/, 'full_one');
  const users = (count: number) => ({
    IAMUser: Array.from({ length: count }, (_, index) => ({ userName: `user-${index}` })),
  });
  const database = await openPostgres(url);
  onTestFinished(async () => {
    await database.close();
    await operate('DROP DATABASE full_one WITH (FORCE)');
    await operate('DROP TABLESPACE small');
  });
  await migrate(database, catalogue);
  await scan(database, users(20));
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(Number(bavail) * Number(bsize) - 64 * 1024));
  await expect(scan(database, users(3000))).rejects.toMatchObject({
    kind: 'InvalidInput',
    message: expect.stringMatching(/No space left on device; make room on the disk of the database$/),
  });
  expect((await runCli(['query', '--store', url, COUNT])).stdout).toContain('"count": 20');
  rmSync(join(disk, 'ballast'));
  expect(await scan(database, users(3000))).toMatchObject({ id: expect.any(String) });
});
