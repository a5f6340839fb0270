import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { accountId, acme } from '../connectors/acme.ts';
import { type AwsEndpoint, manyUsers, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { awsEnv, type RunningCli, startCli } from '../support/run-cli.ts';

/** `npm run test:faults` asks for more: a thousand accounts, ten kills. */
const ACCOUNTS = Number(process.env['IAMQL_FAULT_ACCOUNTS'] ?? 24);
const KILLS = ACCOUNTS > 100 ? 10 : 1;
const RESTARTS = ACCOUNTS > 100 ? 2 : 1;
const WORKERS = 3;
const timeout = 120_000 + ACCOUNTS * 1_000;

let folder = '';
let server: PostgresServer;
let aws: AwsEndpoint;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-workers-'));
  writeFileSync(join(folder, 'acme.yaml'), 'organizations: [{name: acme, memberRole: iamql}]\n');
  server = await startPostgres();
  const users = manyUsers(2, 1);
  aws = await startAwsEndpoint({
    // One is in no unit when these are listed: each process knows it later than the others.
    organization: acme(ACCOUNTS, (n) => ({ scenario: () => ({ users }), ...(n === 5 ? { parent: 'ou-none' } : {}) })),
    latencyMs: 30,
  });
}, 60_000);
afterAll(async () => {
  await aws.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const args = () => [
  'scan',
  '--connectors',
  'acme.yaml',
  '--store',
  server.url,
  '--no-judge',
  '--accounts-at-once',
  '3',
];
const work = (): RunningCli => startCli(args(), { env: awsEnv(aws.url), cwd: folder });

interface Row extends Record<string, unknown> {
  readonly connector: string;
  readonly round: string;
  readonly failed: boolean;
}

async function scans(): Promise<readonly Row[]> {
  const database = await openPostgres(server.url);
  try {
    return await database.query<Row>(
      'SELECT connector, round::text, error IS NOT NULL AS failed FROM scan ORDER BY id',
    );
  } finally {
    await database.close();
  }
}

test(`three processes, ${KILLS} kills and ${RESTARTS} restarts of the database: every account is scanned once`, {
  timeout,
}, async () => {
  const workers = [work()];
  // The first makes the store; the others join its round.
  while (aws.count('GetCredentialReport') === 0) await sleep(50);
  while (workers.length < WORKERS) workers.push(work());
  await Promise.all(workers.slice(1).map((worker) => worker.waitFor(/goes on with round 1/)));
  const share = ACCOUNTS / (KILLS + RESTARTS + 1);
  for (let event = 1; event <= KILLS + RESTARTS; event += 1) {
    while (aws.count('GetCredentialReport') < event * share) await sleep(50);
    if (event % (Math.floor(KILLS / RESTARTS) + 1) === 0) {
      await server.halt();
      await server.resume();
    } else {
      const index = event % WORKERS;
      workers[index]?.kill('SIGKILL');
      expect((await workers[index]?.ended)?.code).toBeNull();
      workers[index] = work();
      // Whoever cannot open the store at all says so at once.
      await workers[index]?.waitFor(/goes on with round 1/);
    }
  }
  for (const worker of workers) {
    const { code, stdout, stderr } = await worker.ended;
    expect(stderr.replace(/^iamql: (scanned|goes on) .*\n/gm, '')).toBe('');
    expect(stdout).toMatch(new RegExp(`^round 1: ${ACCOUNTS} accounts, ${ACCOUNTS} scanned whole`));
    expect(code).toBe(0);
  }
  const rows = await scans();
  expect(rows.map(({ connector }) => connector).sort()).toEqual(
    Array.from({ length: ACCOUNTS }, (_, n) => accountId(n + 1)),
  );
  expect(rows.every(({ round, failed }) => round === '1' && !failed)).toBe(true);
});
