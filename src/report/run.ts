import type { Benchmark, Recommendation } from '../controls/benchmark.ts';
import type { ExceptionsRun } from '../controls/exceptions-run.ts';
import type { ControlRun } from '../controls/run-control.ts';
import type { AskedAccount, Evidence } from '../inventory/inventory.ts';

/** A finished `iamql check`: what every report format is rendered from. */
export interface Run {
  readonly evidence: Evidence;
  /** Each control once for each set of parameters that it was judged with. */
  readonly controls: readonly ControlRun[];
  /** Undefined where the controls were named one by one. */
  readonly benchmark?: BenchmarkRun | undefined;
  /** Undefined where no exceptions were given. */
  readonly exceptions?: ExceptionsRun | undefined;
  /** Which accounts were asked, where there are several. */
  readonly accounts?: readonly AskedAccount[] | undefined;
  /** Of a part of a run over several accounts: the one that it is about. */
  readonly account?: AskedAccount | undefined;
  /** When it was judged. */
  readonly judgedAt: Date;
}

interface BenchmarkRun {
  readonly benchmark: Benchmark;
  /** The run that decides a recommendation; undefined for those that nothing decides. */
  runOf(recommendation: Recommendation): ControlRun | undefined;
}
