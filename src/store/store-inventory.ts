import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import type {
  FindingRecord,
  FindingsQuestion,
  FindingsSummary,
  FoundFindings,
  KeptJudgement,
  SummaryQuestion,
} from '../inventory/findings.ts';
import type { Evidence, Found, Inventory, InventorySettings, LeftOpen } from '../inventory/inventory.ts';
import { notCounted, notDecided, notListed, onceEach, unknownAge } from '../inventory/not-told.ts';
import { ownershipsOf, unlistedOf, unlistedOfOwner } from '../inventory/owners.ts';
import type { Page, Position } from '../inventory/page.ts';
import { groupsOfQuestion, groupsTelling, type Provenance, provenanceOf } from '../inventory/provenance.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import { always, type Expression, nodesOf } from '../where/expression.ts';
import { ofAccount as expressionOf, PerAccount } from '../where/per-account.ts';
import { isUnread } from '../where/sql.ts';
import type { SqlSession } from './database.ts';
import { countLeftOpen, openConditions } from './left-open.ts';
import { readFindings, streamFindings } from './read-findings.ts';
import { judgementsOf, readSummary } from './read-history.ts';
import type { Scope, ScopedAccount } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';
import { connectorOf, keyOf, type StoreAssets } from './store-assets.ts';
import { streamRows } from './stream-rows.ts';

/** What an inventory looks at: a session in which all statements see the same scans, and which of them. */
export interface View {
  readonly session: SqlSession;
  readonly scope: Scope;
  readonly assets: StoreAssets;
  /** When; undefined for now. */
  readonly asOf: Instant | undefined;
  /** The same accounts at another time, in the same session. */
  at(time: Instant): Promise<View>;
  close(): Promise<void>;
}

/** What is asked of which accounts. */
interface Question {
  readonly type: AssetTypeName;
  readonly expression: Expression;
  readonly scope: Scope;
}

/** A question as the database is asked it: the assets for which it is certain, and others that memory has decided. */
interface Asked extends Question {
  readonly more: readonly RowKey[];
}

/** Answers from the scans of a scope: the database filters, sorts and counts; only what is asked for leaves it. */
export class StoreInventory implements Inventory {
  private readonly open: () => Promise<View>;
  private opening: Promise<View> | undefined;
  private view: View | undefined;
  /** The same at other times. Whoever reads an asset need not know of which time it is. */
  private readonly earlier = new Map<Instant, StoreInventory>();

  constructor(open: () => Promise<View>) {
    this.open = open;
  }

  get settings(): InventorySettings {
    return { setupSeconds: this.view?.scope.accounts[0]?.scan?.header.settings.setupSeconds ?? 0 };
  }

  prefetch(): void {
    // The database answers each question by itself.
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    await this.opened();
    const expression = this.scope.hasAdditionalKeys ? withAdditionalKeys(where) : where;
    const notAsked = this.notAsked(expression);
    const question = { type, expression, scope: this.scope.without(notAsked.map(({ connector }) => connector)) };
    const { more, unread } = await this.decideOpen(question);
    const asked: Asked = { ...question, more };
    const assets = await this.page(asked, page);
    return {
      assets,
      positions: assets.map((asset) => positionOf(asset, page)),
      ...(await this.counts(asked, page, assets.length)),
      unread: [
        ...onceEach([...unread, ...(await this.whyNotListed(question))]),
        // One for each asset whose place is not known, as in memory.
        ...(await this.whyNotSorted(asked, page)),
        ...this.scope.whyNotAll(type),
        ...notAsked.map(whyNotAsked),
      ],
      withdrawn: [],
      restsOn: [...groupsOfQuestion(type, where)].flatMap((group) => this.scope.provenance(group)),
    };
  }

  async leftOpen(type: AssetTypeName, where: Expression): Promise<LeftOpen> {
    const { session, scope } = await this.opened();
    return countLeftOpen(session, scope, type, scope.hasAdditionalKeys ? withAdditionalKeys(where) : where);
  }

