import { renderDuration } from '../report/duration.ts';
import type { Database } from '../store/database/database.ts';
import { leftOf, type Round } from '../store/scans/rounds.ts';
import { writeNote } from './output.ts';
import { type Progress, startProgress } from './progress.ts';

/** How often it is looked how much is left, by whomever it is done. In milliseconds. */
const LOOK_MS = 2_000;
/** How often a line is written where there is no terminal. In milliseconds. */
const LINE_MS = 10_000;

/** In characters: what stands beside it still fits a terminal of eighty. */
const BAR_WIDTH = 16;

/** How far a round is: how many accounts of it are scanned, how fast, and how long the rest takes. */
export class RoundProgress {
  private readonly startedAt = performance.now();
  private readonly total: number;
  private left: number;
  private failed = 0;
  private readonly progress: Progress;
  private readonly timers: readonly NodeJS.Timeout[];

  private constructor(database: Database, round: Round, left: number) {
    this.total = left;
    this.left = left;
    this.progress = startProgress(() => `${this.bar()} ${this.line()}`);
    const look = setInterval(() => void this.look(database, round), LOOK_MS);
    const write = setInterval(() => process.stderr.isTTY || writeNote(`iamql: ${this.line()}`), LINE_MS);
    this.timers = [look, write];
    for (const timer of this.timers) timer.unref();
  }

  static async start(database: Database, round: Round): Promise<RoundProgress> {
    return new RoundProgress(database, round, (await leftOf(database, round)).length);
  }

  /** An account was scanned by this process. */
  scanned(hasFailed: boolean): void {
    this.left = Math.max(0, this.left - 1);
    if (hasFailed) this.failed += 1;
    this.progress.changed();
  }

  end(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.progress.end();
  }

  private async look(database: Database, round: Round): Promise<void> {
    // A database that does not answer now is asked again.
    const left = await leftOf(database, round).catch(() => undefined);
    if (left !== undefined) this.left = left.length;
  }

  private bar(): string {
    const filled = this.total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * (this.total - this.left)) / this.total);
    return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
  }

  private line(): string {
    const done = this.total - this.left;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const rate = done / seconds;
    const rest = done === 0 ? '' : `, ${rate.toFixed(1)} a second, ${renderDuration(this.left / rate)} left`;
    const failed = this.failed > 0 ? `, ${this.failed} failed` : '';
    return `scanned ${done} of ${this.total} accounts${failed}${rest}`;
  }
}
