import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type ErrorKind, IamqlError } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import type { Database } from '../store/database/database.ts';
import type { EnrolledConnector } from '../store/scans/enrolled.ts';
import { leftOf, noteBegun, noteNotBegun, type Round } from '../store/scans/rounds.ts';
import type { ScanOutcome } from '../store/scans/scan-account.ts';
import { writeFailedScan } from '../store/scans/write-scan.ts';
import type { AccountQueue, TakenAccount } from './account-queue.ts';
import { patiently } from './patience.ts';

export interface RoundWork {
  readonly database: Database;
  readonly queue: AccountQueue;
  readonly round: Round;
  /** By id. */
  readonly connectors: ReadonlyMap<string, EnrolledConnector>;
  /** Opens an account for one scan. */
  readonly open: (id: string, signal: AbortSignal) => Source;
  /** How many accounts this process scans at once. */
  readonly atOnce: number;
  /** Ends the work: no scan is begun any more, and those that are under way are given up. */
  readonly signal: AbortSignal;
  /** Of iamql. */
  readonly version: string;
  /** Called when an account has been scanned by this process. */
  readonly onScanned: (outcome: ScanOutcome, calls: Source['calls']) => void;
}

/** How many scans this process writes at once: a database writes a few no slower than many, and holds less for them. */
const WRITES_AT_ONCE = 4;
/** Scans of an account that ended so many processes are given up: it would end all. */
const MOST_BEGUN = 5;
/** An account that may have ended as many processes is scanned with nothing beside it, so that nothing else is blamed. */
const BEGUN_BEFORE_ALONE = 2;
/** Who has nothing to do looks so often whether there is something. In milliseconds. */
const LOOK_MS = 500;
/** What may pass within a round; such an account has one more turn, behind all others. */
const PASSING: ReadonlySet<ErrorKind> = new Set(['Throttled', 'Unreachable', 'NotReady']);

/** Scans accounts of a round until none is left, by this process or another. */
export async function workRound(work: RoundWork): Promise<void> {
  const worker = new Worker(work);
  try {
    await worker.run();
  } finally {
    await worker.end();
  }
}

class Worker {
  private readonly work: RoundWork;
  private readonly limitWrites = pLimit(WRITES_AT_ONCE);
  private readonly running = new Map<string, { readonly connector: string; readonly ended: Promise<void> }>();
  /** Accounts that have had a turn that failed in a way that may pass. */
  private readonly tried = new Set<string>();
  /** Jobs whose accounts have been read and are being written: others are read meanwhile. */
  private readonly written = new Set<string>();
  /** Resolved when one more account can be read. */
  private room = Promise.withResolvers<void>();
  private failure: unknown;

  constructor(work: RoundWork) {
    this.work = work;
  }

  async run(): Promise<void> {
    const { database, queue, round, atOnce, signal } = this.work;
    await this.patiently(async () => queue.offer(round, await leftOf(database, round)));
    while (!signal.aborted && this.failure === undefined) {
      const { promise: room } = this.room;
      const free = atOnce - (this.running.size - this.written.size);
      const taken = free > 0 ? await this.patiently(() => queue.take(round, free)) : [];
      await this.beginAll(taken);
      if (taken.length > 0 && taken.length < free) continue;
      if (this.running.size > 0) await Promise.race([room, sleep(LOOK_MS, undefined, { ref: false })]);
      else if (!(await this.isAnyLeft())) break;
    }
    if (this.failure !== undefined) throw this.failure;
    signal.throwIfAborted();
  }

  /** Gives back what was taken and not scanned: the process ends in good order, and nobody is to wait for it. */
  async end(): Promise<void> {
    const { database, queue, round } = this.work;
    const left = [...this.running];
    if (left.length === 0) return;
    await noteNotBegun(
      database,
      round,
      left.map(([, { connector }]) => connector),
    ).catch(() => {});
    await queue.giveBack(...left.map(([job]) => job)).catch(() => {});
  }

  /** Who has nothing to do may be waiting for others, or for accounts that somebody lost. */
  private async isAnyLeft(): Promise<boolean> {
    const { database, queue, round } = this.work;
    const { connectors } = this.work;
    // What a newer file names is scanned by who has read that.
    const left = (await this.patiently(() => leftOf(database, round))).filter((id) => connectors.has(id));
    if (left.length === 0) return false;
    await this.patiently(() => queue.offer(round, left, true));
    await sleep(LOOK_MS);
    return true;
  }

