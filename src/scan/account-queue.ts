import { createHash } from 'node:crypto';
import type { ConstructorOptions, PgBoss } from 'pg-boss';
import type { Database } from '../store/database/database.ts';
import { databaseError } from '../store/database/database-error.ts';
import type { Round } from '../store/scans/rounds.ts';

/** An account that this process is to scan, until it gives it back. */
export interface TakenAccount {
  readonly job: string;
  readonly connector: string;
}

/** A process that was not heard of for so long is taken for dead, and its accounts are given to others. */
const DEAD_AFTER_SECONDS = 15;
/** How often a process is heard of, and how often the silent are looked for. */
const BEAT_SECONDS = 3;
/** How often an account may change hands; what its scans do to processes is counted elsewhere, and ends sooner. */
const MOST_TAKEOVERS = 1000;
/** No scan takes longer than a process lives: the beat tells that. pg-boss wants a bound, and takes a day at most. */
const LONGEST_SECONDS = 23 * 3600;
/** Apart from the store's own tables, and from the jobs of other programs in the same database. */
const SCHEMA = 'iamql_queue';

interface Job {
  readonly round: string;
  readonly connector: string;
}

/**
 * Who scans which account now, over all processes of one store: pg-boss's jobs in the store's own database. What has been
 * scanned stands in the store alone; a job is there as long as there is something to do, and losing it loses nothing.
 */
export class AccountQueue {
  private readonly boss: PgBoss;
  private readonly name: string;
  private readonly taken = new Set<string>();
  private beat: NodeJS.Timeout | undefined;

  private constructor(boss: PgBoss, name: string) {
    this.boss = boss;
    this.name = name;
  }

  /**
   * @param selection who asks for the same accounts has the same queue.
   * @throws IamqlError when the database fails, or lets this user make no schema in it.
   */
  static async open(database: Database, selection: string): Promise<AccountQueue> {
    const isAlone = database.access.kind === 'folder';
    const { PgBoss: Boss } = await import('pg-boss');
    const boss = new Boss({ ...(await accessOf(database)), ...usual, supervise: !isAlone });
    // A database that is restarted is there again soon; whoever asks it for something meets the error.
    boss.on('error', () => {});
    boss.on('warning', () => {});
    // Of several stores in one database each has accounts of its own.
    const [store] = await database.query<{ schema: string }>('SELECT current_schema() AS schema');
    const hash = createHash('sha256').update(JSON.stringify([store?.schema, selection]));
    const queue = new AccountQueue(boss, `scan_${hash.digest('hex').slice(0, 16)}`);
    await explained(async () => {
      await boss.start();
      await boss.createQueue(queue.name, {
        heartbeatSeconds: DEAD_AFTER_SECONDS,
        retryLimit: MOST_TAKEOVERS,
        expireInSeconds: LONGEST_SECONDS,
      });
      // No other process has the folder open, so whoever had taken accounts is dead.
      if (isAlone) await boss.deleteAllJobs(queue.name);
    });
    queue.beat = setInterval(() => void queue.showAlive(), BEAT_SECONDS * 1000);
    return queue;
  }

  /** Offers accounts to whoever takes them. Those that are offered or taken already stay as they are. */
  async offer(round: Round, connectors: readonly string[], isLater = false): Promise<void> {
    if (connectors.length === 0) return;
    const jobs = connectors.map((connector) => ({
      id: this.jobId(round, connector),
      data: { round: round.id, connector } satisfies Job,
      priority: isLater ? -1 : 0,
    }));
    await explained(() => this.boss.insert(this.name, jobs));
  }

  /** Takes so many accounts at most, which no other process has. What is left of a round before is thrown away. */
  async take(round: Round, count: number): Promise<readonly TakenAccount[]> {
    const jobs = await explained(() => this.boss.fetch<Job>(this.name, { batchSize: count }));
    const own = jobs.filter(({ data }) => data.round === round.id);
    const others = jobs.filter(({ data }) => data.round !== round.id);
    for (const { id } of own) this.taken.add(id);
    if (others.length > 0)
      await explained(() =>
        this.boss.deleteJob(
          this.name,
          others.map(({ id }) => id),
        ),
      );
    return own.map(({ id, data }) => ({ job: id, connector: data.connector }));
  }

  /** Gives an account back that has been scanned, or that somebody else is to scan. */
  async giveBack(...jobs: readonly string[]): Promise<void> {
    for (const job of jobs) this.taken.delete(job);
    await explained(() => this.boss.deleteJob(this.name, [...jobs]));
  }

  /** The accounts that this process has taken stay its own until they are given back; others get them when it ends. */
  async close(): Promise<void> {
    clearInterval(this.beat);
    await this.boss.stop({ graceful: false }).catch(() => {});
  }

  private async showAlive(): Promise<void> {
    if (this.taken.size === 0) return;
    // What cannot be said now is said in some seconds, or never, and then others take over.
    await this.boss.touch(this.name, [...this.taken]).catch(() => {});
  }

  /** The same for the same account in the same round, whoever offers it. A store that is made anew counts rounds anew. */
  private jobId({ id, startedAt }: Round, connector: string): string {
    const hash = createHash('sha256').update(JSON.stringify([this.name, id, startedAt.toISOString(), connector]));
    return hash.digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-5$3-8$4-$5');
  }
}

/** None of what pg-boss does beside its jobs. */
const usual = {
  schema: SCHEMA,
  schedule: false,
  reindex: false,
  monitorVacuum: false,
  superviseIntervalSeconds: BEAT_SECONDS,
  monitorIntervalSeconds: BEAT_SECONDS,
} satisfies ConstructorOptions;

/** A few connections of its own beside those of the store: it asks little. */
async function accessOf({ access }: Database): Promise<ConstructorOptions> {
  if (access.kind === 'server')
    return { connectionString: access.url, max: 2, application_name: 'iamql', connectionTimeoutMillis: 10_000 };
  const { fromPglite } = await import('pg-boss');
  return { db: fromPglite(access.pglite), backend: 'pglite' };
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw databaseError(cause, 'the queue of accounts in the store failed');
  }
}
