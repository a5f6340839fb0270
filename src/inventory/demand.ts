import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field, factGroups } from '../iam/catalogue.generated.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import { unlistedOf } from './owners.ts';

/** A group of facts to read: of the account, or of one asset. */
export interface Demand {
  readonly group: FactGroup;
  readonly owner: Node | undefined;
}

/** A fact that could decide, and what has to be read for it. */
export interface WantedFact extends Demand {
  readonly record: Asset;
  readonly field: string;
  /** What may decide of many assets at once what this tells of one. */
  readonly sparing: Demand | undefined;
}

/** What has to be read for a field of a record that is UNREAD: all of these, one after the other until it is known. */
export function demandsOf(graph: AccountGraph, record: Asset, field: string): readonly Demand[] {
  // What nobody has listed yet is asked of its owner, a key that only the report tells of among them.
  const unlisted = unlistedOf(record);
  if (unlisted) return demandsOf(graph, unlisted.owner, unlisted.field);
  const owner = ownerOf(graph, record);
  return groupsOf(graph, record, field, owner).map((group) => ({
    group,
    owner: factGroups[group].per ? owner : undefined,
  }));
}

function groupsOf(graph: AccountGraph, record: Asset, name: string, owner: Node | undefined): readonly FactGroup[] {
  const { fields, group } = catalogue[record.__typename as AssetTypeName];
  if (ACCOUNT_FIELDS.has(name)) return ['CALLER_IDENTITY'];
  if (name === 'additionalKeys') return ['ACCESS_KEYS', 'ACCESS_KEY_LAST_USED'];
  // The report's row is not there, or not relied upon; AWS is asked instead.
  const isLive = owner?.__typename === 'IAMUser' && graph.users.isLive(owner);
  if (isLive && name === 'contentHash' && group === 'CREDENTIAL_REPORT') return liveGroups;
  const live = isLive ? fields[name]?.live : undefined;
  return live ?? [fields[name]?.fact ?? group];
}

/** Each asset's account: known from its ARN, or from whose credentials these are. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set(['accountID', 'cloudAccountID', 'cloudAccountName']);

/** All that a credentials row is put together of. */
export const liveGroups: readonly FactGroup[] = [
  ...new Set(Object.values(catalogue.IAMUserCredentials.fields).flatMap(({ live = [] }) => live)),
];

/** The asset that is asked for the facts of a record. */
export function ownerOf(graph: AccountGraph, record: Asset): Node | undefined {
  if (record.__typename === 'IAMAccessKey') return record['user'] as Node;
  if (record.__typename === 'IAMUserCredentials') return graph.users.get(record['arn'] as string);
  return record as Node;
}

/** The user whose an asset is, or who it is. */
export function userOf(graph: AccountGraph, asset: Asset): Node | undefined {
  const owner = (asset['user'] ?? asset['owner']) as Asset | undefined;
  if (owner && owner !== asset) return userOf(graph, owner);
  const known = ownerOf(graph, asset);
  return known?.__typename === 'IAMUser' ? known : undefined;
}

/** Who was asked for a group of which an asset tells: the asset, or what it is a part of; undefined for the account. */
export function askedOf(graph: AccountGraph, asset: Asset, group: FactGroup): Asset | undefined {
  const { per } = factGroups[group];
  if (!per) return undefined;
  if (per === 'IAMUser') return userOf(graph, asset);
  const owner = asset['owner'] as Asset | undefined;
  return asset.__typename === per || !owner ? asset : askedOf(graph, owner, group);
}

/**
 * What is read next of what the open assets want, each the cheapest. A list of the account is read in the place of many
 * assets; one asset is asked itself.
 */
export function demandsToMeet(wanted: readonly (readonly WantedFact[])[]): readonly Demand[] {
  const spared = new Set(wanted.flat().flatMap(({ sparing, owner }) => (sparing ? [owner] : [])));
  return wanted.flatMap((ofAsset) =>
    cheapest(ofAsset.map((one) => (spared.size > 1 && one.sparing ? one.sparing : one))),
  );
}

/** Of several facts that might decide an asset, those that cost least: often they are enough. */
function cheapest(demands: readonly Demand[]): readonly Demand[] {
  const ranks = demands.map(({ group }) => costRank(group));
  const least = Math.min(...ranks);
  return demands.filter((_demand, index) => ranks[index] === least);
}

/** Facts of the whole account before those that cost a call for each asset, and among these the fewer calls first. */
const costRank = (group: FactGroup): number => (factGroups[group].per ? factGroups[group].actions.length : 0);

/** What any list of users says of them; the rest of the report's columns it alone has. */
const IN_EVERY_LIST: ReadonlySet<string> = new Set(['arn', 'userName', 'createDate', 'path']);

/** Of the fields of a user, those that cannot be had from a list of users. */
export const needsReport = (name: string, field: Field | undefined): boolean =>
  name === 'hasIAMUserCredentials' ||
  name === 'contentHash' ||
  name === 'accessKeys' ||
  (field?.column !== undefined && !IN_EVERY_LIST.has(name));
