import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset, ReportedUser } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Evidence, Found, Inventory, InventorySettings } from '../inventory/inventory.ts';
import { notDecided, unknownAge } from '../inventory/not-told.ts';
import type { Page, Position } from '../inventory/page.ts';
import { keysInReport } from '../inventory/user-keys.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import { type Expression, isRelated, nodesOf } from '../where/expression.ts';
import { ofAccount as expressionOf, PerAccount } from '../where/per-account.ts';
import { isUnread } from '../where/sql.ts';
import { readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database.ts';
import type { Scope, ScopedAccount } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';

type Node = Asset & Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** Answers from the scans of a scope: the database filters, sorts and counts; only what is asked for leaves it. */
export class StoreInventory implements Inventory {
  private readonly session: SqlSession;
  private readonly scope: Scope;
  /** Assets that left the database, so that two relations to one lead to the same. */
  private readonly assets = new Map<string, Node>();
  private readonly loading = new Map<AssetTypeName, Loading>();

  constructor(session: SqlSession, scope: Scope) {
    this.session = session;
    this.scope = scope;
  }

  get settings(): InventorySettings {
    return { setupSeconds: this.scope.accounts[0]?.scan?.header.settings.setupSeconds ?? 0 };
  }

  prefetch(): void {}

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const expression = this.scope.hasAdditionalKeys ? withAdditionalKeys(where) : where;
    const { more, unread } = await this.decideOpen(type, expression);
    const rows = await this.page(type, expression, more, page);
    const assets = rows.map((row) => this.assetOf(type, row));
    const counts = await this.counts(type, expression, more, page, assets.length);
    return {
      assets,
      positions: assets.map((asset) => positionOf(asset, page)),
      ...counts,
      unread: [
        ...unread,
        ...(await this.whyNotSorted(type, expression, more, page)),
        ...this.scope.whyNotAll(type),
        ...this.whyNotAsked(expression),
      ],
    };
  }

  read = (asset: Asset, field: string): unknown => {
    const own = asset[field];
    if (own !== undefined && own !== UNREAD) return own instanceof Related ? UNREAD : own;
    return field === 'accessKeys' && hasReportRow(asset) ? keysInReport(asset, this.settings.setupSeconds) : UNREAD;
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    const own = asset[field];
    if (own instanceof Related) return this.follow(asset as Node, field, own);
    if (own !== undefined && own !== UNREAD) return own;
    throw this.whyUnread(asset, field);
  }

  async count(type: AssetTypeName): Promise<number> {
    const [why] = this.scope.whyNotAll(type);
    if (why) throw why;
    const statement = new Statement(type, this.scope);
    return (await this.countBy(statement, statement.count([]))).count;
  }

  evidence(): Evidence {
    const [only, ...others] = this.scope.accounts;
    const report = only?.scan?.header.facts['CREDENTIAL_REPORT'];
    return {
      source: 'store',
      account: others.length === 0 ? only?.accountId : undefined,
      credentialReport:
        report && others.length === 0 ? { generatedAt: parseInstant(report.generatedAt ?? '') } : undefined,
    };
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    const times = this.scope.accounts.flatMap((account) => {
      const time = timeOf(account, group);
      return time === undefined ? [] : [[account.connector, time] as const];
    });
    return times.length > 0 ? new Map(times) : unknownAge();
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    const facts = Object.entries(this.scope.accounts[0]?.scan?.header.facts ?? {});
    return new Map(facts.map(([group, { readAt }]) => [group as FactGroup, parseInstant(readAt ?? '')]));
  }

  /** Makes all that a condition compares of these assets readable. */
  async prepare(assets: readonly Asset[], where: Expression): Promise<void> {
    for (const node of relatedIn(where)) {
      const of = assets.filter((asset) => asset.__typename === node.type);
      const found = await Promise.all(of.map((asset) => this.tryLoad(asset, node.field)));
      await this.prepare(found.flat(), node.of);
    }
  }

  /**
   * What the database cannot decide: rows that lack a fact, and patterns. They are evaluated in memory.
   *
   * @returns those that match, and why others may.
   */
  private async decideOpen(type: AssetTypeName, expression: Expression) {
    if (!this.mayBeOpen(expression)) return { more: [], unread: [] };
    const statement = new Statement(type, this.scope);
    const open = `${statement.matching(expression, 'possibly')} AND (${statement.matching(expression, 'certainly')}) IS NOT TRUE`;
    const rows = await this.session.query(
      statement.select([open], { sort: [], limit: undefined, offset: 0 }),
      statement.values,
    );
    const assets = rows.map((row) => this.assetOf(type, row));
    await this.prepare(assets, expression);
    const more: RowKey[] = [];
    const unread: IamqlError[] = [];
    for (const [connector, ofAccount] of Map.groupBy(assets, connectorOf)) {
      const { certainly, possibly } = compile(expressionOf(expression, connector), this.read);
      more.push(...ofAccount.filter(certainly.isTrue).map(keyOf));
      const undecided = ofAccount.filter((asset) => possibly.isTrue(asset) && !certainly.isTrue(asset));
      unread.push(...undecided.map((asset) => this.whyUndecided(asset, expression)));
    }
    return { more, unread };
  }

  private mayBeOpen(expression: Expression): boolean {
    return [...nodesOf(expression)].some(
      (node) =>
        node.kind === 'matches' ||
        (node.kind === 'additionalKey' && this.scope.mayBeUnread('IAMUserCredentials', 'additionalKeys')) ||
        ('field' in node && this.scope.mayBeUnread(node.type, node.field)),
    );
  }

  private async page(type: AssetTypeName, expression: Expression, more: readonly RowKey[], page: Page) {
    const statement = new Statement(type, this.scope);
    const conditions = [
      matchingOr(statement, expression, more),
      ...(page.after ? [statement.behind(page.after, page.sort)] : []),
    ];
    return this.session.query(statement.select(conditions, page), statement.values);
  }

  /** Accounts in which the question cannot be asked: it is not known when their facts were true. */
  private whyNotAsked(expression: Expression): readonly IamqlError[] {
    const values = [...nodesOf(expression)].flatMap((node) =>
      'value' in node && node.value instanceof PerAccount ? [node.value.values] : [],
    );
    const lacking = this.scope.accounts.filter(({ connector }) => values.some((known) => !known.has(connector)));
    return lacking.map(
      ({ name }) => new IamqlError('NotCollected', `account ${name}: it is not known when its facts were true`),
    );
  }

  /** The place in the order of one that lacks what is sorted by is not known. */
  private async whyNotSorted(type: AssetTypeName, expression: Expression, more: readonly RowKey[], { sort }: Page) {
    const fields = sort.map(({ field }) => field).filter((field) => this.scope.mayBeUnread(type, field));
    const errors: IamqlError[] = [];
    for (const field of fields) {
      const statement = new Statement(type, this.scope);
      const lacking = [matchingOr(statement, expression, more), isUnread(field, 'a')];
      const sql = statement.select(lacking, { sort: [], limit: undefined, offset: 0 });
      const rows = await this.session.query(sql, statement.values);
      errors.push(...rows.map((row) => this.whyUnread(this.assetOf(type, row), field)));
    }
    return errors;
  }

  /** How many match, and how many of these stand before the page. A list that is not cut has been counted already. */
  private async counts(
    type: AssetTypeName,
    expression: Expression,
    more: readonly RowKey[],
    page: Page,
    found: number,
  ) {
    if (page.limit === undefined && page.offset === 0 && !page.after) return { total: found, skipped: 0 };
    const statement = new Statement(type, this.scope);
    const matching = matchingOr(statement, expression, more);
    const behind = page.after ? statement.behind(page.after, page.sort) : 'true';
    const { count, of } = await this.countBy(statement, statement.count([matching], behind));
    return { total: count, skipped: Math.min(count - of + page.offset, count) };
  }

  private async countBy(statement: Statement, sql: string): Promise<{ readonly count: number; readonly of: number }> {
    const [row] = await this.session.query<{ count: number; of: number }>(sql, statement.values);
    return row ?? { count: 0, of: 0 };
  }

  private assetOf(type: AssetTypeName, row: Row): Node {
    const key = `${type} ${row['_connector']} ${row['identifier']}`;
    const known = this.assets.get(key);
    if (known) return known;
    const unread = new Set((row['_unread'] ?? []) as readonly string[]);
    const fields = Object.entries(catalogue[type].fields).map(([name, { relation }]) => {
      const value = unread.has(name) ? UNREAD : readStored(row[name]);
      const leads = relation && value !== null && value !== UNREAD && !(Array.isArray(value) && value.length === 0);
      return [name, leads ? new Related(value as string | readonly string[]) : value];
    });
    const asset: Node = { __typename: type, ...Object.fromEntries(fields) };
    Object.defineProperty(asset, CONNECTOR, { value: row['_connector'] });
    this.assets.set(key, asset);
    return asset;
  }

  private async follow(asset: Node, field: string, { to }: Related): Promise<unknown> {
    const type = catalogue[asset.__typename as AssetTypeName].fields[field]?.type as AssetTypeName;
    const connector = connectorOf(asset);
    const identifiers = [to].flat();
    const found = await Promise.all(identifiers.map((identifier) => this.one(type, { connector, identifier })));
    asset[field] = Array.isArray(to) ? found : found[0];
    return asset[field];
  }

  /** An asset by its identifier; those that are wanted at the same time leave the database together. */
  private async one(type: AssetTypeName, key: RowKey): Promise<Node> {
    const name = `${type} ${key.connector} ${key.identifier}`;
    if (!this.assets.has(name)) {
      const loading = this.loading.get(type) ?? new Loading((keys) => this.loadAll(type, keys));
      this.loading.set(type, loading);
      await loading.wanted(key, () => this.loading.delete(type));
    }
    const asset = this.assets.get(name);
    if (asset) return asset;
    throw new IamqlError('Corrupt', `the store has a relation to ${type} ${key.identifier}, which is not in it`);
  }

  private async loadAll(type: AssetTypeName, keys: readonly RowKey[]): Promise<void> {
    const statement = new Statement(type, this.scope);
    const sql = statement.select([statement.among(keys)], { sort: [], limit: undefined, offset: 0 });
    for (const row of await this.session.query(sql, statement.values)) this.assetOf(type, row);
  }

  private async tryLoad(asset: Asset, field: string): Promise<readonly Asset[]> {
    const own = asset[field];
    if (own instanceof Related) await this.follow(asset as Node, field, own);
    const value = this.read(asset, field);
    return [value].flat().filter((item): item is Asset => typeof item === 'object' && item !== null);
  }

  private whyUndecided(asset: Asset, expression: Expression): IamqlError {
    const facts = [...nodesOf(expression)].flatMap((node) => ('field' in node ? [node] : []));
    const lacking = facts.find(({ type, field }) => type === asset.__typename && asset[field] === UNREAD) ?? facts[0];
    const why = lacking
      ? this.scope.whyUnread(connectorOf(asset), lacking.type, lacking.field, String(asset['identifier']))
      : new IamqlError('NotCollected', 'the scan has not all of the facts');
    return notDecided(asset['identifier'], why);
  }

  private whyUnread(asset: Asset, field: string): IamqlError {
    const type = asset.__typename as AssetTypeName;
    return this.scope.whyUnread(connectorOf(asset), type, field, String(asset['identifier']));
  }
}

