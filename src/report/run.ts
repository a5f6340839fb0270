import type { ControlRun } from '../controls/run-control.ts';
import type { Evidence } from '../inventory/inventory.ts';

/** A finished `iamql check`: what every report format is rendered from. */
export interface Run {
  readonly evidence: Evidence;
  readonly controls: readonly ControlRun[];
  /** When it was judged. */
  readonly judgedAt: Date;
}
