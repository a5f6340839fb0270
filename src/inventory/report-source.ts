import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { parseReportFile } from '../iam/credential-report-file.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantToMs, renderInstant } from '../iam/instant.ts';
import type { FactSource, Facts, ReportFacts } from './fact-source.ts';
import { checkAge, readSourceFile, STDIN } from './source-file.ts';

/** Clocks of two machines differ. In milliseconds. */
const CLOCKS_DIFFER_MS = 300_000;

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
    const { acceptFiltered, generatedAt: said, maxAgeMs, file } = this.settings;
    const { report, generatedAt: written } = parseFile(await readSourceFile(file), file === STDIN ? 'stdin' : file);
    // What is to come would pass for fresh, whatever age is asked.
    if (written === undefined && said !== undefined && isToCome(said))
      throw new IamqlError('InvalidInput', `--generated-at ${renderInstant(said)} has not come yet`);
    const generatedAt = written ?? said;
    checkAge('the report', generatedAt, maxAgeMs, 'pass --generated-at');
    return { report, readAt: generatedAt, generatedAt, isFiltered: !report.root && !acceptFiltered };
  }
}

const isToCome = (at: Instant): boolean => instantToMs(at) > Date.now() + CLOCKS_DIFFER_MS;

/** @throws IamqlError Corrupt, which names the file: the report alone does not know where it stood. */
function parseFile(bytes: Uint8Array, name: string) {
  try {
    const { csv, generatedAt } = parseReportFile(bytes);
    const report = parseCredentialReport(csv);
    if (!report.account) throw new IamqlError('Corrupt', 'it has a header and no rows: it was cut or emptied');
    if (generatedAt && isToCome(generatedAt)) {
      const at = renderInstant(generatedAt);
      throw new IamqlError('Corrupt', `it says that it was generated ${at}, which has not come yet`);
    }
    return { report, generatedAt };
  } catch (cause) {
    if (!(cause instanceof IamqlError) || cause.kind !== 'Corrupt') throw cause;
    // Programs that save it anew change times, separators and encodings.
    const message = `${name}: ${cause.message}; ask for the file again, as AWS made it`;
    throw new IamqlError('Corrupt', message, { cause });
  }
}
