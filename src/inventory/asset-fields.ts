import { createHash } from 'node:crypto';
import type { Asset } from '../iam/assets.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';

/** What every asset has (`IAsset`), worked out from its own facts when asked: most answers need it of few assets. */
const assetFields: Readonly<Record<string, (asset: Asset) => unknown>> = {
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
export const assetField = (asset: Asset, field: string): unknown => assetFields[field]?.(asset);

function identifier(asset: Asset): unknown {
  return asset['arn'] ?? asset['accessKeyId'] ?? asset['accountID'];
}

/** The account in the ARN; an access key has none of its own. */
function accountId(asset: Asset): unknown {
  const arn = asset['arn'] ?? (asset['user'] as Asset | undefined)?.['arn'];
  return typeof arn === 'string' ? arn.split(':')[4] : asset['accountID'];
}

function internalName(asset: Asset): unknown {
  return asset['userName'] ?? asset['accessKeyId'] ?? asset['name'] ?? '<root_account>';
}

/**
 * The facts of the asset's primary source: a report row for users, root and credentials, the call's answer for others.
 * By column name and sorted, so that neither the order of the columns nor the way a spreadsheet writes them matters.
 */
function contentHash(asset: Asset): unknown {
  // A key that only the report has told of: what AWS lists of it is not known yet.
  if (asset['accessKeyId'] === UNREAD) return UNREAD;
  const row = (asset['hasIAMUserCredentials'] as Asset | undefined) ?? asset;
  const facts = Object.entries(row).filter(([name, value]) => isOwnFact(row, name) && typeof value !== 'symbol');
  return createHash('sha256')
    .update(JSON.stringify(facts.sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
}

const IDENTITY = new Set(['userName', 'arn', 'createDate', 'accountID']);

function isOwnFact(row: Asset, name: string): boolean {
  const field = catalogue[row.__typename as keyof typeof catalogue]?.fields[name];
  return (
    IDENTITY.has(name) || (field !== undefined && !field.relation && !field.fact && name !== 'createdDuringUserSetup')
  );
}
