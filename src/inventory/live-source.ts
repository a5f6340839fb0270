import type { AwsAccount } from '../aws/aws-account.ts';
import { CallLog } from '../aws/call-log.ts';
import { readCredentialReport } from '../aws/credential-report.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import type { FactSource, Facts, ReportFacts } from './fact-source.ts';
import { type LiveReaders, liveReaders } from './live-readers.ts';

export interface LiveSettings {
  /** No report older than this, in milliseconds; undefined for as old as AWS hands out. */
  readonly maxAgeMs: number | undefined;
  /** How long AWS may take to generate a report, in milliseconds. */
  readonly waitMs: number;
}

/** The account that the credentials belong to. */
export class LiveSource implements FactSource {
  readonly kind = 'live';
  private readonly account: AwsAccount;
  private readonly settings: LiveSettings;
  private readonly signal: AbortSignal;
  private readonly log = new CallLog();
  private readonly readers: LiveReaders;

  constructor(account: AwsAccount, settings: LiveSettings, signal: AbortSignal) {
    this.account = account;
    this.settings = settings;
    this.signal = signal;
    this.readers = liveReaders(account, this.log);
  }

  get calls() {
    return this.log.calls;
  }

  async read<G extends FactGroup>(group: G, owner: Asset | undefined): Promise<Facts[G]>;
  async read(group: FactGroup, owner: Asset | undefined): Promise<Facts[FactGroup]> {
    return group === 'CREDENTIAL_REPORT' ? this.readReport() : this.readers[group](owner as Asset);
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
}
