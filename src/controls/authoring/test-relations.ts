import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { UNREAD } from '../../iam/unread.ts';
import type { TestAsset } from './test-account.ts';

/**
 * Completes what follows from what a test writes: fields under their other names, relations at their other end, the
 * columns that a user and its row of the report share, and that everything is of the one account.
 *
 * @param add makes an asset of which nothing is written.
 */
export function completeAssets(assets: readonly TestAsset[], add: (type: AssetTypeName) => Asset): void {
  for (const asset of assets) copySynonyms(asset);
  for (const asset of assets) setOtherEnds(asset);
  for (const { type, fields, written } of [...assets]) {
    if (!catalogue[type].fields['hasIAMUserCredentials']) continue;
    if (!written.has('hasIAMUserCredentials')) fields['hasIAMUserCredentials'] = add('IAMUserCredentials');
    shareColumns(type, fields);
  }
  connect(assets);
}

function copySynonyms({ type, fields }: TestAsset): void {
  for (const [name, { sameAs }] of Object.entries(catalogue[type].fields)) {
    if (sameAs === undefined) continue;
    const value = fields[name] ?? fields[sameAs];
    if (value !== undefined) Object.assign(fields, { [name]: value, [sameAs]: value });
  }
}

/** Where each of two types has one relation to the other, these are the two ends of the same. */
function setOtherEnds({ type, fields }: TestAsset): void {
  for (const [name, { relation, type: other }] of Object.entries(catalogue[type].fields)) {
    const back = relation ? otherEnd(type, name, other as AssetTypeName) : undefined;
    const related = fields[name];
    if (back === undefined || typeof related !== 'object' || related === null) continue;
    for (const one of [related].flat() as (Asset & Record<string, unknown>)[]) setEnd(one, back, fields);
  }
}

function setEnd(asset: Asset & Record<string, unknown>, name: string, value: Asset): void {
  const { relation } = catalogue[asset.__typename as AssetTypeName].fields[name] ?? {};
  const before = asset[name];
  if (before === UNREAD) return;
  if (relation === 'toOne') asset[name] ??= value;
  else {
    const items = Array.isArray(before) ? before : [];
    const all = items.includes(value) ? items : [...items, value];
    asset[name] = all;
    for (const [synonym, { sameAs }] of Object.entries(catalogue[asset.__typename as AssetTypeName].fields)) {
      if (sameAs === name) asset[synonym] = all;
    }
  }
}

function otherEnd(type: AssetTypeName, name: string, other: AssetTypeName): string | undefined {
  // Of an account there is one in each test, and everything is connected to it.
  if (type === 'Connector' || other === 'Connector') return undefined;
  const [there, ...more] = relationsTo(type, other);
  const [back, ...others] = relationsTo(other, type);
  return there === name && more.length + others.length === 0 ? back : undefined;
}

const relationsTo = (from: AssetTypeName, to: AssetTypeName): readonly string[] =>
  Object.entries(catalogue[from].fields).flatMap(([name, { relation, type, sameAs }]) =>
    relation && type === to && sameAs === undefined ? [name] : [],
  );

/** What the report says of a user stands in the user and in its row. */
function shareColumns(type: AssetTypeName, fields: Record<string, unknown>): void {
  const row = fields['hasIAMUserCredentials'];
  if (typeof row !== 'object' || row === null) return;
  const ofRow = catalogue.IAMUserCredentials.fields;
  for (const [name, { column }] of Object.entries(catalogue[type].fields)) {
    if (column === undefined || ofRow[name]?.column !== column) continue;
    const value = fields[name] ?? (row as Record<string, unknown>)[name];
    if (value !== undefined) {
      fields[name] ??= value;
      (row as Record<string, unknown>)[name] ??= value;
    }
  }
}

function connect(assets: readonly TestAsset[]): void {
  const connector = assets.find(({ type }) => type === 'Connector')?.fields;
  if (!connector) return;
  for (const { type, fields } of assets) if (catalogue[type].fields['connector']) fields['connector'] ??= connector;
  const root = assets.find(({ type }) => type === 'RootUser')?.fields;
  if (root) connector['rootUser'] ??= root;
  const policies = assets.filter(({ type, fields }) => type === 'IAMPolicy' && fields['policyType'] !== 'Inline');
  connector['managedPolicies'] ??= policies.map(({ fields }) => fields);
}
