import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import type { Evidence } from '../inventory/inventory.ts';
import { groupsTelling, type Provenance, provenanceOf } from '../inventory/provenance.ts';
import { connectorOf } from './row-assets.ts';
import { factsOfGroup } from './scans/scan-headers.ts';
import type { Scope } from './scope.ts';

/** What an answer from a scope rests on. */
export function evidenceOf(scope: Scope | undefined): Evidence {
  const [only, ...others] = scope?.accounts ?? [];
  const isOne = only !== undefined && others.length === 0;
  const report = isOne ? only.scan && factsOfGroup(only.scan.header, 'CREDENTIAL_REPORT') : undefined;
  return {
    source: 'store',
    snapshotOf: scannedFrom(scope?.accounts ?? []),
    account: isOne ? only.accountId : undefined,
    accounts: scope?.accounts.map(({ accountId }) => accountId) ?? [],
    credentialReport: report && only ? { generatedAt: scope?.timeOf(only, 'CREDENTIAL_REPORT') } : undefined,
  };
}

/** What an account was scanned from. Of several it is said of the sample alone, which is no account of anybody. */
function scannedFrom(accounts: Scope['accounts']): Evidence['snapshotOf'] {
  const sources = new Set(accounts.map(({ scan }) => scan?.header.source));
  const [only] = sources;
  return sources.has('sample') ? 'sample' : accounts.length > 1 ? undefined : only;
}

/** Which of AWS's answers told a field of an asset. */
export function provenanceIn(scope: Scope, asset: Asset, field: string): Provenance {
  const account = scope.account(connectorOf(asset));
  const header = account?.scan?.header;
  const [live] = catalogue[asset.__typename as AssetTypeName].fields[field]?.live ?? [];
  const reportedAt = account && scope.timeOf(account, 'CREDENTIAL_REPORT');
  const isNewer = reportedAt !== undefined && createdLater(asset, reportedAt);
  const told =
    groupsTelling(asset, field).find((group) => header && factsOfGroup(header, group)) ?? 'CREDENTIAL_REPORT';
  const group = live && isNewer ? live : told;
  return provenanceOf(group, account && scope.timeOf(account, group));
}

/** Who is newer than the report has a row that was read live. A further key has a row of its own. */
function createdLater(asset: Asset, reportedAt: Instant): boolean {
  const isRow = asset.__typename === 'IAMUserCredentials' && asset['accessKeyId'] === undefined;
  const user = isRow ? (asset['user'] as Asset | undefined) : asset.__typename === 'IAMUser' ? asset : undefined;
  const createDate = user?.['createDate'];
  return typeof createDate === 'string' && createDate > reportedAt;
}

/** When the facts of a group were true, by connector; of accounts of which that is known. */
export const timesOf = (scope: Scope, group: FactGroup): ReadonlyMap<string, Instant> =>
  new Map(
    scope.accounts.flatMap((account) => {
      const time = scope.timeOf(account, group);
      return time === undefined ? [] : [[account.connector, time] as const];
    }),
  );

/** When the groups of a scope's first account were read. */
export function readTimesOf(scope: Scope | undefined): ReadonlyMap<FactGroup, Instant | undefined> {
  const [only] = scope?.accounts ?? [];
  const { facts = {}, kept = {} } = only?.scan?.header ?? {};
  const groups = Object.keys({ ...facts, ...kept }) as readonly FactGroup[];
  return new Map(groups.map((group) => [group, only && scope?.timeOf(only, group, 'readAt')]));
}