/** What a relation leads to, as long as nobody has asked for more of it. */
class Related {
  readonly to: string | readonly string[];

  constructor(to: string | readonly string[]) {
    this.to = to;
  }
}

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

const connectorOf = (asset: Asset): string => (asset as unknown as { readonly [CONNECTOR]: string })[CONNECTOR];

const keyOf = (asset: Asset): RowKey => ({ connector: connectorOf(asset), identifier: String(asset['identifier']) });

function positionOf(asset: Node, { sort }: Page): Position {
  const values = sort.map(({ field }) => (asset[field] === UNREAD ? null : asset[field]));
  return {
    values: values as Position['values'],
    identifier: String(asset['identifier']),
    connector: connectorOf(asset),
  };
}

function matchingOr(statement: Statement, expression: Expression, more: readonly RowKey[]): string {
  const certain = statement.matching(expression, 'certainly');
  return more.length === 0 ? certain : `(${certain} OR ${statement.among(more)})`;
}

/** The relations that a condition follows, outermost first. */
function relatedIn(expression: Expression): readonly Extract<Expression, { kind: 'some' | 'all' | 'single' }>[] {
  if (isRelated(expression)) return [expression];
  if (!('of' in expression)) return [];
  return [expression.of].flat().flatMap((part) => relatedIn(part as Expression));
}

function hasReportRow(asset: Asset): asset is Asset & ReportedUser {
  const credentials = asset['hasIAMUserCredentials'];
  return asset.__typename === 'IAMUser' && typeof credentials === 'object' && credentials !== null;
}

function timeOf({ scan }: ScopedAccount, group: FactGroup): Instant | undefined {
  const { readAt, generatedAt } = scan?.header.facts[group] ?? {};
  return parseInstant(generatedAt ?? readAt ?? '');
}