  asOf(time: Instant): StoreInventory {
    const known = this.earlier.get(time) ?? new StoreInventory(async () => (await this.opened()).at(time));
    this.earlier.set(time, known);
    return known;
  }

  async findings(question: FindingsQuestion): Promise<FoundFindings> {
    return readFindings(await this.viewAt(question.asOf), question);
  }

  /** All findings that match, one after the other. */
  async *streamFindings(where: Expression): AsyncGenerator<FindingRecord> {
    yield* streamFindings(await this.opened(), where);
  }

  async findingsSummary(question: SummaryQuestion): Promise<FindingsSummary> {
    return readSummary(await this.viewAt(question.asOf), question);
  }

  /** What a control said of each scan. */
  async *judgements(control: string, since: Instant | undefined): AsyncGenerator<KeptJudgement> {
    yield* judgementsOf(await this.opened(), control, since);
  }

  private viewAt(time: Instant | undefined): Promise<View> {
    return time === undefined ? this.opened() : this.asOf(time).opened();
  }

  async *stream(type: AssetTypeName, onUnread: (error: IamqlError, field?: string) => void) {
    const { session, scope } = await this.opened();
    const notListed = await this.whyNotListed({ type, expression: always, scope });
    for (const error of [...scope.whyNotAll(type), ...notListed]) onUnread(error);
    yield* streamRows(session, scope, type, onUnread);
  }

  /** The one that gave an asset. */
  private giverOf(asset: Asset): StoreInventory {
    for (const other of this.earlier.values()) if (other.view?.assets.gave(asset)) return other;
    return this;
  }

  read = (asset: Asset, field: string): unknown => {
    const giver = this.giverOf(asset);
    return giver === this ? this.assets.read(asset, field) : giver.read(asset, field);
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    const giver = this.giverOf(asset);
    if (giver !== this) return giver.load(asset, field);
    const value = await this.assets.follow(asset, field);
    if (value === undefined || value === UNREAD) throw this.whyUnread(asset, field);
    return value;
  }

  async count(type: AssetTypeName): Promise<number> {
    await this.opened();
    const [why] = this.scope.whyNotAll(type);
    if (why) throw why;
    if ((await this.unlisted(type)).length > 0) throw notCounted(type);
    const statement = new Statement(type, this.scope);
    return (await this.countBy(statement, statement.count([]))).count;
  }

  async prepare(assets: readonly Asset[], where: Expression): Promise<void> {
    for (const [giver, given] of Map.groupBy(assets, (asset) => this.giverOf(asset))) {
      const seen = new Set<Asset>();
      await giver.assets.prepare(given, where, (asset) => seen.add(asset));
      await Promise.all([...seen].map((asset) => giver.assets.complete(asset)));
    }
  }

  async close(): Promise<void> {
    // Whoever asked was told why it could not be opened.
    const view = await this.opening?.catch(() => undefined);
    await view?.close();
  }

  private async opened(): Promise<View> {
    this.opening ??= this.open();
    this.view = await this.opening;
    return this.view;
  }

  /** Whoever has an asset has opened the view that it comes from. */
  private get scope(): Scope {
    if (!this.view) throw new Error('nothing was asked of the store yet');
    return this.view.scope;
  }

  private get session(): SqlSession {
    if (!this.view) throw new Error('nothing was asked of the store yet');
    return this.view.session;
  }

  private get assets(): StoreAssets {
    if (!this.view) throw new Error('nothing was asked of the store yet');
    return this.view.assets;
  }

