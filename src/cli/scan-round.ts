import { openConnector } from '../connectors/connectors-source.ts';
import type { Source } from '../inventory/inventory.ts';
import { version } from '../package-version.ts';
import { describeSkipped } from '../report/connectors.ts';
import { printable } from '../report/printable.ts';
import { patiently } from '../scan/patience.ts';
import type { Database } from '../store/database/database.ts';
import type { Round, RoundAccount } from '../store/scans/rounds.ts';
import { beginEnrollment, type EnrolledAccounts } from './connector-options.ts';
import { exitCodeOfUnread, exitCodes } from './exit-code.ts';
import type { Judge } from './judge-scans.ts';
import { writeNote } from './output.ts';
import { RoundProgress } from './round-progress.ts';
import type { RoundOptions } from './scan-connectors.ts';
import { connectorSettings } from './source-options.ts';

/** What is done with a round, beside scanning. */
export interface RoundContext {
  readonly database: Database;
  readonly judge: Judge;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly write: (text: string) => void;
  /** Called with the calls of each account that was scanned here. */
  readonly onCalls?: ((calls: Source['calls']) => void) | undefined;
}

/**
 * Scans every account of a file of connectors that has not been scanned in the round yet, beside whoever else does so.
 *
 * @returns the exit code.
 */
export async function scanRound(options: RoundOptions, context: RoundContext): Promise<number> {
  const { database, signal, judge, write } = context;
  const { first, all } = await beginEnrollment(options, signal);
  const { round, selection } = await patiently(() => joinedRound(first, options, database), signal);
  if (round.isGoneOnWith) writeNote(`iamql: goes on with round ${round.id} of ${round.startedAt.toISOString()}`);
  const scanOf = (accounts: EnrolledAccounts) => scanAll(accounts, options, { ...context, round, selection });
  const mine = [...(await scanOf(first))];
  const enrolled = await all;
  const ids = idsOf(enrolled);
  await patiently(() => addedToRound(enrolled, round, database), signal);
  // Those whom only the list of all accounts has: they are being moved from one unit to another.
  const begun = new Set(idsOf(first));
  if (ids.some((id) => !begun.has(id))) mine.push(...(await scanOf(enrolled)));
  const { accountsOfRound, endRound } = await import('../store/scans/rounds.ts');
  const accounts = await patiently(() => accountsOfRound(database, round), signal);
  const isOver = accounts.every(({ scan }) => scan !== undefined);
  const isEnded = isOver && (await patiently(() => endRound(database, round), signal));
  // Who ends a round judges what those have left who ended before they did.
  for (const line of await judge.scans(database, isEnded ? ids : mine)) write(line);
  if (isEnded) await tellFailures(database, judge, ids);
  write(renderRound(round.id, accounts, enrolled));
  return exitCodeOf(accounts, enrolled);
}

async function joinedRound(enrolled: EnrolledAccounts, options: RoundOptions, database: Database) {
  const { connector, ou, tag, newRound } = options;
  const { joinRound } = await import('../store/scans/rounds.ts');
  const { enrollConnectors } = await import('../store/scans/enrolled.ts');
  // Who is not among the first is not gone, and what is left out of them is not known to be until all are listed.
  await enrollConnectors(database, enrolled.enrollment.connectors, { skipped: [], isAll: false });
  const sorted = (names: readonly string[] | undefined) => names?.toSorted() ?? null;
  const tags = Object.entries(tag ?? {}).map(([key, value]) => `${key}=${value}`);
  const selection = JSON.stringify([sorted(connector), sorted(ou), sorted(tags)]);
  return { round: await joinRound(database, selection, idsOf(enrolled), newRound), selection };
}

async function addedToRound(enrolled: EnrolledAccounts, round: Round, database: Database): Promise<void> {
  const [{ enrollConnectors }, { addToRound }] = await Promise.all([
    import('../store/scans/enrolled.ts'),
    import('../store/scans/rounds.ts'),
  ]);
  const { connectors, skipped, unlisted } = enrolled.enrollment;
  // An account that one organization of the file leaves out may be in another, which nobody could list.
  const isListed = unlisted.length === 0;
  const isAll = enrolled.isEverything && isListed;
  await enrollConnectors(database, connectors, { skipped: isListed ? skipped : [], isAll });
  await addToRound(database, round, idsOf(enrolled));
}

