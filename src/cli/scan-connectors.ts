import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { IamqlError } from '../iam/error.ts';
import { renderDuration } from '../report/duration.ts';
import type { Database } from '../store/database/database.ts';
import { parseDuration } from './duration.ts';
import { exitCodes } from './exit-code.ts';
import { writeNote } from './output.ts';
import type { RoundContext } from './scan-round.ts';
import type { SourceOptions } from './source-options.ts';

export interface RoundOptions extends SourceOptions {
  readonly accountsAtOnce: number;
  readonly newRound?: boolean;
  readonly every?: number;
  readonly name?: string;
  readonly explain?: boolean;
}

/** Each makes eight calls at once at most, and has all that was read of it in memory until it is written. */
const ACCOUNTS_AT_ONCE = 32;
/** More would wait for connections, whose number is bounded. */
const MOST_AT_ONCE = 64;
/** How long a process that is to end gives its accounts back, so that others need not wait until it is taken for dead. */
const END_MS = 3_000;

export function addRoundOptions(command: Command): Command {
  return command
    .option('--connectors <file>', 'scan the accounts of a file of connectors')
    .option('--connector <name...>', 'with --connectors: only these accounts, by id or name')
    .option('--ou <unit...>', 'with --connectors: only accounts in these organizational units, by id or name')
    .addOption(
      new Option('--accounts-at-once <n>', 'with --connectors: how many accounts are read at once')
        .argParser(readAtOnce)
        .default(ACCOUNTS_AT_ONCE),
    )
    .option('--new-round', 'with --connectors: scan all accounts, those of an unfinished round too')
    .addOption(
      new Option('--every <time>', 'with --connectors: go on, a round so long after the last began').argParser(
        parseDuration,
      ),
    );
}

/** @throws IamqlError InvalidInput for options of one account and of several together. */
export function checkRoundOptions(options: RoundOptions): void {
  const { connectors, connector, ou, newRound, every } = options;
  if (connectors !== undefined) rejectContradictions(options);
  else if ((connector ?? ou ?? newRound ?? every) !== undefined)
    throw new IamqlError('InvalidInput', '--connector, --ou, --new-round and --every need --connectors');
}

/** Scans the accounts of a file, once or on and on, until it is told to end. Closes the database. */
export async function scanConnectors(
  options: RoundOptions,
  database: Database,
  context: Pick<RoundContext, 'judge' | 'write'> & { readonly afterwards: () => Promise<void> },
): Promise<void> {
  const { scanRound } = await import('./scan-round.ts');
  const controller = new AbortController();
  const { signal } = controller;
  const restore = endOnSignal(controller);
  const { renderCalls } = await import('../report/calls.ts');
  const onCalls = options.explain
    ? (calls: Parameters<typeof renderCalls>[0]) => writeNote(renderCalls(calls))
    : undefined;
  const scan = async (): Promise<void> => {
    process.exitCode = await scanRound(options, { ...context, database, signal, onCalls });
    await context.afterwards();
  };
  try {
    if (options.every === undefined) await scan();
    else await scanEvery(options.every, scan, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    restore();
    await database.close().catch(() => {});
  }
  if (signal.aborted) process.exit(exitCodes.interrupted);
}

/** Rounds without end, each so long after the last began; one that takes longer is followed at once. */
export async function scanEvery(everyMs: number, scan: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const next = Date.now() + everyMs;
    await scan().catch((error: unknown) => {
      // The next round may have more luck; a mistake of ours would be made again.
      if (!(error instanceof IamqlError) || signal.aborted) throw error;
      writeNote(`iamql: ${error.message}`);
    });
    const restMs = next - Date.now();
    if (restMs <= 0) continue;
    writeNote(`iamql: scans again in ${renderDuration(restMs / 1000)}`);
    await sleep(restMs, undefined, { signal }).catch(() => {});
  }
}

/** What is under way is given up, and given back to others. @returns how the signals are as before. */
function endOnSignal(controller: AbortController): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const end = (): void => {
    if (controller.signal.aborted) return;
    writeNote('iamql: interrupted');
    controller.abort();
    setTimeout(() => process.exit(exitCodes.interrupted), END_MS).unref();
  };
  const before = signals.map((name) => process.listeners(name));
  for (const name of signals) process.on(name, end);
  for (const [index, name] of signals.entries())
    for (const listener of before[index] ?? []) process.off(name, listener);
  return () => {
    for (const name of signals) process.off(name, end);
  };
}

function rejectContradictions({ name, profile, roleArn, externalId, ...options }: RoundOptions): void {
  const others = [
    ...(options.sample ? ['--sample'] : []),
    ...(options.report === undefined ? [] : ['--report']),
    ...(options.snapshot === undefined ? [] : ['--snapshot']),
    ...(name === undefined ? [] : ['--name']),
    ...((profile ?? roleArn ?? externalId) === undefined ? [] : ['--profile, --role-arn and --external-id']),
  ];
  if (others.length > 0)
    throw new IamqlError(
      'InvalidInput',
      `${others[0]} and --connectors: the file says which accounts are read, and how`,
    );
}

function readAtOnce(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MOST_AT_ONCE) return value;
  throw new InvalidArgumentError(`it is a number from 1 to ${MOST_AT_ONCE}.`);
}
