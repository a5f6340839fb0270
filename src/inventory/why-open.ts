import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { AccountGraph } from './account-graph.ts';
import type { WantedFact } from './demand.ts';
import { known, whyUnreadable } from './derive.ts';
import {
  changedSinceReport,
  newerThanReport,
  noRootRow,
  notAnswered,
  notDecided,
  notInReport,
  notListed,
} from './not-told.ts';
import { unlistedOf } from './owners.ts';
import type { Readings } from './readings.ts';

/** A reading that failed, or a fact that is lacking although its group was read. */
export function whyOpen(graph: AccountGraph, readings: Readings, wanted: readonly WantedFact[]): IamqlError {
  const failures = wanted.map((one) => whyWantedUnreadable(graph, one) ?? readings.failureOf(one));
  const failure = failures.find((one) => one !== undefined);
  const first = wanted.map(({ record, field }) => unlistedOf(record) ?? { owner: record, field })[0];
  return failure ?? (first ? whyNotThere(graph, first.owner, first.field) : notInReport('such fact'));
}

/** Of an asset that may match, or of parts that nobody has listed. */
export function whyUndecided(graph: AccountGraph, asset: Asset, why: IamqlError): IamqlError {
  const unlisted = unlistedOf(asset);
  if (!unlisted) return notDecided(known(graph, asset, 'identifier'), why);
  return notListed(asset.__typename as AssetTypeName, known(graph, unlisted.owner, 'identifier'), why);
}

/** Reading it would not tell: what was read already cannot be understood. */
export function whyWantedUnreadable(graph: AccountGraph, { record, field }: WantedFact): IamqlError | undefined {
  const asked = unlistedOf(record) ?? { owner: record, field };
  return whyUnreadable(graph, asked.owner, asked.field);
}

/** All that could tell a fact was read, and it does not. */
export function whyNotThere(graph: AccountGraph, record: Asset, field: string): IamqlError {
  const arn = record['arn'];
  const user = typeof arn === 'string' ? graph.users.get(arn) : undefined;
  if (user && graph.users.isNewer(user)) return newerThanReport(arn);
  if (user && graph.users.isLive(user)) return changedSinceReport(field, arn);
  const { group, fields } = catalogue[record.__typename as AssetTypeName];
  if (fields[field]?.type === 'RootUser' && graph.report) return noRootRow();
  const isOfReport = (fields[field]?.fact ?? group) === 'CREDENTIAL_REPORT';
  if (isOfReport) return notInReport(field, fields[field]?.column);
  return notAnswered(field, known(graph, record, 'identifier'));
}
