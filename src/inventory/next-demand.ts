import type { Asset } from '../iam/assets.ts';
import { UNREAD } from '../iam/unread.ts';
import type { AccountGraph } from './account-graph.ts';
import { type Demand, demandsOf } from './demand.ts';
import { known } from './derive.ts';
import type { Readings } from './readings.ts';

/** What has to be read next for a field of a record that is UNREAD; what has failed where nothing is left. */
export function nextDemand(graph: AccountGraph, readings: Readings, record: Asset, field: string): Demand {
  // Which policy it is comes first: there may be none.
  if (field === 'permissionsBoundary' && known(graph, record, 'permissionsBoundaryArn') === UNREAD)
    return nextDemand(graph, readings, record, 'permissionsBoundaryArn');
  const demands = demandsOf(graph, record, field);
  const failed = demands.find((demand) => readings.failureOf(demand));
  return demands.find((demand) => !readings.isSettled(demand)) ?? failed ?? (demands.at(-1) as Demand);
}
