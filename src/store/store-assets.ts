import type { Asset, ReportedUser } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { RelationTree } from '../inventory/inventory.ts';
import { keysInReport, noteAdditionalKeys } from '../inventory/user-keys.ts';
import { type Expression, isRelated, type Related as RelatedTo } from '../where/expression.ts';
import type { SqlSession } from './database/database.ts';
import {
  assetOfRow,
  connectorOf,
  KnownAssets,
  keyOf,
  keyOfRow,
  leadOf,
  leadsOf,
  type Node,
  noteOwner,
} from './row-assets.ts';
import type { Scope } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';

/** The assets that have left the database: each once, so that two relations to one lead to the same. */
export class StoreAssets {
  private readonly session: SqlSession;
  private readonly scope: Scope;
  private readonly known = new KnownAssets();
  private readonly loading = new Map<AssetTypeName, Loading>();

  constructor(session: SqlSession, scope: Scope) {
    this.session = session;
    this.scope = scope;
  }

  /** Whether an asset comes from here. */
  gave(asset: Asset): boolean {
    return this.known.get(asset.__typename as AssetTypeName, keyOf(asset)) === asset;
  }

  /** The assets that a statement finds, in its order. */
  async find(type: AssetTypeName, statement: Statement, sql: string): Promise<readonly Asset[]> {
    const rows = await this.session.query(sql, statement.values);
    return rows.map((row) => {
      const key = keyOfRow(row);
      const asset = this.known.get(type, key) ?? assetOfRow(type, row);
      this.known.set(type, key, asset);
      return asset;
    });
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
    await this.followAll([asset], field);
    if (asset[field] !== undefined) return asset[field];
    const { type } = catalogue[asset.__typename as AssetTypeName].fields[field] as Field;
    throw new IamqlError('Corrupt', `the store has a relation to ${type} ${lead}, which is not in it`);
  }

  /** The same of many assets of one type; what leads to something that is not in the store is left as it is. */
  async followAll(assets: readonly Asset[], field: string): Promise<void> {
    const open = assets.filter((asset) => asset[field] === undefined && leadOf(asset, field) !== undefined);
    const [first] = open;
    if (!first) return;
    const type = catalogue[first.__typename as AssetTypeName].fields[field]?.type as AssetTypeName;
    const wanted: RowKey[] = [];
    for (const asset of open) {
      const connector = connectorOf(asset);
      for (const identifier of leadsOf(asset, field))
        if (!this.known.get(type, { connector, identifier })) wanted.push({ connector, identifier });
    }
    if (wanted.length > 0) await this.load(type, wanted);
    for (const asset of open) this.link(asset as Node, field, type);
  }

  /** Makes readable what relations of these assets lead to, and relations of that. */
  async followTree(assets: readonly Asset[], tree: RelationTree): Promise<void> {
    for (const [type, same] of Map.groupBy(assets, ({ __typename }) => __typename as AssetTypeName)) {
      for (const [field, below] of tree) {
        if (!catalogue[type].fields[field]?.relation) continue;
        await this.followAll(same, field);
        if (below.size > 0) await this.followTree(relatedOf(same, field), below);
      }
    }
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
      await this.prepare(await this.related(from, field), of, seen);
    }
    if (asksForAdditionalKeys(where)) await Promise.all(assets.map((asset) => this.noteAdditionalKeys(asset)));
  }

  /** Makes readable what a finding says of assets beside what was asked: whose key it is, and what the report says of it. */
  async complete(assets: readonly Asset[]): Promise<void> {
    const row: RelationTree = new Map([['hasIAMUserCredentials', NOTHING]]);
    const of: Readonly<Record<string, RelationTree>> = {
      IAMAccessKey: new Map([['user', row]]),
      IAMUserCredentials: new Map([['user', NOTHING]]),
    };
    for (const [type, same] of Map.groupBy(assets, ({ __typename }) => __typename))
      await this.followTree(same, of[type] ?? row);
  }

  private async related(assets: readonly Asset[], field: string): Promise<readonly Asset[]> {
    await this.followAll(assets, field);
    if (field === 'accessKeys')
      await this.followAll(
        assets.filter((asset) => asset[field] === undefined),
        'hasIAMUserCredentials',
      );
    return assets.flatMap((asset) => [this.read(asset, field)].flat().filter(isAsset));
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

  private link(asset: Node, field: string, type: AssetTypeName): void {
    const connector = connectorOf(asset);
    const found = leadsOf(asset, field).map((identifier) => this.known.get(type, { connector, identifier }));
    if (!found.every((one) => one !== undefined)) return;
    for (const one of found) noteOwner(one, asset);
    Object.assign(asset, { [field]: Array.isArray(leadOf(asset, field)) ? found : found[0] });
  }

  private load(type: AssetTypeName, keys: readonly RowKey[]): Promise<void> {
    const loading = this.loading.get(type) ?? new Loading((all) => this.loadAll(type, all));
    this.loading.set(type, loading);
    return loading.wanted(keys, () => this.loading.delete(type));
  }

  private async loadAll(type: AssetTypeName, keys: readonly RowKey[]): Promise<void> {
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      const statement = new Statement(type, this.scope);
      const some = statement.among(keys.slice(start, start + KEYS_AT_ONCE));
      await this.find(type, statement, statement.selectUnordered([some]));
    }
  }
}

/** Enough that the statement itself costs little, and few enough that their names are no burden. */
const KEYS_AT_ONCE = 20_000;

const NOTHING: RelationTree = new Map();

const isAsset = (item: unknown): item is Asset => typeof item === 'object' && item !== null;

const relatedOf = (assets: readonly Asset[], field: string): readonly Asset[] =>
  assets.flatMap((asset) => [asset[field]].flat().filter(isAsset));

/** Keys that are wanted within one turn of the event loop, for one statement. */
class Loading {
  private readonly keys: RowKey[] = [];
  private readonly load: (keys: readonly RowKey[]) => Promise<void>;
  private loaded: Promise<void> | undefined;

  constructor(load: (keys: readonly RowKey[]) => Promise<void>) {
    this.load = load;
  }

  wanted(keys: readonly RowKey[], onStart: () => void): Promise<void> {
    for (const key of keys) this.keys.push(key);
    this.loaded ??= Promise.resolve().then(() => {
      onStart();
      return this.load(this.keys);
    });
    return this.loaded;
  }
}

function hasReportRow(asset: Asset): asset is Asset & ReportedUser {
  const credentials = asset['hasIAMUserCredentials'];
  return asset.__typename === 'IAMUser' && typeof credentials === 'object' && credentials !== null;
}

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
