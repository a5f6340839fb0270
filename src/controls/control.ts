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

export type ParameterValue = number | string | boolean;

/** A value that the rules' texts take as a variable of that name, and that a run may set. */
interface Parameter {
  readonly default: ParameterValue;
  readonly description: string;
}

/** A small account, written beside the control, and what the control says of it. */
export interface ControlTest {
  readonly name: string;
  readonly verdict: 'PASS' | 'FAIL' | 'ERROR';
  /** The IAM names of the assets that the deciding rules find. Undefined: whichever they are. */
  readonly findings: readonly string[] | undefined;
  /** In place of the control's defaults. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** When its facts were read; undefined for a fixed time. */
  readonly now: string | undefined;
  /** By type: assets in the schema's own field names, related ones inside those that they belong to. */
  readonly assets: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
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
  /** What it looks at and when it fails. */
  readonly overview: string;
  /** Why that matters. */
  readonly why: string;
  readonly remediation: {
    readonly console: string;
    readonly cli: string;
    /** Infrastructure as code: Terraform, CloudFormation. */
    readonly iac: string;
    /** So that it stops happening in all accounts. */
    readonly serviceWide: string | undefined;
    /** In which order. */
    readonly rollout: string | undefined;
  };
  /** What it finds that is nothing to worry about, and how to tell. */
  readonly falsePositives: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Selects the assets that it is about, where these are not all of its types: the verdict is out of so many. */
  readonly applicable: string | undefined;
  readonly rules: readonly Rule[];
  /** Undefined where there is one rule. */
  readonly whyRulesDiffer: string | undefined;
  readonly tests: readonly ControlTest[];
}
