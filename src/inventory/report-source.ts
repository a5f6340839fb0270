import { parseCredentialReport } from '../iam/credential-report.ts';
import { parseReportFile } from '../iam/credential-report-file.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { AccountIdentity, FactSource, ReportFacts } from './fact-source.ts';
import { checkAge, readSourceFile } from './source-file.ts';

export interface ReportSettings {
  readonly file: string;
  /** For a bare CSV, which does not say. */
  readonly generatedAt: Instant | undefined;
  readonly maxAgeMs: number | undefined;
  /** Take a report without the root row for a whole one. */
  readonly acceptFiltered: boolean;
}

/** A credential report file: its rows, and nothing that only AWS can be asked. */
export class ReportSource implements FactSource {
  readonly kind = 'report';
  readonly calls = [];
  private readonly settings: ReportSettings;
  private facts: Promise<ReportFacts> | undefined;

  constructor(settings: ReportSettings) {
    this.settings = settings;
  }

  /** A reading that failed is not kept: the file may be mended while a server runs. */
  readCredentialReport(): Promise<ReportFacts> {
    this.facts ??= this.readReport().catch((error: unknown) => {
      this.facts = undefined;
      throw error;
    });
    return this.facts;
  }

  async readAccount(): Promise<AccountIdentity> {
    const { report } = await this.readCredentialReport();
    if (!report.account) throw new IamqlError('Corrupt', `${this.settings.file} has no rows`);
    return report.account;
  }

  listAccessKeys(): Promise<never> {
    return this.notCollected('iam:ListAccessKeys');
  }

  getAccessKeyLastUsed(): Promise<never> {
    return this.notCollected('iam:GetAccessKeyLastUsed');
  }

  listAccountAliases(): Promise<never> {
    return this.notCollected('iam:ListAccountAliases');
  }

  private async readReport(): Promise<ReportFacts> {
    const { file, acceptFiltered } = this.settings;
    const { csv, generatedAt: written } = parseReportFile(await readSourceFile(file));
    const report = parseCredentialReport(csv);
    if (!report.account) throw new IamqlError('Corrupt', `${file} has a header and no rows: it was cut or emptied`);
    const generatedAt = written ?? this.settings.generatedAt;
    checkAge('the report', generatedAt, this.settings.maxAgeMs, 'pass --generated-at');
    return { report, readAt: generatedAt, generatedAt, isFiltered: !report.root && !acceptFiltered };
  }

  private notCollected(action: string): Promise<never> {
    return Promise.reject(new IamqlError('NotCollected', `needs ${action}, which a credential report does not hold`));
  }
}
