import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field, factGroups } from '../iam/catalogue.generated.ts';
import { type StandIn, standsFor, UNREAD } from '../iam/unread.ts';

/** A relation that leads from assets of a type to parts of them. */
export interface Ownership {
  readonly type: AssetTypeName;
  readonly field: string;
  /** The facts that the relation is read from, where they are not the type's own. */
  readonly fact: FactGroup | undefined;
  /** The facts of the account that tell of some of these parts. */
  readonly sparing: FactGroup | undefined;
}

const ownerships = new Map<AssetTypeName, readonly Ownership[]>();

/** Through what the assets of a part type are found. */
export function ownershipsOf(part: AssetTypeName): readonly Ownership[] {
  const known = ownerships.get(part);
  if (known) return known;
  const all = Object.entries(catalogue).flatMap(([type, { fields }]) =>
    Object.entries(fields)
      .filter(
        ([name, field]) => field.type === part && leadsToParts(field) && !waysBack(type as AssetTypeName).has(name),
      )
      .map(([field, { fact, sparing }]): Ownership => ({ type: type as AssetTypeName, field, fact, sparing })),
  );
  // What the account lists as a whole need not be looked for at each of its owners.
  const listed = new Set(all.filter(({ type }) => type === 'Connector').map(({ fact }) => fact));
  const found = all.filter(({ type, fact }) => type === 'Connector' || !listed.has(fact));
  ownerships.set(part, found);
  return found;
}

/**
 * The relations of a part type of which one leads to what the part belongs to and the others to nothing, with the types that
 * they lead to. A part that always belongs to the same type has a relation that is never null.
 */
function waysBack(type: AssetTypeName): ReadonlyMap<string, AssetTypeName> {
  const known = waysBackOfTypes.get(type);
  if (known) return known;
  const { isPart, fields } = catalogue[type];
  const leadsHere = (owner: AssetTypeName): boolean =>
    Object.values(catalogue[owner].fields).some((field) => field.relation && field.type === type);
  const found = Object.entries(isPart ? fields : {}).flatMap(([name, field]) => {
    const owner = field.type as AssetTypeName;
    return field.relation === 'toOne' && field.nullable && leadsHere(owner) ? [[name, owner] as const] : [];
  });
  waysBackOfTypes.set(type, new Map(found));
  return new Map(found);
}

const waysBackOfTypes = new Map<AssetTypeName, ReadonlyMap<string, AssetTypeName>>();

/** Whether a relation of a part leads back to another type than that of its owner, and so to nothing. */
export function isOfAnother(type: AssetTypeName, field: string, owner: Asset): boolean {
  const ways = waysBack(type);
  const leadsTo = ways.get(field);
  return (
    leadsTo !== undefined && leadsTo !== owner.__typename && [...ways.values()].some((one) => one === owner.__typename)
  );
}

/** The way back from a part to an owner of one type only is never null. */
const leadsToParts = ({ relation, nullable }: Field): boolean =>
  relation === 'toMany' || (relation === 'toOne' && nullable);

/** The types that a part type's assets belong to, and those that these belong to. */
export const ownerTypesOf = (part: AssetTypeName): readonly AssetTypeName[] => [
  ...new Set(
    ownershipsOf(part).flatMap(({ type }) => (catalogue[type].isPart ? [type, ...ownerTypesOf(type)] : [type])),
  ),
];

/** Whose lists say which assets of a type there are: its own, or those of whom its assets are part. */
export const listsOf = (type: AssetTypeName): readonly AssetTypeName[] =>
  catalogue[type].isPart ? ownerTypesOf(type) : [type];

/** The facts that owners are asked for one by one, to find the parts of a type. */
export const partFactsOf = (type: AssetTypeName, owners = ownershipsOf(type)): readonly FactGroup[] => [
  ...new Set(
    (catalogue[type].isPart ? owners : []).flatMap(({ type: owner, fact }) => [
      ...partFactsOf(owner),
      ...(fact && factGroups[fact].per ? [fact] : []),
    ]),
  ),
];

/** Assets as far as they are known, and what is known of them. */
interface Known {
  assetsOf(type: AssetTypeName): readonly Asset[];
  read(asset: Asset, field: string): unknown;
}

/**
 * The assets of a type, each once. Of an owner whose parts were not read, or not all of them, one more stands for those
 * that it may have: `unlistedOf` tells them apart.
 */
