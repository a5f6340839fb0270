import { expect } from 'vitest';

/** Counts how random cases come out: cases that all come out alike would prove nothing. */
export class Tally {
  private readonly counts = new Map<unknown, number>();
  private total = 0;

  count(outcome: unknown): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    this.total++;
  }

  /** Each of the outcomes makes up more than that share of all. */
  expectEach(outcomes: readonly unknown[], share: number): void {
    const shares = outcomes.map((outcome) => [outcome, (this.counts.get(outcome) ?? 0) / this.total] as const);
    expect(shares.filter(([, one]) => !(one > share))).toEqual([]);
  }
}
