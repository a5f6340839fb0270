import { readFile } from 'node:fs/promises';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { parseReportFile } from '../iam/credential-report-file.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantToMs, renderInstant } from '../iam/instant.ts';
import type { AccountIdentity, FactSource, ReportFacts } from './fact-source.ts';

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
    const { csv, generatedAt: written } = parseReportFile(await readBytes(file));
    const report = parseCredentialReport(csv);
    if (!report.account) throw new IamqlError('Corrupt', `${file} has a header and no rows: it was cut or emptied`);
    const generatedAt = written ?? this.settings.generatedAt;
    checkAge(generatedAt, this.settings.maxAgeMs);
    return { report, readAt: generatedAt, generatedAt, isFiltered: !report.root && !acceptFiltered };
  }

  private notCollected(action: string): Promise<never> {
    return Promise.reject(new IamqlError('NotCollected', `needs ${action}, which a credential report does not hold`));
  }
}

/** @throws IamqlError InvalidInput where there is no such file: nothing was opened, so nothing can be distrusted. */
async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new IamqlError('InvalidInput', `cannot open ${file}: ${reason}`, { cause });
  }
}

function checkAge(generatedAt: Instant | undefined, maxAgeMs: number | undefined): void {
  if (maxAgeMs === undefined) return;
  if (generatedAt === undefined) {
    throw new IamqlError(
      'TooOld',
      'the report does not say when it was generated, which --max-age needs; pass --generated-at',
    );
  }
  if (Date.now() - instantToMs(generatedAt) > maxAgeMs) {
    throw new IamqlError('TooOld', `the report of ${renderInstant(generatedAt)} is older than --max-age`);
  }
}
