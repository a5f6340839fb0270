import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, catalogue, factGroups } from '../iam/catalogue.generated.ts';
import { isToldByReport } from './derive.ts';
import { type Ownership, ownershipsOf } from './owners.ts';

/** The groups of facts of the account that tell which assets of a type there may be. */
export interface Bases {
  readonly needed: readonly FactGroup[];
  /** They spare calls, and without them the answer is the same. */
  readonly sparing: readonly FactGroup[];
}

/** @param isLive AWS can be asked for more than a credential report. */
export function basesOf(type: AssetTypeName, isLive: boolean): Bases {
  const { isPart, group, also = [] } = catalogue[type];
  if (!isPart) return { needed: [group, ...also], sparing: [] };
  const all = ownershipsOf(type).map((ownership) => basesOfOwner(ownership, isLive));
  const needed = new Set(all.flatMap((bases) => bases.needed));
  const sparing = new Set(all.flatMap((bases) => bases.sparing).filter((one) => !needed.has(one)));
  return { needed: [...needed], sparing: [...sparing] };
}

/**
 * Users whose parts are asked for one by one are those who are there now: the report knows nobody who is newer than it. A
 * file has no other list than its own.
 */
function basesOfOwner({ type, field, fact }: Ownership, isLive: boolean): Bases {
  const isInReport = catalogue[type].group === 'CREDENTIAL_REPORT';
  const ofAccount = fact && !factGroups[fact].per ? [fact] : [];
  if (fact && isInReport) {
    if (ofAccount.length > 0) return { needed: ofAccount, sparing: [] };
    if (!isLive) return { needed: ['CREDENTIAL_REPORT'], sparing: [] };
    return { needed: ['USER_DETAILS'], sparing: isToldByReport(field) ? ['CREDENTIAL_REPORT'] : [] };
  }
  const bases = basesOf(type, isLive);
  return { ...bases, needed: [...bases.needed, ...ofAccount] };
}
