import { getAccessKeyLastUsed, listAccessKeys } from '../aws/access-keys.ts';
import { getCallerIdentity, listAccountAliases } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import { CallLog } from '../aws/call-log.ts';
import { readCredentialReport } from '../aws/credential-report.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { parseCredentialReport } from '../iam/credential-report.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import type { Asked, FactSource, Facts, ReportFacts } from './fact-source.ts';

export interface LiveSettings {
  /** No report older than this, in milliseconds; undefined for as old as AWS hands out. */
  readonly maxAgeMs: number | undefined;
  /** How long AWS may take to generate a report, in milliseconds. */
  readonly waitMs: number;
}

type Reader<G extends FactGroup> = (asked: Required<Asked>) => Promise<Facts[G]>;

/** The account that the credentials belong to. */
export class LiveSource implements FactSource {
  readonly kind = 'live';
  private readonly account: AwsAccount;
  private readonly settings: LiveSettings;
  private readonly signal: AbortSignal;
  private readonly log = new CallLog();

  constructor(account: AwsAccount, settings: LiveSettings, signal: AbortSignal) {
    this.account = account;
    this.settings = settings;
    this.signal = signal;
  }

  get calls() {
    return this.log.calls;
  }

  read<G extends FactGroup>(group: G, { userName = '', accessKeyIds = [] }: Asked): Promise<Facts[G]> {
    const read: Reader<G> = this.readers[group];
    return read({ userName, accessKeyIds });
  }

  private readonly readers: { readonly [G in FactGroup]: Reader<G> } = {
    CREDENTIAL_REPORT: () => this.readReport(),
    CALLER_IDENTITY: () => getCallerIdentity(this.account, this.tag('which account this is')),
    ACCOUNT_ALIASES: () => listAccountAliases(this.account, this.tag('accountAlias')),
    ACCESS_KEYS: ({ userName }) =>
      listAccessKeys(this.account, userName, this.tag('selected users, and those that the report cannot decide')),
    ACCESS_KEY_LAST_USED: ({ accessKeyIds }) =>
      inOrder(accessKeyIds, (id) => getAccessKeyLastUsed(this.account, id, this.tag('the last use of those keys'))),
  };

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

/** One after the other: the assets that are asked at the same time are what makes calls concurrent. */
async function inOrder<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}
