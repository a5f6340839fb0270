import type { ScenarioOrganization } from './organization.ts';
import type {
  ScenarioMfaDevice,
  ScenarioNouns,
  ScenarioSigningCertificate,
  ScenarioUserNouns,
} from './scenario-nouns.ts';

/**
 * What a scripted AWS account holds and how it misbehaves, as plain data. Times are ISO 8601 texts in UTC such as
 * `2024-03-01T10:20:30Z`; every field has a default, so `{}` is a healthy account with a root user and nothing else.
 */
export interface Scenario extends ScenarioNouns {
  /** Default `111122223333`, one of the account ids AWS reserves for examples. */
  readonly accountId?: string;
  /** Default `aws`; `aws-cn` and the others change every ARN. */
  readonly partition?: string;
  /** Who signed the requests, unless they are signed with credentials that AssumeRole handed out here. */
  readonly callerArn?: string;
  readonly users?: readonly ScenarioUser[];
  /** `null` leaves the root row out of the report, as emulators and filtered copies do. */
  readonly root?: ScenarioRoot | null;
  readonly report?: ScenarioReport;
  readonly aliases?: readonly string[];
  /** The roles that may be assumed, of any account, not to be mixed up with `iamRoles`, which this one has; left out, any role of any account may be. */
  readonly roles?: readonly ScenarioRole[];
  /** How long a role's session lasts, whatever was asked; its credentials are refused afterwards. */
  readonly sessionSeconds?: number;
  /** Credentials of a session are refused so long after they were given, also before the end that they name: time that goes faster. In milliseconds. */
  readonly sessionRefusedAfterMs?: number;
  /** The account is the management account of it. */
  readonly organization?: ScenarioOrganization;
  /** The most items a page holds, below what MaxItems asks: AWS may return short pages that are still truncated. */
  readonly pageSize?: number;
  readonly latencyMs?: number;
  /** By how much the clock of the answers is ahead of the machine's, which may be wrong. */
  readonly clockAheadMs?: number;
  /** More calls than that, with a second's worth saved up at most, are throttled. */
  readonly callsPerSecond?: number;
  readonly faults?: readonly Fault[];
}

export interface ScenarioUser extends ScenarioUserNouns {
  readonly name: string;
  /** Default: one that follows from the name. */
  readonly userId?: string;
  /** Starts and ends with a slash; default `/`. */
  readonly path?: string;
  readonly createDate: string;
  readonly passwordEnabled?: boolean;
  readonly passwordLastUsed?: string;
  /** Default: when the user was created. */
  readonly passwordLastChanged?: string;
  readonly passwordNextRotation?: string;
  /** What the report says, of a password that was made or deleted since; default: `passwordEnabled`. */
  readonly passwordEnabledInReport?: boolean;
  /** What the report says; default: whether there are MFA devices. */
  readonly mfaActive?: boolean;
  readonly accessKeys?: readonly ScenarioAccessKey[];
  /** Overrides the column of this name, which exists only in reports with `columns: 'with-additional'`. */
  readonly additionalCredentialsInfo?: string;
  /** The report still has this user, every other call answers NoSuchEntity. */
  readonly deletedSinceReport?: boolean;
}

export interface ScenarioAccessKey {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
  /** What the report says, of a key whose status changed since; default: `status`. */
  readonly statusInReport?: 'Active' | 'Inactive';
  readonly createDate: string;
  /** The report's slot. Keys without one fill the free slots in order; ListAccessKeys keeps the order of the list. */
  readonly slot?: 1 | 2;
  /** Default: when the key was created. */
  readonly lastRotated?: string;
  /** Left out, the key was never used. */
  readonly lastUsed?: { readonly date: string; readonly region: string; readonly service: string };
  /** The report still has this key, ListAccessKeys does not. */
  readonly deletedSinceReport?: boolean;
}

export interface ScenarioRoot {
  readonly createDate?: string;
  /** Older reports say `not_supported`, newer ones a boolean. */
  readonly passwordEnabled?: boolean | 'not_supported';
  readonly passwordLastUsed?: string;
  readonly passwordLastChanged?: string;
  /** Default: whether there are MFA devices, and true where none are said. */
  readonly mfaActive?: boolean;
  readonly mfaDevices?: readonly ScenarioMfaDevice[];
  readonly accessKeys?: readonly ScenarioAccessKey[];
  readonly signingCertificates?: readonly ScenarioSigningCertificate[];
}

