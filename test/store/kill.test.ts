import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { scriptedAccount } from '../inventory/live-account.ts';
import { snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { manyUsers } from '../support/aws-endpoint.ts';
import { runCli } from '../support/run-cli.ts';
import { type Backend, backends, makesStores } from '../support/stores.ts';
import type { Seen } from './scanning-process.ts';

const SCANNING = fileURLToPath(new URL('./scanning-process.ts', import.meta.url));

/** `npm run test:faults` asks for more. */
const ROUNDS = Number(process.env['IAMQL_FAULT_ROUNDS'] ?? 20);
/** Each round starts a process; shared machines are slow. */
const timeout = 60_000 + ROUNDS * 15_000;

let folder = '';
const account = scriptedAccount();

/** Files of states of one account, by their users: of the first two something is the same, of the third nothing. */
const states = new Map<number, string>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-kill-'));
  for (const [count, every, isOther] of [
    [40, 3, false],
    [31, 2, false],
    [22, 2, true],
  ] as const) {
    const text = await snapshotOf(account.open({ users: manyUsers(count, every) }));
    const file = join(folder, `${count}.ndjson`);
    writeFileSync(file, isOther ? withOtherNames(text) : text);
    states.set(count, file);
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same assets under other names, so that none of them was there before; the account keeps its own. */
function withOtherNames(text: string): string {
  const [header = '', ...lines] = text.replace(/,"sha256":"[0-9a-f]*"/, '').split('\n');
  const names = new Set(lines.flatMap((line) => line.match(/(?<="identifier":")[^"]+/)?.[0] ?? []));
  names.delete('111122223333');
  const other = (written: string, value: string) => (names.has(value) ? `"${value}~"` : written);
  return [header, ...lines.map((line) => line.replace(/"([^"]+)"/g, other))].join('\n');
}

const started = new Set<ChildProcess>();
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/**
 * A process that scans on and on, one state after the other. What it said is a list that grows; `next` waits for more of it.
 *
 * @param first the users of the state that it begins with.
 */
function startScanning(store: string, first: number, most = 1000) {
  const counts = [...states.keys()];
  const begin = counts.indexOf(first);
  const files = [...counts.slice(begin), ...counts.slice(0, begin)].map((count) => states.get(count) as string);
  const child = spawn(process.execPath, [SCANNING, store, String(most), ...files], {
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
    let users = 40;
    const finds = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      // Most often in a scan or its judgement, sometimes while the store is opened.
      const isOpening = round % 4 === 3;
      const [first, before] = NEXT[round % NEXT.length]?.(users) ?? [users, 0];
      const scanning = startScanning(store, first);
      if (!isOpening) await scanning.next(1 + before);
      finds.add(isOpening ? 'opening' : whatIsFound(scanning.seen.at(-1)?.users ?? users, before === 0 ? first : 31));
      await somewhere(isOpening ? OPENING_MS : SCAN_MS);
      await scanning.kill();
      for (const one of scanning.seen) expectWhole(one, prints);
      const [opened, last] = [scanning.seen[0], scanning.seen.at(-1)];
      if (opened) expect(BigInt(opened.scan)).toBeGreaterThanOrEqual(acknowledged);
      if (last) ({ users } = last);
      if (last) acknowledged = BigInt(last.scan);
    }
    expect([...finds].sort()).toEqual(['everything', 'nothing', 'opening', 'something']);
    const scan = ['scan', '--no-judge', '--store', store, '--snapshot', states.get(40) as string];
    const { code, stdout } = await runCli(scan);
    expect(stdout).toContain('40 IAMUser,');
    expect(code).toBe(0);
    const left = startScanning(store, 40, 0);
    await left.ended;
    expect(left.errors()).toBe('');
    expectWhole(left.seen[0] as Seen, prints);
    expect(left.seen[0]?.now).toBe(prints.get(40));
    expect(BigInt(left.seen[0]?.scan ?? 0)).toBeGreaterThan(acknowledged);
  });

  test('while a new store is made: the next process makes it', async () => {
    for (let round = 0; round < Math.ceil(ROUNDS / 7); round += 1) {
      const store = await newStore();
      const scanning = startScanning(store, 31);
      await somewhere(MAKING_MS[backend]);
      await scanning.kill();
      const next = startScanning(store, 31, 1);
      await next.ended;
      expect(next.errors()).toBe('');
      expect(next.seen.at(-1)).toMatchObject({ users: 31, strays: 0, torn: [0, 0] });
    }
  });
});

/** What a scan finds that comes after one of so many users. */
const whatIsFound = (users: number, next: number): string =>
  users === next ? 'nothing' : users === 22 || next === 22 ? 'everything' : 'something';

/** The state to begin with so that a scan finds nothing, something, everything; and how many scans come before that one. */
const NEXT: readonly ((users: number) => readonly [first: number, before: number])[] = [
  (users) => [users, 0],
  (users) => (users === 40 ? [31, 0] : users === 31 ? [40, 0] : [40, 1]),
  (users) => [users === 22 ? 31 : 22, 0],
];

const SCAN_MS = 250;
const OPENING_MS = 1000;
const MAKING_MS: Readonly<Record<Backend, number>> = { PGlite: 5000, PostgreSQL: 1000 };

/** What the store looks like after each of the states, by the number of users in it; the first is the last, too. */
async function learn(store: string): Promise<ReadonlyMap<number, string>> {
  const scanning = startScanning(store, 40, 4);
  await scanning.ended;
  expect(scanning.errors()).toBe('');
  const [, ...seen] = scanning.seen;
  expect(seen.map(({ users }) => users)).toEqual([40, 31, 22, 40]);
  expect(seen[3]?.now).toBe(seen[0]?.now);
  const prints = new Map(seen.map(({ users, now }) => [users, now]));
  expect(new Set(prints.values()).size).toBe(3);
  return prints;
}

function expectWhole({ users, now, before, strays, torn }: Seen, prints: ReadonlyMap<number, string>): void {
  expect(now).toBe(prints.get(users));
  if (before) expect(before.rows).toBe(prints.get(before.users));
  expect(strays).toBe(0);
  expect(torn).toEqual([0, 0]);
}
