import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import type { AwsCall } from '../aws/call-log.ts';
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

/**
 * Where the facts of one account come from. Each read gives the whole answer or throws an IamqlError; a fact that the
 * source does not hold is NotCollected. Reads are per request, except that a source may keep the report it has read.
 */
export interface FactSource {
  readonly kind: Exclude<SourceKind, 'snapshot'>;
  readCredentialReport(): Promise<ReportFacts>;
  readAccount(): Promise<AccountIdentity>;
  listAccessKeys(userName: string, why: string): Promise<readonly ListedAccessKey[]>;
  getAccessKeyLastUsed(accessKeyId: string, why: string): Promise<AccessKeyLastUsed>;
  listAccountAliases(): Promise<readonly string[]>;
  /** The AWS calls made since the source was opened. */
  readonly calls: readonly AwsCall[];
}