  evidence(): Evidence {
    // Where everything was asked of one other time, that is what the answer rests on.
    const [other] = this.earlier.values();
    const { scope } = this.view ?? other?.view ?? {};
    const [only, ...others] = scope?.accounts ?? [];
    const isOne = only !== undefined && others.length === 0;
    const report = isOne ? only.scan?.header.facts['CREDENTIAL_REPORT'] : undefined;
    const isSample = scope?.accounts.some(({ scan }) => scan?.header.source === 'sample') === true;
    return {
      source: 'store',
      ...(isSample ? { snapshotOf: 'sample' as const } : {}),
      account: isOne ? only.accountId : undefined,
      credentialReport: report && only ? { generatedAt: scope?.timeOf(only, 'CREDENTIAL_REPORT') } : undefined,
    };
  }

  provenance(asset: Asset, field: string): Provenance {
    const giver = this.giverOf(asset);
    if (giver !== this) return giver.provenance(asset, field);
    const account = this.scope.account(connectorOf(asset));
    const { facts } = account?.scan?.header ?? { facts: {} };
    const [live] = catalogue[asset.__typename as AssetTypeName].fields[field]?.live ?? [];
    const reportedAt = account && this.scope.timeOf(account, 'CREDENTIAL_REPORT');
    const isNewer = reportedAt !== undefined && createdLater(asset, reportedAt);
    const told = groupsTelling(asset, field).find((group) => group in facts) ?? 'CREDENTIAL_REPORT';
    const group = live && isNewer ? live : told;
    return provenanceOf(group, account && this.scope.timeOf(account, group));
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    await this.opened();
    const times = this.scope.accounts.flatMap((account) => {
      const time = this.scope.timeOf(account, group);
      return time === undefined ? [] : [[account.connector, time] as const];
    });
    if (times.length > 0) return new Map(times);
    throw this.scope.whyNoTime(group) ?? unknownAge();
  }

  async connectors(): Promise<readonly string[]> {
    const { scope } = await this.opened();
    return scope.accounts.map(({ connector }) => connector);
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    const [only] = this.view?.scope.accounts ?? [];
    const groups = Object.keys(only?.scan?.header.facts ?? {}) as readonly FactGroup[];
    return new Map(groups.map((group) => [group, only && this.scope.timeOf(only, group, 'readAt')]));
  }

