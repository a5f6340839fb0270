import type { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Expression } from '../where/expression.ts';
import type { Page, Position } from './page.ts';

/** An access key that a finding is about. */
export interface KeptKey {
  readonly accessKeyId: string | null;
  readonly slot: number | null;
  /** When the report says that it was created or last changed. */
  readonly since: Instant | null;
  /** When AWS says that it was created. */
  readonly createDate: Instant | null;
}

export interface KeptException {
  readonly owner: string;
  readonly expires: Instant;
  readonly reason: string;
  readonly ticket: string | null;
}

/** What a control found in one scan: an asset, or one of its keys. */
export interface JudgedFinding {
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: KeptKey | null;
  /** Null where it counts. */
  readonly exception: KeptException | null;
}

/** What a control said of one scan. */
export interface JudgedControl {
  readonly control: string;
  readonly severity: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly verdict: 'PASS' | 'FAIL' | 'ERROR';
  readonly total: number | undefined;
  readonly findings: readonly JudgedFinding[];
  /** Why there may be more than was found: where there is any, what was not found is not known to be gone. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

type FindingState = 'OPEN' | 'EXCEPTED' | 'RESOLVED' | 'RETIRED';

/** Which findings are asked for, in which order, from one place to another. Fields are those of `Finding` in the schema. */
export interface FindingsQuestion {
  readonly where: Expression;
  readonly page: Page;
  readonly asOf?: Instant | undefined;
}

/** A finding and its life, up to the time that was asked about. */
export interface FindingRecord extends Omit<JudgedFinding, 'exception'> {
  readonly id: string;
  readonly control: string;
  readonly severity: string;
  readonly connector: string;
  readonly accountName: string;
  readonly accountID: string;
  /** The values of the control's parameters, which it was found with. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly state: FindingState;
  readonly stateSince: Instant;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly resolvedAt: Instant | null;
  readonly reopenedCount: number;
  readonly unjudgedSince: Instant | null;
  readonly exception: KeptException | null;
}

export interface FoundFindings {
  /** The page that was asked for, in order. */
  readonly findings: readonly FindingRecord[];
  readonly positions: readonly Position[];
  /** How many there are, on this page and all others. */
  readonly total: number;
  /** How many of them stand before the page. */
  readonly skipped: number;
  /** Why these may not be all. */
  readonly unread: readonly IamqlError[];
}

/** Of which findings, and from which day on. */
export interface SummaryQuestion {
  /** Of the control and the account alone: what else a finding holds changes in its life. */
  readonly where: Expression;
  readonly since?: Instant | undefined;
  readonly asOf?: Instant | undefined;
}

/** What a question about findings costs a database: how many rows of how many. */
export interface FindingsCost {
  /** Findings that match; of a summary, what scans have changed of those and it adds up. */
  readonly matching: { readonly rows: number; readonly of: number };
  /** Those that leave the database for a pattern to be matched; undefined where there is none. */
  readonly patterns?: { readonly rows: number; readonly of: number };
}

/** How findings stood day by day, and why that may not be all. */
export interface FindingsSummary {
  readonly days: readonly HistoryDay[];
  readonly unread: readonly IamqlError[];
}

/** What a control said of a scan. */
export interface KeptJudgement extends Omit<JudgedControl, 'control' | 'findings' | 'total'> {
  readonly scan: string;
  readonly connector: string;
  readonly at: Instant;
  readonly found: number;
  readonly excepted: number;
  readonly total: number | null;
}

export type FindingSeverity = 'HIGH' | 'MEDIUM' | 'LOW';

/** A day (UTC) in which something was judged, and how it stood at its end. */
export interface HistoryDay {
  readonly day: string;
  readonly open: Readonly<Record<FindingSeverity, number>>;
  readonly excepted: number;
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  readonly retired: number;
  /** Judgements of the day that were not whole: what they did not find is not known to be gone. */
  readonly unjudged: number;
}
