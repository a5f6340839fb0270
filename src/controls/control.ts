import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Expectation } from './expectation.ts';

export interface Rule {
  readonly name: string;
  readonly title: string;
  /** Judged and printed beside the others; it never changes verdict or exit code. */
  readonly informative: boolean;
  /** The stored text, as it was published. */
  readonly query: string;
  readonly expect: Expectation;
  /** From each selected row to the asset that is judged, `''` for the row itself. */
  readonly returnPath: string;
}

/** A control file: what must hold, why, and what to do when it does not. */
export interface Control {
  /** States the good condition, carries no number, lives for ever. */
  readonly id: string;
  /** Other ids under which it was published. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly severity: 'low' | 'medium' | 'high';
  readonly connectors: readonly string[];
  readonly assetTypes: readonly AssetTypeName[];
  /** The number that each benchmark gives it. */
  readonly benchmarks: Readonly<Record<string, string>>;
  readonly overview: string;
  readonly remediation: {
    readonly console: string;
    readonly cli: string;
    readonly serviceWide: string;
    readonly rollout: string;
  };
  readonly rules: readonly Rule[];
  /** Undefined where there is one rule. */
  readonly whyRulesDiffer: string | undefined;
}
