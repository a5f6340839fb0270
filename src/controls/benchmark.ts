import type { Parameters } from './control.ts';

/** A published list of recommendations, each decided by a control or by nobody. */
export interface Benchmark {
  /** For example `cis-aws-5.0`. */
  readonly id: string;
  readonly title: string;
  readonly sections: readonly Section[];
}

interface Section {
  readonly number: string;
  readonly title: string;
  readonly recommendations: readonly Recommendation[];
}

export type Recommendation = {
  /** Within the benchmark, for example `1.10`. */
  readonly number: string;
  /** The profile that it belongs to. */
  readonly level: 1 | 2;
} & (DecidedByControl | NotAutomated);

interface DecidedByControl {
  /** The id of a control. */
  readonly control: string;
  /** What this benchmark asks where the control's defaults ask something else. */
  readonly parameters: Parameters;
}

interface NotAutomated {
  readonly control: undefined;
  readonly title: string;
  /** Why no control decides it. */
  readonly notAutomated: string;
}