export function candidatesOf(type: AssetTypeName, known: Known): readonly Asset[] {
  if (!catalogue[type].isPart) return known.assetsOf(type);
  const parts = new Set<Asset>();
  for (const { type: ownerType, field } of ownershipsOf(type)) {
    for (const owner of candidatesOf(ownerType, known)) {
      for (const item of itemsOf(type, owner, field, known.read(owner, field))) parts.add(item);
    }
  }
  return [...parts];
}

const itemsOf = (type: AssetTypeName, owner: Asset, field: string, value: unknown): readonly Asset[] =>
  [value ?? []].flat().flatMap((item) => {
    if (item === UNREAD) return unlisted({ type, owner, field });
    // That there is one says nothing of which it is, and another stands for that.
    return standsFor(item as Asset) === 'someCertainly' ? [] : (item as Asset);
  });

/** What stands for the parts of an owner that were not read, where that is what its relation holds. */
export const unlistedOfOwner = (type: AssetTypeName, owner: Asset, field: string, value: unknown): readonly Asset[] =>
  itemsOf(type, owner, field, value).filter((item) => unlistedOf(item) !== undefined);

/** Whom to ask for what a stand-in stands for. */
export interface Unlisted {
  readonly owner: Asset;
  readonly field: string;
}

/** Undefined for an asset that is one; else whose it may be. Keys that only the report tells of are stand-ins too. */
export function unlistedOf(asset: Asset): Unlisted | undefined {
  const isReportedKey = asset.__typename === 'IAMAccessKey' && asset['accessKeyId'] === UNREAD;
  return isReportedKey
    ? { owner: asset['user'] as Asset, field: 'accessKeys' }
    : (asset['unlisted'] as Unlisted | undefined);
}

/** What a part tells of its owner, and what the owner calls it. */
const OF_OWNER: Readonly<Record<string, string>> = { userName: 'userName', userArn: 'arn' };
/** The same of every asset, or of every asset of the account. */
const OF_ACCOUNT: ReadonlySet<string> = new Set([
  'accountID',
  'cloudAccountID',
  'cloudAccountName',
  'cloudProvider',
  'internalRegion',
  'assetCategory',
]);

/** Whose parts these are. */
interface PartsOf {
  readonly type: AssetTypeName;
  readonly owner: Asset;
  readonly field: string;
}

/**
 * A related asset that a relation holds until somebody has read which there are.
 *
 * @param facts that are known of it.
 */
export const standIn = (
  of: PartsOf,
  standsFor: StandIn['standsFor'],
  facts: Readonly<Record<string, unknown>> = {},
) => ({
  ...unlisted(of),
  ...facts,
  standsFor,
});

/** Whatever such a part would be like, this is true of it: a condition that this rules out need not be asked. */
function unlisted({ type, owner, field }: PartsOf): Asset {
  const fields = Object.entries(catalogue[type].fields).flatMap(
    ([name, { type: related, relation }]): readonly (readonly [string, unknown])[] => {
      const isOwner = relation === 'toOne' && related === owner.__typename;
      if (isOfAnother(type, name, owner)) return [[name, null] as const];
      const told = isOwner ? owner : owner[OF_ACCOUNT.has(name) ? name : (OF_OWNER[name] ?? '')];
      return told === undefined && OF_ACCOUNT.has(name) ? [] : [[name, told ?? UNREAD] as const];
    },
  );
  return {
    __typename: type,
    ...Object.fromEntries(fields),
    internalAssetType: type,
    owner,
    unlisted: owner['unlisted'] ?? { owner, field },
  };
}

/** What is true of the parts that a list of the whole account leaves out, once that was read. */
export const leftOut: Readonly<Partial<Record<AssetTypeName, Readonly<Record<string, unknown>>>>> = {
  IAMMFADevice: { isVirtual: false, tags: [] },
};

/** What stands for the parts of an owner of whom nothing is known. */
export function anyPart(type: AssetTypeName, { type: ownerType, field, sparing }: Ownership): Asset {
  const unknown = Object.keys(catalogue[ownerType].fields).map((name) => [name, UNREAD] as const);
  const owner: Asset = { ...Object.fromEntries(unknown), __typename: ownerType, internalAssetType: ownerType };
  return standIn({ type, owner, field }, 'anyNumber', sparing ? leftOut[type] : {});
}
