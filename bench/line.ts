/** One line of the bench's output. */
export interface Line {
  readonly what: string;
  readonly measured: string;
  /** What was promised, in words. */
  readonly bound: string;
  readonly isMet: boolean;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
};

/** Runs the candidates in turn, so that whatever else the machine does meets them alike; milliseconds each, median. */
export async function medians<K extends string>(
  rounds: number,
  candidates: Readonly<Record<K, () => unknown>>,
  of: (values: readonly number[]) => number = median,
): Promise<Record<K, number>> {
  const names = Object.keys(candidates) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await candidates[name]();
      times[name].push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, of(times[name])])) as Record<K, number>;
}

export const ms = (value: number): string => `${value.toFixed(value < 20 ? 1 : 0)} ms`;
