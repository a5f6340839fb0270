import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import type { AwsCall } from '../aws/call-log.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { CredentialReport } from '../iam/credential-report.ts';
import type { Instant } from '../iam/instant.ts';
import type { SourceKind } from './inventory.ts';

export interface AccountIdentity {
  readonly accountId: string;
  readonly partition: string;
}

/** A credential report and what is known of how it came here. */
export interface ReportFacts {
  readonly report: CredentialReport;
  /** When AWS answered it; undefined where nobody knows. */
  readonly readAt: Instant | undefined;
  /** When AWS generated it; undefined for a bare CSV, whose age nobody knows. */
  readonly generatedAt: Instant | undefined;
  /** The file has no root row, so somebody took rows out: what it does not show may exist. */
  readonly isFiltered: boolean;
}

/** What a group of facts is, as it is read: of the account, or of the one asset that is asked. */
export interface Facts extends Readonly<Record<FactGroup, unknown>> {
  readonly CREDENTIAL_REPORT: ReportFacts;
  readonly CALLER_IDENTITY: AccountIdentity;
  readonly ACCOUNT_ALIASES: readonly string[];
  /** The keys of a user. */
  readonly ACCESS_KEYS: readonly ListedAccessKey[];
  /** The last use of each of the keys that were listed of a user. */
  readonly ACCESS_KEY_LAST_USED: readonly AccessKeyLastUsed[];
}

/** Whose facts are read, for groups that are read one asset at a time. */
export interface Asked {
  readonly userName?: string;
  readonly accessKeyIds?: readonly string[];
}

/**
 * Where the facts of one account come from. A reading gives the whole group or throws an IamqlError; a group that the
 * source does not hold is NotCollected. Nothing is remembered here: the account's graph does that.
 */
export interface FactSource {
  readonly kind: Exclude<SourceKind, 'snapshot'>;
  read<G extends FactGroup>(group: G, asked: Asked): Promise<Facts[G]>;
  /** The AWS calls made since the source was opened. */
  readonly calls: readonly AwsCall[];
}
