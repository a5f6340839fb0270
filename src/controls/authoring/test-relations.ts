import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { UNREAD } from '../../iam/unread.ts';
import type { TestAsset } from './test-account.ts';

/**
 * Completes what follows from what a test writes: fields under their other names, relations at their other end, owners of
 * what cannot be without one, the columns that a user and its row of the report share, and that everything is of one account.
 *
 * @param assets grows by what is added.
 * @param add makes an asset of which nothing is written.
 */
export function completeAssets(assets: readonly TestAsset[], add: (type: AssetTypeName) => TestAsset): void {
  for (const asset of assets) copySynonyms(asset);
  for (const asset of assets) setOtherEnds(asset);
  // The loop comes to what it adds.
  for (const asset of assets) {
    for (const name of missingOf(asset)) {
      asset.fields[name] = add(catalogue[asset.type].fields[name]?.type as AssetTypeName).fields;
      setOtherEnds(asset);
    }
  }
  for (const { type, fields } of assets)
    if (catalogue[type].fields['hasIAMUserCredentials']) shareColumns(type, fields);
  connect(assets);
}

/** What an asset must be related to; a user and the root user have a row in the report. */
const missingOf = ({ type, fields }: TestAsset): readonly string[] =>
  Object.entries(catalogue[type].fields).flatMap(([name, { relation, nullable, type: other }]) => {
    const isNeeded = relation === 'toOne' && (!nullable || name === 'hasIAMUserCredentials');
    return isNeeded && other !== 'Connector' && fields[name] === undefined ? [name] : [];
  });

function copySynonyms({ type, fields }: TestAsset): void {
  for (const [name, { sameAs }] of Object.entries(catalogue[type].fields)) {
    if (sameAs === undefined) continue;
    const value = fields[name] ?? fields[sameAs];
    if (value !== undefined) Object.assign(fields, { [name]: value, [sameAs]: value });
  }
}

/** The two ends of a relation are where the schema says so, or where each of two types has one relation to the other. */
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
  const said = catalogue[type].fields[name]?.inverse;
  if (said !== undefined) return said;
  const back = relationsTo(other, type);
  const saying = back.find((one) => catalogue[other].fields[one]?.inverse === name);
  if (saying !== undefined || back.length !== 1) return saying;
  const [only = ''] = back;
  const { relation, nullable } = catalogue[other].fields[only] ?? {};
  // What belongs to one asset belongs to it by whichever of its relations.
  const isOwner = relation === 'toOne' && nullable === false;
  return isOwner || relationsTo(type, other).length === 1 ? only : undefined;
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
  for (const { type, fields } of assets) {
    if (catalogue[type].fields['connector']) fields['connector'] ??= connector;
    if (type === 'IAMMFADevice') fields['isVirtual'] ??= VIRTUAL.test(String(fields['serialNumber']));
  }
  for (const [name, { relation, type: other }] of Object.entries(catalogue.Connector.fields)) {
    const related = assets
      .filter(({ type, fields }) => type === other && isListed(type, fields))
      .map(({ fields }) => fields);
    if (relation === 'toMany') connector[name] ??= related;
    else if (relation === 'toOne' && related[0]) connector[name] ??= related[0];
  }
}

const VIRTUAL = /^arn:.*:mfa\//;

/** The account lists managed policies and virtual devices; the others belong to whom they are of. */
const isListed = (type: AssetTypeName, fields: TestAsset['fields']): boolean =>
  (type !== 'IAMPolicy' || fields['policyType'] !== 'Inline') &&
  (type !== 'IAMMFADevice' || fields['isVirtual'] === true);
