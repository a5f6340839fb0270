import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessKeyLastUsed, ListedAccessKey } from '../aws/access-keys.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import { packageRoot } from '../package-root.ts';
import type { AccountIdentity, Asked, FactSource, Facts, ReportFacts } from './fact-source.ts';

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

  read<G extends FactGroup>(group: G, { userName = '', accessKeyIds = [] }: Asked): Promise<Facts[G]> {
    const read: (asked: Required<Asked>) => Promise<Facts[G]> = this.readers[group];
    return read({ userName, accessKeyIds });
  }

  private readonly readers: { readonly [G in FactGroup]: (asked: Required<Asked>) => Promise<Facts[G]> } = {
    CREDENTIAL_REPORT: () => this.readReport(),
    CALLER_IDENTITY: async () => (await this.readReport()).report.account as AccountIdentity,
    ACCOUNT_ALIASES: async () => (await this.readSample()).accountAliases,
    ACCESS_KEYS: async ({ userName }) => {
      const keys = (await this.readSample()).accessKeys[userName] ?? [];
      return keys.map(({ accessKeyId, status, createDate }) => ({
        accessKeyId,
        status,
        createDate: instant(createDate),
      }));
    },
    ACCESS_KEY_LAST_USED: async ({ accessKeyIds }) => {
      const keys = Object.values((await this.readSample()).accessKeys).flat();
      return accessKeyIds.map((id) => lastUse(keys.find(({ accessKeyId }) => accessKeyId === id)?.lastUsed));
    },
  };

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

function lastUse(used: AccessKeyLastUsed | undefined): AccessKeyLastUsed {
  if (!used?.lastUsedDate) return { lastUsedDate: null, lastUsedRegion: null, lastUsedService: null };
  return { ...used, lastUsedDate: instant(used.lastUsedDate) };
}

function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed) throw new IamqlError('Corrupt', `sample/account.json: ${text} is not a time`);
  return parsed;
}
