import { getAccessKeyLastUsed, listAccessKeys } from '../aws/access-keys.ts';
import { type CallerIdentity, getCallerIdentity, listAccountAliases } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import { CallLog } from '../aws/call-log.ts';
import { readCredentialReport } from '../aws/credential-report.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import type { FactSource, ReportFacts } from './fact-source.ts';

export interface LiveSettings {
  /** No report older than this, in milliseconds; undefined for as old as AWS hands out. */
  readonly maxAgeMs: number | undefined;
  /** How long AWS may take to generate a report, in milliseconds. */
  readonly waitMs: number;
}

/**
 * The account that the credentials belong to. A report that was read is kept for as long as the source, so a server
 * opens a source for as long as it wants to answer from one report; per-user facts are read anew each time.
 */
export class LiveSource implements FactSource {
  readonly kind = 'live';
  private readonly account: AwsAccount;
  private readonly settings: LiveSettings;
  private readonly signal: AbortSignal;
  private readonly log = new CallLog();
  private report: Promise<ReportFacts> | undefined;
  private identity: Promise<CallerIdentity> | undefined;

  constructor(account: AwsAccount, settings: LiveSettings, signal: AbortSignal) {
    this.account = account;
    this.settings = settings;
    this.signal = signal;
  }

  get calls() {
    return this.log.calls;
  }

  /** One read however many ask at once; a failed one is not kept. */
  readCredentialReport(): Promise<ReportFacts> {
    this.report ??= this.readReport().catch((error: unknown) => {
      this.report = undefined;
      throw error;
    });
    return this.report;
  }

  readAccount(): Promise<CallerIdentity> {
    this.identity ??= getCallerIdentity(this.account, this.tag('which account this is')).catch((error: unknown) => {
      this.identity = undefined;
      throw error;
    });
    return this.identity;
  }

  listAccessKeys(userName: string, why: string) {
    return listAccessKeys(this.account, userName, this.tag(why));
  }

  getAccessKeyLastUsed(accessKeyId: string, why: string) {
    return getAccessKeyLastUsed(this.account, accessKeyId, this.tag(why));
  }

  listAccountAliases() {
    return listAccountAliases(this.account, this.tag('accountAlias'));
  }

  private async readReport(): Promise<ReportFacts> {
    const { maxAgeMs, waitMs } = this.settings;
    const request = { waitMs, signal: this.signal, log: this.log, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
    const { csv, generatedAt } = await readCredentialReport(this.account, request);
    const report = parseCredentialReport(csv);
    // AWS always gives a root row; emulators give none, and are whole. Neither gives no row at all to an account in use.
    if (!report.account) throw new IamqlError('Corrupt', 'AWS answered a credential report without a single row');
    return { report, readAt: instantOf(new Date()), generatedAt, isFiltered: false };
  }

  private tag(why: string) {
    return { why, log: this.log };
  }
}