const ROOT_CREATED = '2015-01-01T00:00:00Z';

/**
 * - `present`: a report exists. Generate answers COMPLETE and changes nothing, as AWS does within four hours of the last
 *   one, unless `generatedAfterGenerate` says that a new report is built.
 * - `absent`, `expired`: ReportNotPresent or ReportExpired until Generate is called.
 * - `in-progress`: someone else has just called Generate.
 * - `never-ready`: absent, and Generate never leads to a report.
 */
type ReportState = 'present' | 'absent' | 'expired' | 'in-progress' | 'never-ready';

interface ScenarioReport {
  readonly state?: ReportState;
  /** Users, keys and uses from after this time are not in the report. Default: now, with everything in it. */
  readonly generatedTime?: string;
  /** The time of the report that Generate leads to; default `generatedTime`. */
  readonly generatedAfterGenerate?: string;
  /** How many calls, Get or Generate, find a started report still in progress; default 1. */
  readonly pollsUntilReady?: number;
  /** Sent as it is instead of a rendered report. */
  readonly content?: string;
  readonly columns?: ReportColumns;
  /** How times end. AWS wrote `+00:00` for years and has been seen to write `Z` since; default `+00:00`. */
  readonly timeSuffix?: '+00:00' | 'Z';
}

export type ReportColumns = 'old16' | 'full22' | 'with-additional';

interface ScenarioRole {
  readonly arn: string;
  readonly externalId?: string;
}

/** A fault strikes the calls it matches; of several that match, the first that is not used up. */
export interface Fault {
  readonly action: string;
  /** Only calls with these parameters, such as `{ UserName: 'alice' }`. */
  readonly params?: Readonly<Record<string, string>>;
  /** How many matching calls pass unharmed first; default 0. */
  readonly skip?: number;
  /** How many calls are struck; default all. */
  readonly times?: number;
  /** An AWS error. Status and message default to AWS's own for the code. */
  readonly error?: { readonly code: string; readonly message?: string; readonly status?: number };
  /** Half of the answer, then the socket is destroyed. */
  readonly cut?: boolean;
  /** Status 200 and a body that is not AWS's: a well-formed web page that asks to sign in, or this text. */
  readonly garbage?: true | string;
  /** No answer, ever. */
  readonly hang?: boolean;
  /** Answers a byte at a time and never comes to the end: there is no silence that is long enough to be one. */
  readonly trickle?: boolean;
  readonly delayMs?: number;
  /** A page without items that says there is more, with a new marker each time. */
  readonly emptyTruncated?: boolean;
  /** A page that says there is more and hands out the marker it was asked with. */
  readonly sameMarker?: boolean;
}

export type ResolvedScenario = Scenario &
  Required<Pick<Scenario, 'accountId' | 'partition' | 'callerArn' | 'users' | 'aliases' | 'faults' | 'latencyMs'>>;

export function resolveScenario(scenario: Scenario): ResolvedScenario {
  const accountId = scenario.accountId ?? '111122223333';
  const partition = scenario.partition ?? 'aws';
  return {
    ...scenario,
    accountId,
    partition,
    callerArn: scenario.callerArn ?? `arn:${partition}:iam::${accountId}:user/auditor`,
    users: scenario.users ?? [],
    aliases: scenario.aliases ?? [],
    faults: scenario.faults ?? [],
    latencyMs: scenario.latencyMs ?? 0,
  };
}

/** The ARN of what the account has, such as of `role/path/name`. */
export function accountArn({ partition, accountId }: ResolvedScenario, resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}

export function userArn(scenario: ResolvedScenario, user: ScenarioUser): string {
  return accountArn(scenario, `user${user.path ?? '/'}${user.name}`);
}

export function rootCreateDate({ root }: Scenario): string {
  return root?.createDate ?? ROOT_CREATED;
}

export function rootHasMfa({ root }: Scenario): boolean {
  return root?.mfaActive ?? (root?.mfaDevices === undefined || root.mfaDevices.length > 0);
}

/** Whole seconds and a `Z`, as AWS writes times in its XML. */
export function wireTime(time: string | Date): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
