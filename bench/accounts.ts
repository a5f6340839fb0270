import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../src/package-root.ts';
import { accountId, acme } from '../test/connectors/acme.ts';
import { type AwsEndpoint, manyUsers, startAwsEndpoint } from '../test/support/aws-endpoint.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { cli, environment, run } from './account.ts';
import { type Line, ms } from './line.ts';

const PEAK_MEMORY = pathToFileURL(join(packageRoot, 'bench', 'peak-memory.mjs')).href;
const LATENCY_MS = 100;
const AT_ONCE = 64;
const FEW = 100;
const MANY = Number(process.env['IAMQL_BENCH_ACCOUNTS'] ?? 1000);
/** Long enough that what a computer does between two calls does not count as one. */
const LONG_MS = 1_000;

const users = manyUsers(2, 1);
const organizationOf = (count: number) => acme(count, () => ({ scenario: () => ({ users }) }));

/** A round over an organization: how long it takes for what its calls must wait for, its peak memory, and its calls. */
export async function benchAccounts(): Promise<readonly Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iamql-bench-accounts-'));
  const file = join(folder, 'acme.yaml');
  writeFileSync(file, 'organizations: [{name: acme, memberRole: iamql}]\n');
  const server = await startPostgres();
  const aws = await startAwsEndpoint({ organization: organizationOf(1) });
  try {
    const store = ['--store', server.url, '--no-judge'];
    const scan = (args: readonly string[]) => timed(aws, ['scan', ...store, ...args]);
    const alone = ['--role-arn', `arn:aws:iam::${accountId(1)}:role/iamql`];
    const rounds = await roundsOf(aws, () => scan(alone));
    const scanMany = async (count: number) => {
      aws.setScenario({ organization: organizationOf(count), latencyMs: LATENCY_MS });
      return scan(['--connectors', file, '--accounts-at-once', String(AT_ONCE), '--new-round']);
    };
    const few = await scanMany(FEW);
    const many = await scanMany(MANY);
    return linesOf({ rounds: rounds.rounds, single: rounds.calls, few, many });
  } finally {
    await aws.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly timeMs: number;
  readonly peakMiB: number;
  /** Without those that list the organization. */
  readonly calls: number;
}

async function timed(aws: AwsEndpoint, args: readonly string[]): Promise<Measured> {
  aws.forgetCalls();
  const start = performance.now();
  const output = await run(['--import', PEAK_MEMORY, cli, ...args], environment(aws.url));
  const peakMiB = Number(/peak memory: (\d+)/.exec(output)?.[1]) / 1024;
  const timeMs = performance.now() - start;
  const calls = aws.calls.filter(({ service }) => service === undefined).length;
  return { timeMs, peakMiB, calls };
}

/** How many calls of one account wait for one another: by how much longer a scan takes when each takes longer. */
async function roundsOf(aws: AwsEndpoint, scan: () => Promise<Measured>) {
  await scan();
  const quick = await scan();
  aws.setScenario({ organization: organizationOf(1), latencyMs: LONG_MS });
  const slow = await scan();
  return { rounds: Math.round((slow.timeMs - quick.timeMs) / LONG_MS), calls: quick.calls };
}

function linesOf({
  rounds,
  single,
  few,
  many,
}: {
  readonly rounds: number;
  readonly single: number;
  readonly few: Measured;
  readonly many: Measured;
}): readonly Line[] {
  const idealMs = (rounds * LATENCY_MS * MANY) / AT_ONCE;
  const ratio = many.timeMs / idealMs;
  const perAccount = many.calls / MANY;
  const growth = many.peakMiB / few.peakMiB;
  return [
    {
      what: `scan of ${MANY} accounts, ${LATENCY_MS} ms a call, ${AT_ONCE} at once`,
      measured: `${ms(many.timeMs)}, ${ratio.toFixed(2)} x the ideal of ${ms(idealMs)} (${rounds} calls one after the other)`,
      bound: 'at most 1.3 x',
      isMet: ratio <= 1.3,
    },
    {
      what: `peak memory, ${FEW} and ${MANY} accounts`,
      measured: `${few.peakMiB.toFixed(0)} and ${many.peakMiB.toFixed(0)} MiB, ${growth.toFixed(2)} x`,
      bound: 'at most 1.2 x',
      isMet: growth <= 1.2,
    },
    {
      what: 'AWS calls for each account',
      measured: `${perAccount.toFixed(2)}; an account alone takes ${single}`,
      bound: 'no more',
      isMet: perAccount <= single,
    },
  ];
}
