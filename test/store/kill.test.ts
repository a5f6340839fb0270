import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { manyUsers, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';
import { type Backend, backends, makesStores } from '../support/stores.ts';
import type { Seen } from './scanning-process.ts';

const SCANNING = fileURLToPath(new URL('./scanning-process.ts', import.meta.url));

/** `npm run test:faults` asks for more. */
const ROUNDS = Number(process.env['IAMQL_FAULT_ROUNDS'] ?? 20);
/** Each round starts a process; shared machines are slow. */
const timeout = 60_000 + ROUNDS * 15_000;

let folder = '';
const snapshots: string[] = [];

/** Two states of one account, of which neither is the other with something added. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-kill-'));
  for (const [count, every] of [
    [40, 3],
    [31, 2],
  ] as const) {
    const endpoint = await startAwsEndpoint({ users: manyUsers(count, every) });
    const file = join(folder, `${count}.ndjson`);
    const { code, stderr } = await runCli(['snapshot', '--output', file], { env: awsEnv(endpoint.url) });
    await endpoint.close();
    if (code !== 0) throw new Error(stderr);
    snapshots.push(file);
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const started = new Set<ChildProcess>();
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** A process that scans on and on. What it said is a list that grows; `next` waits for more of it. */
function startScanning(store: string, most = 1000) {
  const child = spawn(process.execPath, [SCANNING, store, String(most), ...snapshots], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
  started.add(child);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const seen: Seen[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => seen.push(JSON.parse(line)));
  const ended = once(child, 'close').then(() => started.delete(child));
  return {
    seen,
    ended,
    errors: () => errors,
    /** @throws when the process ends without. */
    async next(count: number): Promise<void> {
      while (seen.length < count) {
        await Promise.race([once(lines, 'line'), ended]);
        if (seen.length < count && !started.has(child)) throw new Error(`it ended: ${errors}`);
      }
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Within a span of time that was seen to cover a scan, or the opening of a store. */
const somewhere = (ms: number): Promise<void> => wait(Math.random() * ms);

describe.each(backends)('kill -9 in the middle of scans into %s', { timeout }, (backend) => {
  const newStore = makesStores(backend);

  test(`${ROUNDS} times: the last scan that was acknowledged is there whole, nothing of the next, and the next works`, async () => {
    const store = await newStore();
    const prints = await learn(store);
    let acknowledged = 0n;
    for (let round = 0; round < ROUNDS; round += 1) {
      const scanning = startScanning(store);
      // Most often in a scan, sometimes while the store is opened.
      const isOpening = round % 4 === 3;
      if (!isOpening) await scanning.next(1 + (round % 3));
      await somewhere(isOpening ? OPENING_MS : SCAN_MS);
      await scanning.kill();
      for (const one of scanning.seen) expectWhole(one, prints);
      const [opened, last] = [scanning.seen[0], scanning.seen.at(-1)];
      if (opened) expect(BigInt(opened.scan)).toBeGreaterThanOrEqual(acknowledged);
      if (last) acknowledged = BigInt(last.scan);
    }
    const scan = ['scan', '--no-judge', '--store', store, '--snapshot', snapshots[0] as string];
    const { code, stdout } = await runCli(scan);
    expect(stdout).toContain('40 IAMUser,');
    expect(code).toBe(0);
    const left = startScanning(store, 0);
    await left.ended;
    expect(left.errors()).toBe('');
    expectWhole(left.seen[0] as Seen, prints);
    expect(left.seen[0]?.now).toBe(prints.get(40));
    expect(BigInt(left.seen[0]?.scan ?? 0)).toBeGreaterThan(acknowledged);
  });

  test('while a new store is made: the next process makes it', async () => {
    for (let round = 0; round < Math.ceil(ROUNDS / 7); round += 1) {
      const store = await newStore();
      const scanning = startScanning(store);
      await somewhere(MAKING_MS[backend]);
      await scanning.kill();
      const { code, stderr } = await runCli(['scan', '--store', store, '--snapshot', snapshots[1] as string]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const { stdout } = await runCli(['query', '--store', store, '{iamUsersAggregate{count}}']);
      expect(JSON.parse(stdout).data).toEqual({ iamUsersAggregate: { count: 31 } });
    }
  });
});

const SCAN_MS = 250;
const OPENING_MS = 1000;
const MAKING_MS: Readonly<Record<Backend, number>> = { PGlite: 5000, PostgreSQL: 1000 };

/** What the store looks like after each of the snapshots, by the number of users in it. */
async function learn(store: string): Promise<ReadonlyMap<number, string>> {
  const scanning = startScanning(store, 2);
  await scanning.ended;
  expect(scanning.errors()).toBe('');
  const [, first, second] = scanning.seen;
  expect([first?.users, second?.users]).toEqual([40, 31]);
  expect(first?.now).not.toBe(second?.now);
  return new Map([
    [40, first?.now ?? ''],
    [31, second?.now ?? ''],
  ]);
}

function expectWhole({ users, now, before, strays, torn }: Seen, prints: ReadonlyMap<number, string>): void {
  expect(now).toBe(prints.get(users));
  if (before) expect(before.rows).toBe(prints.get(before.users));
  expect(strays).toBe(0);
  expect(torn).toEqual([0, 0]);
}