const idsOf = ({ enrollment }: EnrolledAccounts): readonly string[] => enrollment.connectors.map(({ id }) => id);

/** Who listens hears of an account that could not be read, once. */
async function tellFailures(database: Database, judge: Judge, ids: readonly string[]): Promise<void> {
  const { failedAccounts } = await import('../store/scans/failed-accounts.ts');
  for (const failed of await failedAccounts(database))
    if (failed.connector !== null && ids.includes(failed.connector)) await judge.failure(failed, database);
}

type Joined = Awaited<ReturnType<typeof joinedRound>>;

/** @returns the accounts that this process has scanned. */
async function scanAll(
  { enrollment, access }: EnrolledAccounts,
  options: RoundOptions,
  { database, signal, round, selection, onCalls }: RoundContext & Pick<Joined, 'round' | 'selection'>,
): Promise<readonly string[]> {
  const [{ AccountQueue }, { workRound }] = await Promise.all([
    import('../scan/account-queue.ts'),
    import('../scan/work-round.ts'),
  ]);
  const queue = await patiently(() => AccountQueue.open(database, selection), signal);
  const connectors = new Map(enrollment.connectors.map((connector) => [connector.id, connector]));
  const mine: string[] = [];
  const progress = await patiently(() => RoundProgress.start(database, round), signal);
  try {
    await workRound({
      ...{ database, queue, round, connectors, atOnce: options.accountsAtOnce, signal, version: version() },
      open: (id, ofScan) =>
        openConnector(
          connectors.get(id) as NonNullable<ReturnType<typeof connectors.get>>,
          access,
          connectorSettings(options),
          ofScan,
        ),
      onScanned: ({ account, failure }, calls) => {
        if (account !== undefined) mine.push(account);
        onCalls?.(calls);
        progress.scanned(failure !== undefined);
      },
    });
    return mine;
  } finally {
    progress.end();
    await queue.close();
  }
}

/** What one account lacks leaves the others scanned, so that nothing here is worse than what could not be read. */
function exitCodeOf(accounts: readonly RoundAccount[], { enrollment }: EnrolledAccounts): number {
  const isWhole = accounts.every(
    ({ scan, failure, unread }) => scan !== undefined && !failure && exitCodeOfUnread(unread) === exitCodes.pass,
  );
  return isWhole && accounts.length > 0 && enrollment.unlisted.length === 0 ? exitCodes.pass : exitCodes.error;
}

const isPartial = ({ failure, unread }: RoundAccount): boolean =>
  !failure && exitCodeOfUnread(unread) !== exitCodes.pass;

/** How it went, and for each account that was not read whole why. */
function renderRound(round: string, accounts: readonly RoundAccount[], { enrollment }: EnrolledAccounts): string {
  const { skipped, unlisted } = enrollment;
  const called = ({ connector, name }: Pick<RoundAccount, 'connector' | 'name'>): string =>
    name === connector ? connector : `${connector} (${printable(name)})`;
  const failed = accounts.filter(({ failure }) => failure);
  const partial = accounts.filter(isPartial);
  const left = accounts.filter(({ scan }) => scan === undefined);
  const whole = accounts.length - failed.length - partial.length - left.length;
  const lines = [
    `round ${round}: ${accounts.length} accounts, ${whole} scanned whole, ${partial.length} in part, ${failed.length} not at all, ${left.length} left`,
    ...failed.map((account) => `failed: ${called(account)}: ${account.failure?.message}`),
    ...partial.map((account) => {
      const reasons = new Set(
        account.unread.filter(({ code }) => code !== 'NotCollected').map(({ message }) => message),
      );
      const [first] = reasons;
      return `in part: ${called(account)}: ${first}${reasons.size > 1 ? `, and ${reasons.size - 1} more reasons` : ''}`;
    }),
    ...left.map((account) => `left: ${called(account)}`),
    ...describeSkipped(skipped, ({ id, name, why }) => `skipped: ${called({ connector: id, name })}: ${why}`),
    ...unlisted.map(({ name, error }) => `organization ${printable(name)} could not be listed: ${error.message}`),
  ];
  return `${lines.join('\n')}\n`;
}