  private async beginAll(taken: readonly TakenAccount[]): Promise<void> {
    const noted = await this.noteBegun(taken, BEGUN_BEFORE_ALONE);
    for (const one of taken) if (noted.has(one.connector)) await this.begin(one, noted.get(one.connector));
    // Each when it is begun: who ends the process while others wait is not to have these blamed.
    for (const one of taken)
      if (!noted.has(one.connector)) await this.begin(one, (await this.noteBegun([one])).get(one.connector));
  }

  private async noteBegun(taken: readonly TakenAccount[], below?: number): Promise<ReadonlyMap<string, number>> {
    const { database, round } = this.work;
    if (taken.length === 0) return new Map();
    const connectors = taken.map(({ connector }) => connector);
    return this.patiently(() => noteBegun(database, round, connectors, below));
  }

  private async begin(taken: TakenAccount, before: number | undefined): Promise<void> {
    if (before === undefined) return this.giveBack(taken);
    const isAlone = before >= BEGUN_BEFORE_ALONE;
    if (isAlone) await Promise.all([...this.running.values()].map(({ ended }) => ended));
    const ended = this.scan(taken, before)
      .catch((error: unknown) => {
        if (!this.work.signal.aborted) this.failure ??= error;
      })
      .finally(() => {
        this.written.delete(taken.job);
        this.makeRoom();
      });
    this.running.set(taken.job, { connector: taken.connector, ended });
    if (isAlone) await ended;
  }

  private makeRoom(): void {
    this.room.resolve();
    this.room = Promise.withResolvers();
  }

  private async scan(taken: TakenAccount, begunBefore: number): Promise<void> {
    const { round, queue, connectors, open, onScanned, signal } = this.work;
    const connector = connectors.get(taken.connector);
    if (connector && begunBefore >= MOST_BEGUN) await this.giveUp(connector, begunBefore);
    else if (connector) {
      const source = open(connector.id, signal);
      const outcome = await this.scanInto(connector, source, taken.job);
      if (signal.aborted) return;
      const hasTurnLeft = outcome.failure && outcome.scan === undefined && PASSING.has(outcome.failure.kind);
      if (hasTurnLeft) {
        this.tried.add(connector.id);
        await this.giveBack(taken);
        await this.patiently(() => queue.offer(round, [connector.id], true));
        return;
      }
      onScanned(outcome, source.calls);
    }
    await this.giveBack(taken);
  }

  private async scanInto(connector: EnrolledConnector, source: Source, job: string): Promise<ScanOutcome> {
    const { scanAccount } = await import('../store/scans/scan-account.ts');
    const { database, round, version, signal } = this.work;
    const settings = {
      ...{ name: connector.name, tags: connector.tags, accountId: connector.id, isNamed: true, round: round.id },
      write: <T>(write: () => Promise<T>) =>
        this.limitWrites(() => {
          // What was read until then is a part of the account.
          signal.throwIfAborted();
          this.written.add(job);
          this.makeRoom();
          return this.patiently(write);
        }),
      keepsFailure: ({ kind }: IamqlError) =>
        !signal.aborted && kind !== 'Interrupted' && (this.tried.has(connector.id) || !PASSING.has(kind)),
    };
    return scanAccount(database, source, settings, version);
  }

  private async giveUp({ id, name, tags }: EnrolledConnector, begun: number): Promise<void> {
    const { database, round, onScanned } = this.work;
    const error = new IamqlError(
      'Unexpected',
      `${begun} processes ended while they scanned it, so it is left out of this round; look at how they ended (memory?)`,
    );
    const now = new Date();
    const failed = { connector: { id, name: id, accountID: id }, name, tags, error, round: round.id };
    const scan = await this.patiently(() => writeFailedScan(database, { ...failed, startedAt: now, endedAt: now }));
    onScanned({ scan, account: id, counts: new Map(), unread: [], failure: error }, []);
  }

  private async giveBack({ job }: TakenAccount): Promise<void> {
    await this.patiently(() => this.work.queue.giveBack(job));
    this.running.delete(job);
  }

  private patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, this.work.signal);
  }
}
