import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
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
import type {
  AskedAccount,
  Evidence,
  Found,
  Inventory,
  InventorySettings,
  LeftOpen,
  RelationTree,
} from '../inventory/inventory.ts';
import { notCounted, onceEach, unknownAge } from '../inventory/not-told.ts';
import type { Page } from '../inventory/page.ts';
import { groupsOfQuestion, type Provenance } from '../inventory/provenance.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { always, type Expression, nodesOf } from '../where/expression.ts';
import { PerAccount } from '../where/per-account.ts';
import { countFindings, readFindings, streamFindings } from './findings/read-findings.ts';
import { judgementsOf } from './findings/read-history.ts';
import { countChanges, readSummary } from './findings/read-summary.ts';
import { countBy, findPage, positionOf, whyNotSorted } from './page-of-assets.ts';
import type { Scope, ScopedAccount } from './scope.ts';
import { evidenceOf, provenanceIn, readTimesOf, timesOf } from './scope-evidence.ts';
import { Statement } from './statement.ts';
import { streamRows } from './stream-rows.ts';
import { countPossible, countUndecided, decideUndecided } from './undecided-rows.ts';
import { unlistedParts, whyNotListed, whyNotListedOfNewer } from './unlisted-parts.ts';
import { type Asked, type View, whyUnread } from './view.ts';

/** Answers from the scans of a scope: the database filters, sorts and counts; only what is asked for leaves it. */
export class StoreInventory implements Inventory {
  private readonly open: () => Promise<View>;
  private opening: Promise<View> | undefined;
  private view: View | undefined;
  /** The same at other times. Whoever reads an asset need not know of which time it is. */
  private readonly earlier = new Map<Instant, StoreInventory>();
  private readonly counts = new Map<AssetTypeName, Promise<number>>();

  constructor(open: () => Promise<View>) {
    this.open = open;
  }

  get settings(): InventorySettings {
    return { setupSeconds: this.view?.scope.accounts[0]?.scan?.header.settings.setupSeconds ?? 0 };
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const view = await this.opened();
    const expression = withAdditionalKeysIn(view.scope, where);
    const notAsked = accountsNotAsked(view.scope, expression);
    const question = { type, expression, scope: view.scope.without(notAsked.map(({ connector }) => connector)) };
    const { more, unread } = await decideUndecided(view, question);
    const asked: Asked = { ...question, more };
    const { assets, total, skipped } = await findPage(view, asked, page);
    return {
      assets,
      total,
      skipped,
      // Who wants no cursors need not wait for them.
      get positions() {
        return assets.map((asset) => positionOf(asset, page));
      },
      unread: [
        ...onceEach([...unread, ...(await whyNotListed(view, question))]),
        // One for each asset whose place is not known, as in memory.
        ...(await whyNotSorted(view, asked, page)),
        ...view.scope.whyNotAll(type),
        ...notAsked.map((account) => whyNotAsked(view.scope, account, groupsOfQuestion(type, where))),
      ],
      withdrawn: [],
      restsOn: [...groupsOfQuestion(type, where)].flatMap((group) => view.scope.provenance(group)),
    };
  }

  asOf(time: Instant): StoreInventory {
    const known = this.earlier.get(time) ?? new StoreInventory(async () => (await this.opened()).at(time));
    this.earlier.set(time, known);
    return known;
  }

  async leftOpen(type: AssetTypeName, where: Expression): Promise<LeftOpen> {
    const { session, scope } = await this.opened();
    return countUndecided(session, { type, expression: withAdditionalKeysIn(scope, where), scope });
  }

  async mayMatch(type: AssetTypeName, where: Expression): Promise<LeftOpen> {
    const { session, scope } = await this.opened();
    return countPossible(session, { type, expression: withAdditionalKeysIn(scope, where), scope });
  }

  async findings(question: FindingsQuestion): Promise<FoundFindings> {
    return readFindings(await this.viewAt(question.asOf), question);
  }

