import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import { packageRoot } from '../package-root.ts';
import type { AccountIdentity, FactSource, ReportFacts } from './fact-source.ts';

/** What AWS would answer of the bundled account beside its report. */
interface SampleAccount {
  readonly generatedAt: string;
  readonly accountAliases: readonly string[];
  readonly accessKeys: Readonly<
    Record<string, readonly (ListedAccessKey & { readonly lastUsed?: AccessKeyLastUsed })[]>
  >;
}

/** The bundled example account, for trying out. It is nobody's, and is opened only when asked for by name. */
export class SampleSource implements FactSource {
  readonly kind = 'sample';
  readonly calls = [];
  private account: Promise<SampleAccount> | undefined;
  private facts: Promise<ReportFacts> | undefined;

  readCredentialReport(): Promise<ReportFacts> {
    this.facts ??= this.readReport();
    return this.facts;
  }

  async readAccount(): Promise<AccountIdentity> {
    const { report } = await this.readCredentialReport();
    return report.account as AccountIdentity;
  }

  async listAccessKeys(userName: string): Promise<readonly ListedAccessKey[]> {
    const keys = (await this.readSample()).accessKeys[userName] ?? [];
    return keys.map(({ accessKeyId, status, createDate }) => ({
      accessKeyId,
      status,
      createDate: instant(createDate),
    }));
  }

  async getAccessKeyLastUsed(accessKeyId: string): Promise<AccessKeyLastUsed> {
    const keys = Object.values((await this.readSample()).accessKeys).flat();
    const used = keys.find((key) => key.accessKeyId === accessKeyId)?.lastUsed;
    if (!used?.lastUsedDate) return { lastUsedDate: null, lastUsedRegion: null, lastUsedService: null };
    return { ...used, lastUsedDate: instant(used.lastUsedDate) };
  }

  async listAccountAliases(): Promise<readonly string[]> {
    return (await this.readSample()).accountAliases;
  }

  private async readReport(): Promise<ReportFacts> {
    const csv = await readFile(join(packageRoot, 'sample', 'credential-report.csv'), 'utf8');
    const generatedAt = instant((await this.readSample()).generatedAt);
    return { report: parseCredentialReport(csv), readAt: generatedAt, generatedAt, isFiltered: false };
  }

  private readSample(): Promise<SampleAccount> {
    this.account ??= readFile(join(packageRoot, 'sample', 'account.json'), 'utf8').then((text) => JSON.parse(text));
    return this.account;
  }
}

function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed) throw new IamqlError('Corrupt', `sample/account.json: ${text} is not a time`);
  return parsed;
}
