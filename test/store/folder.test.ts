import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../support/run-cli.ts';
import { serveUrl } from '../support/serve.ts';

let folder = '';
let store = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-folder-'));
  store = join(folder, 'store');
  const { code, stderr } = await runCli(['scan', '--sample', '--store', store]);
  expect([code, stderr]).toEqual([0, '']);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const timeout = 60_000;
const count = (location: string) => runCli(['query', '--store', location, '{iamUsersAggregate{count}}']);

describe('a store in a folder', { timeout }, () => {
  test('is for one process at a time, under whatever name it is reached, and the next once that is gone', async () => {
    const { server } = await serveUrl(['--store', store]);
    onTestFinished(() => server.kill('SIGKILL'));
    symlinkSync(store, path('link'));
    mkdirSync(path('twin'));
    linkSync(join(store, 'iamql.lock'), path('twin/iamql.lock'));
    symlinkSync(join(store, 'postgres'), path('twin/postgres'));
    for (const location of [store, `${store}/../store/.`, path('link'), path('twin')]) {
      const { code, stderr, stdout } = await runCli(['scan', '--sample', '--store', location]);
      expect(stderr).toMatch(
        /^iamql: another process has the store in .* open, and a folder is for one at a time; .*--store postgres:\/\/\.\.\.\n$/,
      );
      expect([stdout, code]).toEqual(['', 3]);
    }
    server.kill('SIGKILL');
    await server.ended;
    expect((await count(path('link'))).code).toBe(0);
  });

  test('of two scans at once, one is told, and both are never in each other', async () => {
    const ended = await Promise.all([1, 2, 3].map(() => runCli(['scan', '--sample', '--store', path('race')])));
    const codes = ended.map(({ code }) => code);
    expect(codes).toContain(0);
    expect(codes.every((code) => code === 0 || code === 3)).toBe(true);
    const { stdout } = await runCli(['scans', '--store', path('race'), '--format', 'json']);
    expect(JSON.parse(stdout).length).toBe(codes.filter((code) => code === 0).length);
  });

  test('says nothing about SQLite', async () => {
    const { stderr } = await count(store);
    expect(stderr).toBe('');
  });

  test('cannot be a file, or damaged files', async () => {
    writeFileSync(path('file'), '');
    const file = await runCli(['scan', '--sample', '--store', path('file')]);
    expect(file.stderr).toMatch(/^iamql: cannot keep a store in .*file: it is a file, not a folder\n$/);
    expect(file.code).toBe(3);
    cpSync(store, path('damaged'), { recursive: true });
    rmSync(path('damaged/postgres/global/pg_control'));
    for (const command of [['scan', '--sample'], ['scans']]) {
      const { code, stderr } = await runCli([...command, '--store', path('damaged')]);
      expect(stderr).toMatch(/^iamql: the database in .*damaged\/postgres ended: its files are damaged, .*\n$/);
      expect(code).toBe(2);
    }
  });

  test('that may not be written', async ({ skip }) => {
    const isRoot = process.getuid?.() === 0;
    mkdirSync(path('readonly'));
    chmodSync(path('readonly'), 0o555);
    chmodSync(folder, 0o755);
    // Root may write anywhere: somebody else is to try.
    const args = [join(packageRoot, 'bin', 'iamql.js'), 'scan', '--sample', '--store', path('readonly')];
    const env = { PATH: process.env['PATH'], HOME: folder, NODE_DISABLE_COMPILE_CACHE: '1' };
    const nobody = isRoot ? { uid: 65534, gid: 65534 } : {};
    const { status, stderr, error } = spawnSync(process.execPath, args, { env, encoding: 'utf8', ...nobody });
    if (error || /EACCES: permission denied, open .*iamql\.js|MODULE_NOT_FOUND/.test(stderr))
      skip(`another user cannot run iamql here: ${error?.message ?? stderr}`);
    expect(stderr).toMatch(/^iamql: cannot keep a store in .*readonly: unable to open database file\n$/);
    expect(status).toBe(3);
  });

  test('on a disk that is full: an error, and the last good scan stays', async ({ skip }) => {
    const disk = path('disk');
    mkdirSync(disk);
    // Large enough for a store and not for many; making one takes the right to mount.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=90m', 'none', disk], { encoding: 'utf8' });
    if (mounted.status !== 0) skip(`a small disk cannot be mounted here: ${mounted.error?.message ?? mounted.stderr}`);
    onTestFinished(() => void execFileSync('umount', [disk]));
    const small = join(disk, 'store');
    cpSync(store, small, { recursive: true });
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 8 * 1024));
    const full = await runCli(['scan', '--sample', '--name', 'other', '--store', small]);
    expect(full.stderr).toMatch(
      /^iamql: the database in .* ended: its disk is full \(\d+ KiB are left\); make room and try again\n$|^iamql: .*No space left on device; make room on the disk of the database\n$/,
    );
    expect(full.code).toBe(3);
    rmSync(join(disk, 'ballast'));
    const { stdout, code } = await count(small);
    expect(JSON.parse(stdout).data).toEqual({ iamUsersAggregate: { count: 10 } });
    expect(code).toBe(0);
    expect((await runCli(['scan', '--sample', '--store', small])).code).toBe(0);
  });
});
