import { hash } from 'node:crypto';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
import type { AccountGraph } from './account-graph.ts';

/** What every asset has (`IAsset`), worked out from its own facts when asked: most answers need it of few assets. */
const assetFields: Readonly<Record<string, (asset: Asset, graph: AccountGraph) => unknown>> = {
  identifier,
  idFromProvider: identifier,
  accountID: accountId,
  cloudAccountID: accountId,
  cloudAccountName: accountId,
  cloudProvider: () => 'aws',
  internalAssetType: (asset) => asset.__typename,
  internalName,
  internalRegion: () => 'global',
  assetCategory: () => 'IAM',
  contentHash,
};

/** A field that follows from what the asset holds; undefined when it does not. */
export const assetField = (graph: AccountGraph, asset: Asset, field: string): unknown =>
  assetFields[field]?.(asset, graph);

function identifier(asset: Asset): unknown {
  return asset['identifier'] ?? asset['arn'] ?? asset['accessKeyId'] ?? asset['accountID'];
}

const ACCOUNT = /^[^:]*:[^:]*:[^:]*:[^:]*:(\d{12})(?::|$)/;

/** The account in the ARN of the asset or of what it belongs to; policies of AWS have none there. */
function accountId(asset: Asset, graph: AccountGraph): unknown {
  for (let one: Asset | undefined = asset; one; one = (one['user'] ?? one['owner']) as Asset | undefined) {
    const account = typeof one['arn'] === 'string' ? ACCOUNT.exec(one['arn'])?.[1] : undefined;
    if (account !== undefined) return account;
  }
  return asset['accountID'] ?? graph.accountId;
}

function internalName(asset: Asset): unknown {
  return asset['userName'] ?? asset['accessKeyId'] ?? asset['name'] ?? '<root_account>';
}

/**
 * The facts of the asset's primary source: a report row for users, root and credentials, the call's answer for others.
 * By column name and sorted, so that neither the order of the columns nor the way a spreadsheet writes them matters.
 */
function contentHash(asset: Asset, graph: AccountGraph): unknown {
  // A key that only the report has told of: what AWS lists of it is not known yet.
  if (asset['accessKeyId'] === UNREAD) return UNREAD;
  const row = hashedRow(asset, graph);
  if (!row) return UNREAD;
  // A policy that only its owner has told of: its own details are not known yet.
  if (ownFacts(row).some((name) => row[name] === undefined)) return UNREAD;
  const facts = hashedFacts(row).flatMap((name) => {
    const value = row[name];
    return value === undefined || typeof value === 'symbol' ? [] : [[name, value]];
  });
  return hash('sha256', JSON.stringify(facts));
}

/** Of a user whose row is live the report's row all the same; of one who has none there the live row, once it is whole. */
function hashedRow(asset: Asset, { users }: AccountGraph): Asset | undefined {
  if (asset.__typename !== 'IAMUserCredentials' && !('hasIAMUserCredentials' in asset)) {
    return asset.__typename === 'IAMUser' || asset.__typename === 'RootUser' ? undefined : asset;
  }
  const row = (asset['hasIAMUserCredentials'] ?? asset) as Asset;
  const user = row === asset ? users.get(String(row['arn'])) : asset;
  if (!user || !users.isLive(user)) return row;
  const reported = users.reportedRow(user) as Asset | undefined;
  const isWhole = ownFacts(row).every((name) => row[name] !== UNREAD || name === 'passwordNextRotation');
  return reported ?? (isWhole ? row : undefined);
}

const IDENTITY = ['userName', 'arn', 'createDate', 'accountID'];

/** Who it is, as far as its own group of facts says so: what others say is not always read. In order. */
const hashedFacts = ofType((type) => {
  const { group, fields } = catalogue[type];
  const identity = IDENTITY.filter((name) => (fields[name]?.fact ?? group) === group);
  return [...new Set([...identity, ...ownNames(type)])].sort();
});

const common = new Set(Object.keys(assetFields));

/** What the type's own group of facts says of an asset: not what is worked out of it, nor what other groups say. */
const ownFacts = ofType(ownNames);

function ownNames(type: AssetTypeName): readonly string[] {
  const { group, fields } = catalogue[type];
  return Object.entries(fields).flatMap(([name, { relation, fact }]) =>
    relation || (fact && fact !== group) || common.has(name) || name === 'createdDuringUserSetup' ? [] : [name],
  );
}

/** Names of fields that all assets of a type have in common: found once, for there are many assets. */
function ofType(names: (type: AssetTypeName) => readonly string[]): (asset: Asset) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return ({ __typename: type }) => {
    const found = known.get(type) ?? names(type as AssetTypeName);
    known.set(type, found);
    return found;
  };
}
