import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
import { ESCAPED, readStored } from '../where/stored-value.ts';
import type { RowKey } from './statement.ts';

export type Node = Asset & Held & Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** What a relation leads to, by identifier. */
type Lead = string | readonly string[];

/** The asset that a row is of. */
export function assetOfRow(type: AssetTypeName, row: Row): Node {
  const connector = readStored(row['_connector']) as string;
  const leads: Record<string, Lead> = {};
  // The row becomes the asset: to copy it takes as long as to fetch it.
  const asset: { -readonly [Name in keyof Node]: Node[Name] } = row as Node;
  asset.__typename = type;
  asset[ROW] = { connector, leads };
  const { texts, relations } = namesOf(type);
  for (const name of texts) {
    const value = row[name];
    if (typeof value === 'string' ? value.includes(ESCAPED) : Array.isArray(value)) asset[name] = readStored(value);
  }
  for (const name of (row['_unread'] ?? []) as readonly string[])
    if (catalogue[type].fields[name]) asset[name] = name === 'accessKeys' ? undefined : UNREAD;
  for (const name of relations) {
    const value = row[name];
    if (value === null || value === UNREAD || value === undefined || (Array.isArray(value) && value.length === 0))
      continue;
    leads[name] = readStored(value) as Lead;
    asset[name] = undefined;
  }
  return asset;
}

/** Who leads to a part is whom the part leads back to. */
export function noteOwner(part: Node, owner: Asset): void {
  for (const { name, type } of namesOf(part.__typename as AssetTypeName).toOne) {
    const isBack = type === owner.__typename && part[name] === undefined;
    if (isBack && leadOf(part, name) === owner['identifier']) part[name] = owner;
  }
}

interface FieldNames {
  /** Of values that may have any character in them. */
  readonly texts: readonly string[];
  readonly relations: readonly string[];
  readonly toOne: readonly { readonly name: string; readonly type: string }[];
}

/** No value of these types is ever escaped. */
const PLAIN: ReadonlySet<string> = new Set(['Boolean', 'DateTime', 'Float', 'Int']);

/** To go through the catalogue for each of many assets takes longer than to fetch them. */
const namesOfTypes = new Map<AssetTypeName, FieldNames>(
  Object.entries(catalogue).map(([type, { fields }]) => {
    const names = (isIn: (field: Field) => boolean): readonly string[] =>
      Object.entries<Field>(fields).flatMap(([name, field]) => (isIn(field) ? [name] : []));
    const texts = names(({ relation, type: of }) => relation === undefined && !PLAIN.has(of));
    const relations = names(({ relation }) => relation !== undefined);
    const toOne = Object.entries<Field>(fields).flatMap(([name, field]) =>
      field.relation === 'toOne' ? [{ name, type: field.type }] : [],
    );
    return [type as AssetTypeName, { texts, relations, toOne }];
  }),
);

const namesOf = (type: AssetTypeName): FieldNames => namesOfTypes.get(type) as FieldNames;

/** Of an asset: which account it is of, and what its relations lead to. */
const ROW = Symbol('row');

interface Held {
  [ROW]?: { readonly connector: string; readonly leads: Readonly<Record<string, Lead>> };
}

const rowOf = (asset: Asset) => (asset as Held)[ROW];

/** Whatever its type; what stands for others is of its owner's. */
export const connectorOf = (asset: Asset): string =>
  rowOf(asset)?.connector ?? connectorOf((asset['owner'] ?? asset['user']) as Asset);

/** What a relation leads to; undefined where it leads to nothing, and where that was not read. */
export const leadOf = (asset: Asset, field: string): Lead | undefined => rowOf(asset)?.leads[field];

export const leadsOf = (asset: Asset, field: string): readonly string[] => [leadOf(asset, field) ?? []].flat();

export const keyOfRow = (row: Row): RowKey => ({
  connector: readStored(row['_connector']) as string,
  identifier: readStored(row['identifier']) as string,
});

export const keyOf = (asset: Asset): RowKey => ({
  connector: connectorOf(asset),
  identifier: String(asset['identifier']),
});

/** Assets by type, account and identifier; names of all three in one take longer to make than to look up one by one. */
export class KnownAssets {
  private readonly byType = new Map<AssetTypeName, Map<string, Map<string, Node>>>();

  get(type: AssetTypeName, { connector, identifier }: RowKey): Node | undefined {
    return this.byType.get(type)?.get(connector)?.get(identifier);
  }

  set(type: AssetTypeName, { connector, identifier }: RowKey, asset: Node): void {
    const ofType = this.byType.get(type) ?? new Map<string, Map<string, Node>>();
    this.byType.set(type, ofType);
    const ofAccount = ofType.get(connector) ?? new Map<string, Node>();
    ofType.set(connector, ofAccount);
    ofAccount.set(identifier, asset);
  }
}
