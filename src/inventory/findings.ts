import type { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';

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

export type FindingState = 'OPEN' | 'EXCEPTED' | 'RESOLVED';

/** Which findings are asked for; what is undefined does not matter. */
export interface FindingsRequest {
  readonly control?: string | undefined;
  readonly state?: FindingState | undefined;
  readonly severity?: string | undefined;
  /** The id or the name of one. */
  readonly connector?: string | undefined;
  /** Only those that have become what they are since. */
  readonly since?: Instant | undefined;
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
  readonly state: FindingState;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly resolvedAt: Instant | null;
  readonly reopenedCount: number;
  readonly unjudgedSince: Instant | null;
  readonly exception: KeptException | null;
}

export interface FoundFindings {
  readonly findings: readonly FindingRecord[];
  /** Why these may not be all. */
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
  readonly opened: number;
  readonly resolved: number;
  /** Judgements of the day that were not whole: what they did not find is not known to be gone. */
  readonly unjudged: number;
}
