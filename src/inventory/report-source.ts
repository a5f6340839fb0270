import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { parseReportFile } from '../iam/credential-report-file.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { FactSource, Facts, ReportFacts } from './fact-source.ts';
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

  constructor(settings: ReportSettings) {
    this.settings = settings;
  }

  async read<G extends FactGroup>(group: G): Promise<Facts[G]>;
  async read(group: FactGroup): Promise<Facts[FactGroup]> {
    if (group === 'CREDENTIAL_REPORT') return this.readReport();
    const action = factGroups[group].actions.at(-1);
    throw new IamqlError('NotCollected', `needs ${action}, which a credential report does not hold`);
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
}