  async findingsCost({ where, asOf }: Pick<FindingsQuestion, 'where' | 'asOf'>, isSummary: boolean) {
    const view = await this.viewAt(asOf);
    return isSummary ? { matching: await countChanges(view, where) } : countFindings(view, where);
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
    const view = await this.opened();
    const { session, scope } = view;
    const notListed = await whyNotListed(view, { type, expression: always, scope });
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
    return giver === this ? this.looking.assets.read(asset, field) : giver.read(asset, field);
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    const giver = this.giverOf(asset);
    if (giver !== this) return giver.load(asset, field);
    const value = await this.looking.assets.follow(asset, field);
    if (value === undefined || value === UNREAD) throw whyUnread(this.looking, asset, field);
    return value;
  }

  /** What is looked at stays as it is, and each control of many asks how many there are. */
  count(type: AssetTypeName): Promise<number> {
    const known = this.counts.get(type) ?? this.countNow(type);
    this.counts.set(type, known);
    return known;
  }

  private async countNow(type: AssetTypeName): Promise<number> {
    const view = await this.opened();
    const { scope } = view;
    const [why] = [...scope.whyNotAll(type), ...whyNotListedOfNewer({ type, expression: always, scope })];
    if (why) throw why;
    if ((await unlistedParts(view, type)).length > 0) throw notCounted(type);
    const statement = new Statement(type, scope);
    return (await countBy(view.session, statement, statement.count([]))).count;
  }

  async prepare(found: readonly Asset[], where: Expression): Promise<void> {
    for (const [giver, given] of Map.groupBy(found, (asset) => this.giverOf(asset))) {
      const seen = new Set<Asset>();
      const { assets } = giver.looking;
      await assets.prepare(given, where, (asset) => seen.add(asset));
      await assets.complete([...seen]);
    }
  }

  async loadRelated(found: readonly Asset[], tree: RelationTree): Promise<void> {
    for (const [giver, given] of Map.groupBy(found, (asset) => this.giverOf(asset)))
      await giver.looking.assets.followTree(given, tree);
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
  private get looking(): View {
    if (!this.view) throw new Error('nothing was asked of the store yet');
    return this.view;
  }

  evidence(): Evidence {
    // Where everything was asked of one other time, that is what the answer rests on.
    const [other] = this.earlier.values();
    return evidenceOf((this.view ?? other?.view)?.scope);
  }

  provenance(asset: Asset, field: string): Provenance {
    const giver = this.giverOf(asset);
    if (giver !== this) return giver.provenance(asset, field);
    return provenanceIn(this.looking.scope, asset, field);
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    const { scope } = await this.opened();
    const times = timesOf(scope, group);
    if (times.size > 0 || scope.accounts.length > 1) return times;
    throw scope.whyNoTime([group]) ?? unknownAge();
  }

  listsOf(): string | undefined {
    return this.view?.scope.asked;
  }

  async connectors(): Promise<readonly string[]> {
    const { scope } = await this.opened();
    return scope.accounts.map(({ connector }) => connector);
  }

  async accounts(): Promise<readonly AskedAccount[]> {
    const { scope } = await this.opened();
    return scope.accounts.map(({ connector: id, name, organization, units, tags }) => {
      return { id, name, organization, units, tags };
    });
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    return readTimesOf(this.view?.scope);
  }
}

const withAdditionalKeysIn = ({ hasAdditionalKeys }: Scope, where: Expression): Expression =>
  hasAdditionalKeys ? withAdditionalKeys(where) : where;

/** Accounts of which it is not known what the question compares with. Of those that were not scanned more is said. */
function accountsNotAsked(scope: Scope, expression: Expression): readonly ScopedAccount[] {
  const values = [...nodesOf(expression)].flatMap((node) =>
    'value' in node && node.value instanceof PerAccount ? [node.value.values] : [],
  );
  return scope.accounts.filter(({ connector, scan }) => scan && values.some((known) => !known.has(connector)));
}

function whyNotAsked(scope: Scope, account: ScopedAccount, groups: Iterable<FactGroup>): IamqlError {
  const { name, connector } = account;
  const message = `account ${name}: its scan did not read when its facts were true, or whose account it is, which the question is about`;
  return (
    scope.whyNoTime([...groups], connector) ??
    new IamqlError('NotCollected', message, { about: { account: connector } })
  );
}
