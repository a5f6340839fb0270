import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { AccountGraph } from './account-graph.ts';
import { notAllReported } from './not-told.ts';

/**
 * A report that was cut between two rows looks whole, and who is newer than it has no row. The account's own number of users
 * shows both, where it is read anyway and no list of users says who they are.
 */
export async function moreThanReported(graph: AccountGraph, type: AssetTypeName): Promise<readonly IamqlError[]> {
  const { report, users } = graph;
  const isOfReport = type === 'IAMUser' || type === 'IAMUserCredentials';
  if (!isOfReport || !report || graph.source.kind !== 'live' || users.isListed) return [];
  // Its failure is told to whoever asked for it.
  await Promise.allSettled([graph.underWay('ACCOUNT_SUMMARY')]);
  const [summary] = graph.assetsOf('IAMAccountSummary');
  const items = (summary?.['hasIAMAccountSummaryItem'] ?? []) as readonly Asset[];
  const count = items.find(({ key }) => key === 'Users')?.['value'];
  const reported = report.report.users.length;
  return typeof count === 'number' && count > reported ? [notAllReported(count, reported)] : [];
}
