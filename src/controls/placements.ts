import type { Benchmark } from './benchmark.ts';
import type { Control } from './control.ts';

/** Where benchmarks point at a control. */
export interface Placement {
  readonly benchmark: string;
  readonly numbers: readonly string[];
}

/** The benchmarks that point at a control, with the numbers that they have for it. */
export const placementsOf = ({ id }: Control, benchmarks: readonly Benchmark[]): readonly Placement[] =>
  benchmarks.flatMap(({ id: benchmark, sections }) => {
    const numbers = sections.flatMap(({ recommendations }) =>
      recommendations.flatMap(({ control, number }) => (control === id ? [number] : [])),
    );
    return numbers.length > 0 ? [{ benchmark, numbers }] : [];
  });