  /**
   * What the database cannot decide: rows that lack a fact, and patterns. They are evaluated in memory.
   *
   * @returns those that match, and why others may.
   */
  private async decideOpen({ type, expression, scope }: Question) {
    const more: RowKey[] = [];
    const unread: IamqlError[] = [];
    if (!this.mayBeOpen(expression)) return { more, unread };
    const statement = new Statement(type, scope);
    const assets = await this.assets.find(type, statement, statement.selectAll(openConditions(statement, expression)));
    await this.assets.prepare(assets, expression);
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

  private page({ type, expression, scope, more }: Asked, page: Page): Promise<readonly Asset[]> {
    const statement = new Statement(type, scope);
    const conditions = [
      statement.matchingOr(expression, more),
      ...(page.after ? [statement.behind(page.after, page.sort)] : []),
    ];
    return this.assets.find(type, statement, statement.select(conditions, page));
  }

  /** How many match, and how many of these stand before the page. A list that is not cut has been counted already. */
  private async counts({ type, expression, scope, more }: Asked, page: Page, found: number) {
    if (page.limit === undefined && page.offset === 0 && !page.after) return { total: found, skipped: 0 };
    const statement = new Statement(type, scope);
    const matching = statement.matchingOr(expression, more);
    const behind = page.after ? statement.behind(page.after, page.sort) : 'true';
    const { count, of } = await this.countBy(statement, statement.count([matching], behind));
    return { total: count, skipped: Math.min(count - of + page.offset, count) };
  }

  private async countBy(statement: Statement, sql: string): Promise<{ readonly count: number; readonly of: number }> {
    const [row] = await this.session.query<{ count: number; of: number }>(sql, statement.values);
    return row ?? { count: 0, of: 0 };
  }

  /** What stands for parts that an owner may have and nobody has listed. */
  private async unlisted(type: AssetTypeName): Promise<readonly Asset[]> {
    const found: Asset[] = [];
    for (const { type: ownerType, field } of catalogue[type].isPart ? ownershipsOf(type) : []) {
      const owners = [...(await this.ownersLacking(ownerType, field)), ...(await this.unlisted(ownerType))];
      for (const owner of owners) found.push(...unlistedOfOwner(type, owner, field, this.read(owner, field)));
    }
    return found;
  }

  private async ownersLacking(type: AssetTypeName, field: string): Promise<readonly Asset[]> {
    if (!this.scope.mayBeUnread(type, field)) return [];
    const statement = new Statement(type, this.scope);
    const owners = await this.assets.find(type, statement, statement.selectAll([isUnread(field, 'a')]));
    // What keys a user has may be seen in the report.
    if (field === 'accessKeys') await Promise.all(owners.map((owner) => this.assets.complete(owner)));
    return owners;
  }

  private async whyNotListed({ type, expression, scope }: Question): Promise<readonly IamqlError[]> {
    const unlisted = (await this.unlisted(type)).filter((asset) => scope.account(connectorOf(asset)));
    await this.assets.prepare(unlisted, expression);
    return unlisted.flatMap((asset) => {
      const { owner, field } = unlistedOf(asset) as { readonly owner: Asset; readonly field: string };
      const { possibly } = compile(expressionOf(expression, connectorOf(owner)), this.read);
      return possibly.isTrue(asset) ? [notListed(type, owner['identifier'], this.whyUnread(owner, field))] : [];
    });
  }

  /** The place in the order of one that lacks what is sorted by is not known. */
  private async whyNotSorted({ type, expression, scope, more }: Asked, { sort }: Page): Promise<readonly IamqlError[]> {
    const errors: IamqlError[] = [];
    for (const { field } of sort.filter((order) => this.scope.mayBeUnread(type, order.field))) {
      const statement = new Statement(type, scope);
      const lacking = [statement.matchingOr(expression, more), isUnread(field, 'a')];
      const assets = await this.assets.find(type, statement, statement.selectAll(lacking));
      errors.push(...assets.map((asset) => this.whyUnread(asset, field)));
    }
    return errors;
  }

  /** Accounts of which it is not known what the question compares with. Of those that were not scanned more is said. */
  private notAsked(expression: Expression): readonly ScopedAccount[] {
    const values = [...nodesOf(expression)].flatMap((node) =>
      'value' in node && node.value instanceof PerAccount ? [node.value.values] : [],
    );
    return this.scope.accounts.filter(({ connector, scan }) => scan && values.some((known) => !known.has(connector)));
  }

  private whyUndecided(asset: Asset, expression: Expression): IamqlError {
    const why = this.scope.whyUndecided(connectorOf(asset), expression, String(asset['identifier']));
    return notDecided(asset['identifier'], why);
  }

  private whyUnread(asset: Asset, field: string): IamqlError {
    const fact = { type: asset.__typename as AssetTypeName, field };
    return this.scope.whyUnread(connectorOf(asset), fact, String(asset['identifier']));
  }
}

const whyNotAsked = ({ name }: ScopedAccount): IamqlError =>
  new IamqlError(
    'NotCollected',
    `account ${name}: its scan did not read when its facts were true, or whose account it is, which the question is about`,
  );

function positionOf(asset: Asset, { sort }: Page): Position {
  const values = sort.map(({ field }) => (asset[field] === UNREAD ? null : asset[field]));
  return {
    values: values as Position['values'],
    identifier: String(asset['identifier']),
    connector: connectorOf(asset),
  };
}

/** Who is newer than the report has a row that was read live. A further key has a row of its own. */
function createdLater(asset: Asset, reportedAt: Instant): boolean {
  const isRow = asset.__typename === 'IAMUserCredentials' && asset['accessKeyId'] === undefined;
  const user = isRow ? (asset['user'] as Asset | undefined) : asset.__typename === 'IAMUser' ? asset : undefined;
  const createDate = user?.['createDate'];
  return typeof createDate === 'string' && createDate > reportedAt;
}
