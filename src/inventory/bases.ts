import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, factGroups } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import type { Expression } from '../where/expression.ts';
import { isToldByReport } from './derive.ts';
import { anyPart, type Ownership, ownershipsOf } from './owners.ts';

/** The groups of facts of the account that tell which assets of a type there may be. */
export interface Bases {
  readonly needed: readonly FactGroup[];
  /** They spare calls, and without them the answer is the same. */
  readonly sparing: readonly FactGroup[];
}

/**
 * @param isLive AWS can be asked for more than a credential report.
 * @param owners of a part type, the owners that are asked; all of them where it is left out.
 */
export function basesOf(type: AssetTypeName, isLive: boolean, owners = ownershipsOf(type)): Bases {
  const { isPart, group, also = [] } = catalogue[type];
  if (!isPart) return { needed: [group, ...also], sparing: [] };
  const all = owners.map((ownership) => basesOfOwner(ownership, isLive));
  const needed = new Set(all.flatMap((bases) => bases.needed));
  const sparing = new Set(all.flatMap((bases) => bases.sparing).filter((one) => !needed.has(one)));
  return { needed: [...needed], sparing: [...sparing] };
}

/**
 * Through whom assets of a part type may be found that match: a condition may rule out whatever an owner of a type has.
 *
 * @param isHad whether a group of the account was read, or can be counted on.
 */
export function ownershipsFor(
  type: AssetTypeName,
  where: Expression,
  isHad: (group: FactGroup) => boolean,
): readonly Ownership[] {
  if (!catalogue[type].isPart) return [];
  const read = (asset: Asset, field: string): unknown => (asset[field] === undefined ? UNREAD : asset[field]);
  const { possibly } = compile(withAdditionalKeys(where), read);
  return ownershipsOf(type).filter((ownership) => {
    const { sparing } = ownership;
    const known = sparing && !isHad(sparing) ? { ...ownership, sparing: undefined } : ownership;
    return possibly.isTrue(anyPart(type, known));
  });
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
