import type { Asset, ReportedUser } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import { keysInReport, noteAdditionalKeys } from '../inventory/user-keys.ts';
import { type Expression, isRelated, type Related as RelatedTo } from '../where/expression.ts';
import { ESCAPED, readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database.ts';
import type { Scope } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';

type Node = Asset & Held & Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** What a relation leads to, by identifier. */
type Lead = string | readonly string[];

/** The assets that have left the database: each once, so that two relations to one lead to the same. */
export class StoreAssets {
  private readonly session: SqlSession;
  private readonly scope: Scope;
  private readonly known = new Map<string, Node>();
  private readonly loading = new Map<AssetTypeName, Loading>();

  constructor(session: SqlSession, scope: Scope) {
    this.session = session;
    this.scope = scope;
  }

  /** Whether an asset comes from here. */
  gave(asset: Asset): boolean {
    return this.known.get(nameOf(asset.__typename as AssetTypeName, keyOf(asset))) === asset;
  }

  /** The assets that a statement finds, in its order. */
  async find(type: AssetTypeName, statement: Statement, sql: string): Promise<readonly Asset[]> {
    const rows = await this.session.query(sql, statement.values);
    return rows.map((row) => this.assetOf(type, row));
  }

  /** A field as far as it has left the database: a value, null, or UNREAD. */
  read(asset: Asset, field: string): unknown {
    const own = asset[field];
    if (own !== undefined) return own;
    if (field !== 'accessKeys' || leadOf(asset, field) !== undefined || !hasReportRow(asset)) return UNREAD;
    // Keys that nobody listed are those that the report tells of.
    const { scan } = this.scope.account(connectorOf(asset)) ?? {};
    return keysInReport(asset, scan?.header.settings.setupSeconds ?? 0);
  }

  /**
   * What a relation of an asset leads to; those that are wanted at the same time leave the database together. Undefined
   * where nobody has read that.
   */
  async follow(asset: Asset, field: string): Promise<unknown> {
    const lead = leadOf(asset, field);
    if (asset[field] !== undefined || lead === undefined) return asset[field];
    const type = catalogue[asset.__typename as AssetTypeName].fields[field]?.type as AssetTypeName;
    const connector = connectorOf(asset);
    const found = await Promise.all([lead].flat().map((identifier) => this.one(type, { connector, identifier })));
    for (const one of found) noteOwner(one, asset);
    const value = Array.isArray(lead) ? found : found[0];
    Object.assign(asset, { [field]: value });
    return value;
  }

  /**
   * Makes all that a condition compares of these assets readable.
   *
   * @param seen is called with them and with all that they are followed to.
   */
  async prepare(assets: readonly Asset[], where: Expression, seen?: (asset: Asset) => void): Promise<void> {
    for (const asset of assets) seen?.(asset);
    for (const { type, field, of } of relationsIn(where)) {
      const from = assets.filter((asset) => asset.__typename === type);
      const found = await Promise.all(from.map((asset) => this.related(asset, field)));
      await this.prepare(found.flat(), of, seen);
    }
    if (asksForAdditionalKeys(where)) await Promise.all(assets.map((asset) => this.noteAdditionalKeys(asset)));
  }

  /** Makes readable what a finding says of an asset beside what was asked: whose key it is, and what the report says of it. */
  async complete(asset: Asset): Promise<void> {
    const user = asset.__typename === 'IAMAccessKey' ? await this.follow(asset, 'user') : asset;
    if (user) await this.follow(user as Asset, 'hasIAMUserCredentials');
    if (asset.__typename === 'IAMUserCredentials') await this.follow(asset, 'user');
  }

  private async related(asset: Asset, field: string): Promise<readonly Asset[]> {
    await this.follow(asset, field);
    if (field === 'accessKeys' && asset[field] === undefined) await this.follow(asset, 'hasIAMUserCredentials');
    return [this.read(asset, field)].flat().filter((item): item is Asset => typeof item === 'object' && item !== null);
  }

  /** The keys that a row of the report has no slot for, where it says that there are any. */
  private async noteAdditionalKeys(credentials: Asset): Promise<void> {
    if (credentials.__typename !== 'IAMUserCredentials' || credentials['additionalCredentialsInfo'] === null) return;
    const user = (await this.follow(credentials, 'user')) as Asset | null | undefined;
    if (!user) return;
    await this.follow(user, 'hasIAMUserCredentials');
    const keys = await this.follow(user, 'accessKeys');
    if (Array.isArray(keys)) noteAdditionalKeys(user, keys);
  }

  private assetOf(type: AssetTypeName, row: Row): Node {
    const identifier = readStored(row['identifier']) as string;
    const connector = readStored(row['_connector']) as string;
    const key = nameOf(type, { connector, identifier });
    const known = this.known.get(key);
    if (known) return known;
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
    this.known.set(key, asset);
    return asset;
  }

  private async one(type: AssetTypeName, key: RowKey): Promise<Node> {
    const name = nameOf(type, key);
    if (!this.known.has(name)) {
      const loading = this.loading.get(type) ?? new Loading((keys) => this.loadAll(type, keys));
      this.loading.set(type, loading);
      await loading.wanted(key, () => this.loading.delete(type));
    }
    const asset = this.known.get(name);
    if (asset) return asset;
    throw new IamqlError('Corrupt', `the store has a relation to ${type} ${key.identifier}, which is not in it`);
  }

  private async loadAll(type: AssetTypeName, keys: readonly RowKey[]): Promise<void> {
    const statement = new Statement(type, this.scope);
    await this.find(type, statement, statement.selectAll([statement.among(keys)]));
  }
}

/** Who leads to a part is whom the part leads back to. */
function noteOwner(part: Node, owner: Asset): void {
  for (const [name, { relation, type }] of Object.entries(catalogue[part.__typename as AssetTypeName].fields)) {
    const isBack = relation === 'toOne' && type === owner.__typename && part[name] === undefined;
    if (isBack && leadOf(part, name) === owner['identifier']) part[name] = owner;
  }
}

/** Whatever characters they have in them, no two have the same. */
const nameOf = (type: AssetTypeName, { connector, identifier }: RowKey): string =>
  `${type} ${connector.length} ${connector} ${identifier}`;

interface FieldNames {
  /** Of values that may have any character in them. */
  readonly texts: readonly string[];
  readonly relations: readonly string[];
}

/** No value of these types is ever escaped. */
const PLAIN: ReadonlySet<string> = new Set(['Boolean', 'DateTime', 'Float', 'Int']);

/** To go through the catalogue for each of many assets takes longer than to fetch them. */
const namesOfTypes = new Map<AssetTypeName, FieldNames>(
  Object.entries(catalogue).map(([type, { fields }]) => {
    const names = (isIn: (field: Field) => boolean): readonly string[] =>
      Object.entries<Field>(fields).flatMap(([name, field]) => (isIn(field) ? [name] : []));
    const texts = names(({ relation, type: of }) => relation === undefined && !PLAIN.has(of));
    return [type as AssetTypeName, { texts, relations: names(({ relation }) => relation !== undefined) }];
  }),
);

const namesOf = (type: AssetTypeName): FieldNames => namesOfTypes.get(type) as FieldNames;

/** Keys that are wanted within one turn of the event loop, for one statement. */
class Loading {
  private readonly keys: RowKey[] = [];
  private readonly load: (keys: readonly RowKey[]) => Promise<void>;
  private loaded: Promise<void> | undefined;

  constructor(load: (keys: readonly RowKey[]) => Promise<void>) {
    this.load = load;
  }

  wanted(key: RowKey, onStart: () => void): Promise<void> {
    this.keys.push(key);
    this.loaded ??= Promise.resolve().then(() => {
      onStart();
      return this.load(this.keys);
    });
    return this.loaded;
  }
}

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
const leadOf = (asset: Asset, field: string): Lead | undefined => rowOf(asset)?.leads[field];

function hasReportRow(asset: Asset): asset is Asset & ReportedUser {
  const credentials = asset['hasIAMUserCredentials'];
  return asset.__typename === 'IAMUser' && typeof credentials === 'object' && credentials !== null;
}

export const keyOf = (asset: Asset): RowKey => ({
  connector: connectorOf(asset),
  identifier: String(asset['identifier']),
});

/** The relations that a condition follows, the outermost only. */
function relationsIn(expression: Expression): readonly RelatedTo[] {
  if (isRelated(expression)) return [expression];
  if (!('of' in expression)) return [];
  return [expression.of].flat().flatMap((part) => relationsIn(part as Expression));
}

/** Of these assets themselves, not of what they are related to. */
function asksForAdditionalKeys(expression: Expression): boolean {
  if (expression.kind === 'additionalKey') return true;
  if (isRelated(expression) || !('of' in expression)) return false;
  return [expression.of].flat().some((part) => asksForAdditionalKeys(part as Expression));
}
