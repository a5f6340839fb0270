import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import { type Expression, isRelated, type Related as RelatedTo } from '../where/expression.ts';
import { readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database.ts';
import type { Scope } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';

type Node = Asset & Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** What a relation leads to, as long as nobody has asked for more of it than that it leads somewhere. */
export class Related {
  readonly to: string | readonly string[];

  constructor(to: string | readonly string[]) {
    this.to = to;
  }
}

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

  /** What a relation of an asset leads to; those that are wanted at the same time leave the database together. */
  async follow(asset: Asset, field: string, { to }: Related): Promise<unknown> {
    const type = catalogue[asset.__typename as AssetTypeName].fields[field]?.type as AssetTypeName;
    const connector = connectorOf(asset);
    const found = await Promise.all([to].flat().map((identifier) => this.one(type, { connector, identifier })));
    for (const one of found) noteOwner(one, asset);
    const value = Array.isArray(to) ? found : found[0];
    Object.assign(asset, { [field]: value });
    return value;
  }

  /** Makes all that a condition compares of these assets readable. */
  async prepare(assets: readonly Asset[], where: Expression): Promise<void> {
    for (const { type, field, of } of relationsIn(where)) {
      const from = assets.filter((asset) => asset.__typename === type);
      const found = await Promise.all(from.map((asset) => this.related(asset, field)));
      await this.prepare(found.flat(), of);
    }
  }

  private async related(asset: Asset, field: string): Promise<readonly Asset[]> {
    const own = asset[field];
    const value = own instanceof Related ? await this.follow(asset, field, own) : own;
    return [value].flat().filter((item): item is Asset => typeof item === 'object' && item !== null);
  }

  private assetOf(type: AssetTypeName, row: Row): Node {
    const key = nameOf(type, { connector: row['_connector'] as string, identifier: row['identifier'] as string });
    const known = this.known.get(key);
    if (known) return known;
    const unread = new Set((row['_unread'] ?? []) as readonly string[]);
    const fields = Object.entries(catalogue[type].fields).map(([name, { relation }]) => {
      const value = unread.has(name) ? UNREAD : readStored(row[name]);
      const leads = relation && value !== null && value !== UNREAD && !(Array.isArray(value) && value.length === 0);
      return [name, leads ? new Related(value as string | readonly string[]) : value];
    });
    const asset: Node = { __typename: type, ...Object.fromEntries(fields) };
    Object.defineProperty(asset, CONNECTOR, { value: row['_connector'] });
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
    const back = part[name];
    const isBack = relation === 'toOne' && type === owner.__typename && back instanceof Related;
    if (isBack && back.to === owner['identifier']) part[name] = owner;
  }
}

const nameOf = (type: AssetTypeName, { connector, identifier }: RowKey): string => `${type} ${connector} ${identifier}`;

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

/** Which account an asset is of, whatever its type. */
const CONNECTOR = Symbol('connector');

export const connectorOf = (asset: Asset): string => (asset as unknown as { readonly [CONNECTOR]: string })[CONNECTOR];

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
