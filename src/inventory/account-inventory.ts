import pLimit from 'p-limit';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field, factGroups } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import type { Expression } from '../where/expression.ts';
import { factsOf, fieldsOf } from '../where/expression.ts';
import { compileNeeds } from '../where/needs.ts';
import { type AccountGraph, loadKey, type Node } from './account-graph.ts';
import { type Bases, basesOf } from './bases.ts';
import { derive } from './derive.ts';
import type { Evidence, Found, Inventory, InventorySettings } from './inventory.ts';
import {
  isFiltered,
  newerThanReport,
  noRootRow,
  notAnswered,
  notCounted,
  notDecided,
  notInReport,
  notListed,
  onceEach,
  unknownAge,
} from './not-told.ts';
import { candidatesOf, ownerTypesOf, unlistedOf } from './owners.ts';
import { type Page, pageOf } from './page.ts';
import { placed } from './placed.ts';

/** IAM allows an account some ten reads a second before it throttles; eight at once stay near that. */
const CONCURRENT_READINGS = 8;
/** After so many assets in a row could not be read, and none could, the rest is not asked: the answer would be the same. */
const FAILURES_BEFORE_GIVING_UP = 3;

/** A group of facts to read: of the account, or of one asset. */
interface Demand {
  readonly group: FactGroup;
  readonly owner: Node | undefined;
}

/** A fact that could decide, and what has to be read for it. */
interface WantedFact extends Demand {
  readonly record: Asset;
  readonly field: string;
}

/** How the readings of a group went that are made asset by asset. */
interface Luck {
  failuresInARow: number;
  hasSucceeded: boolean;
  lastFailure: IamqlError | undefined;
}

/** One account's facts, for one run or one request: what failed once is not asked again. */
export class AccountInventory implements Inventory {
  readonly settings: InventorySettings;
  private readonly graph: AccountGraph;
  private readonly limit = pLimit(CONCURRENT_READINGS);
  private readonly readings = new Map<string, Promise<IamqlError | undefined>>();
  /** The readings that have ended, with what went wrong. */
  private readonly settled = new Map<string, IamqlError | undefined>();
  private readonly luck = new Map<FactGroup, Luck>();

  constructor(graph: AccountGraph) {
    this.graph = graph;
    this.settings = graph.settings;
  }

  prefetch(types: readonly AssetTypeName[], groups: readonly FactGroup[] = []): void {
    for (const type of types) this.readBases(this.basesOf(type)).catch(() => {});
    for (const group of groups) void this.reading({ group, owner: undefined });
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const unlisted = catalogue[type].isPart ? await this.readOwners(type) : await this.readBase(type, where, page);
    const { report } = this.graph;
    // Who is newer than the report may have more keys than it has slots as well, whatever the report says of the others.
    const mayHaveMore = report?.report.hasAdditionalKeys || factsOf(where).has('USER_DETAILS');
    const expression = mayHaveMore ? withAdditionalKeys(where) : where;
    this.rejectMissingColumn(expression);
    const found = await this.filter(type, expression);
    const { assets, unread } = await placed(this, found.assets, page.sort);
    const whole = type === 'IAMUser' && report?.isFiltered ? [isFiltered()] : [];
    // What is said of an owner already says why.
    const unsaid = unlisted.filter(({ message }) => !found.unread.some((error) => error.message.endsWith(message)));
    return { ...pageOf(assets, page), unread: [...found.unread, ...unread, ...whole, ...unsaid] };
  }

  read = (asset: Asset, field: string): unknown => {
    const own = asset[field];
    return own === undefined ? derive(this.graph, asset, field) : own;
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    // The report may show that it knows nothing of a user; then there is somebody else to ask.
    for (let demand = this.demandOf(asset, field); !this.isSettled(demand); demand = this.demandOf(asset, field)) {
      await this.readGroup(demand.group, demand.owner);
    }
    const failure = this.settled.get(loadKeyOf(this.demandOf(asset, field)));
    if (failure) throw failure;
    const value = this.read(asset, field);
    if (value === UNREAD) throw this.notThere(asset, field);
    return value;
  }

  async count(type: AssetTypeName): Promise<number> {
    const [failure] = await this.readBases(this.basesOf(type));
    if (failure) throw failure;
    const assets = this.candidates(type);
    if (assets.some(unlistedOf)) throw notCounted(type);
    return assets.length;
  }

  evidence(): Evidence {
    const { source, accountId, report } = this.graph;
    return {
      source: source.kind,
      account: accountId,
      credentialReport: report ? { generatedAt: report.generatedAt } : undefined,
    };
  }

  async scanTime(group: FactGroup): Promise<Instant> {
    await this.readGroup(group);
    const { report } = this.graph;
    const time = group === 'CREDENTIAL_REPORT' ? report?.generatedAt : this.graph.readTimes().get(group);
    return time ?? unknownAge();
  }

  readTimes() {
    return this.graph.readTimes();
  }

  /** A column that a report lacks is lacking of every user: that is said once. */
  private rejectMissingColumn(expression: Expression): void {
    const missing = this.graph.report?.report.missingColumns;
    const lacking = fieldsOf(expression).find(({ field }) => field.column && missing?.has(field.column));
    if (lacking && lacking.field.column !== 'additional_credentials_info')
      throw notInReport(lacking.name, lacking.field.column);
  }

  /**
   * Facts that are there first. What they leave undecided is read for those assets alone, the cheapest facts first, until
   * nothing is left that could decide.
   */
  private async filter(type: AssetTypeName, expression: Expression) {
    const { certainly, possibly } = compile(expression, this.read);
    const isSelected = (asset: Asset): boolean => certainly.isTrue(asset) && !unlistedOf(asset);
    const isOpen = (asset: Asset): boolean => possibly.isTrue(asset) && !isSelected(asset);
    // Most assets are neither: they are looked at once.
    const candidates = this.candidates(type).filter(possibly.isTrue);
    let open = candidates.filter((asset) => !isSelected(asset));
    if (open.length === 0) return { assets: candidates, unread: [] };
    const needs = compileNeeds(expression, this.read);
    const demandsOf = (asset: Asset): readonly WantedFact[] => {
      const wanted: WantedFact[] = [];
      const want = (record: Asset, field: string) => wanted.push({ record, field, ...this.demandOf(record, field) });
      if (!certainly.isTrue(asset)) needs(asset, want);
      // Whatever else there is to know, what an owner has must be listed; cheaper facts may rule it out before.
      if (unlistedOf(asset)) want(asset, 'identifier');
      return wanted;
    };
    while (open.length > 0) {
      const demands = open.flatMap((asset) => cheapest(demandsOf(asset).filter((demand) => !this.isSettled(demand))));
      if (demands.length === 0) break;
      await Promise.all(demands.map((demand) => this.reading(demand)));
      // A reading may tell of assets that nobody knew of: users who are newer than the report.
      open = this.candidates(type).filter(isOpen);
    }
    const unread = open.map((asset) => this.undecided(asset, this.whyOpen(demandsOf(asset))));
    return { assets: this.candidates(type).filter(isSelected), unread: onceEach(unread) };
  }

  private undecided(asset: Asset, why: IamqlError): IamqlError {
    const unlisted = unlistedOf(asset);
    if (!unlisted) return notDecided(this.read(asset, 'identifier'), why);
    return notListed(asset.__typename as AssetTypeName, this.read(unlisted.owner, 'identifier'), why);
  }

  private candidates(type: AssetTypeName): readonly Asset[] {
    if (!catalogue[type].isPart) return this.graph.assetsOf(type);
    return candidatesOf(type, { read: this.read, assetsOf: (owner) => this.graph.knownAssetsOf(owner) });
  }

  /** A reading that failed, or a fact that is lacking although its group was read. */
  private whyOpen(wanted: readonly WantedFact[]): IamqlError {
    const failures = wanted.map(({ group, owner }) => this.settled.get(loadKey(group, owner)));
    const failure = failures.find((one) => one !== undefined);
    const first = wanted.map(({ record, field }) => unlistedOf(record) ?? { owner: record, field })[0];
    return failure ?? (first ? this.notThere(first.owner, first.field) : notInReport('such fact'));
  }

  private notThere(record: Asset, field: string): IamqlError {
    const arn = record['arn'];
    const user = typeof arn === 'string' ? this.graph.users.get(arn) : undefined;
    if (user && this.graph.users.isNewer(user)) return newerThanReport(arn);
    const { group, fields } = catalogue[record.__typename as AssetTypeName];
    const isOfReport = (fields[field]?.fact ?? group) === 'CREDENTIAL_REPORT';
    if (isOfReport) return notInReport(field, fields[field]?.column);
    return notAnswered(field, this.read(record, 'identifier'));
  }

  /** What has to be read for a field of a record that is UNREAD. */
  private demandOf(record: Asset, field: string): Demand {
    const type = catalogue[record.__typename as AssetTypeName];
    // What nobody has listed yet is asked of its owner, a key that only the report tells of among them.
    const unlisted = unlistedOf(record);
    if (unlisted) return this.demandOf(unlisted.owner, unlisted.field);
    // Which policy it is comes first: there may be none.
    if (field === 'permissionsBoundary' && this.read(record, 'permissionsBoundaryArn') === UNREAD)
      return this.demandOf(record, 'permissionsBoundaryArn');
    const group = ACCOUNT_FIELDS.has(field)
      ? 'CALLER_IDENTITY'
      : field === 'additionalKeys'
        ? 'ACCESS_KEY_LAST_USED'
        : (type.fields[field]?.fact ?? type.group);
    const owner = this.ownerOf(record);
    // The report has no row of a user who is newer than it; AWS is asked instead.
    const isNewer = group === 'CREDENTIAL_REPORT' && owner?.__typename === 'IAMUser' && this.graph.users.isNewer(owner);
    if (isNewer) return { group: 'USER_CREDENTIALS', owner };
    return { group, owner: factGroups[group].per ? owner : undefined };
  }

  /** The asset that is asked for the facts of a record. */
  private ownerOf(record: Asset): Node | undefined {
    if (record.__typename === 'IAMAccessKey') return record['user'] as Node;
    return record.__typename === 'IAMUserCredentials'
      ? this.graph.users.get(record['arn'] as string)
      : (record as Node);
  }

  /** Reading it again would tell nothing new. */
  private isSettled({ group, owner }: Demand): boolean {
    return this.settled.has(loadKey(group, owner));
  }

  /** The assets that are asked about: of users the report, unless the question is about what only their details say. */
  private async readBase(type: AssetTypeName, where: Expression, { sort }: Page): Promise<readonly IamqlError[]> {
    const named = [
      ...fieldsOf(where).map(({ name, field }) => ({ name, field })),
      ...sort.map(({ field }) => ({ name: field, field: catalogue[type].fields[field] })),
    ];
    const isReportNeeded = named.some(({ name, field }) => needsReport(name, field));
    const hasDetails = named.some(({ field }) => field?.fact === 'USER_DETAILS');
    const bases = type === 'IAMUser' && hasDetails && !isReportNeeded ? usersNow : this.basesOf(type);
    const [failure] = await this.readBases(bases);
    if (failure) throw failure;
    return [];
  }

  /**
   * Reads what tells whose parts there may be.
   *
   * @returns why they may not be all. @throws IamqlError when there is nobody to ask.
   */
  private async readOwners(type: AssetTypeName): Promise<readonly IamqlError[]> {
    const failures = await this.readBases(this.basesOf(type));
    const owners = ownerTypesOf(type);
    const { report } = this.graph;
    if (report?.isFiltered && owners.includes('IAMUser')) failures.push(isFiltered());
    if (report && !report.report.root && owners.includes('RootUser')) failures.push(noRootRow());
    return onceEach(failures);
  }

  /** @returns what went wrong. @throws IamqlError when all of it did. */
  private async readBases({ needed, sparing }: Bases): Promise<IamqlError[]> {
    const read = (group: FactGroup) => this.reading({ group, owner: undefined });
    const isIdentity = (group: FactGroup): boolean => group === 'CALLER_IDENTITY';
    const others = needed.filter((group) => !isIdentity(group));
    const failures = await Promise.all(others.map(read));
    const spared = await Promise.all(sparing.map(read));
    // A report that was read names its account, which spares a call.
    failures.push(...(await Promise.all(needed.filter(isIdentity).map(read))));
    const failed = failures.filter((failure) => failure !== undefined);
    const [first] = failed;
    if (first && [...failures, ...spared].every((failure) => failure !== undefined)) throw first;
    return failed;
  }

  private basesOf(type: AssetTypeName): Bases {
    return basesOf(type, this.graph.source.kind === 'live');
  }

  /** @throws IamqlError when the facts could not be read. */
  private async readGroup(group: FactGroup, owner?: Node): Promise<void> {
    const failure = await this.reading({ group, owner });
    if (failure) throw failure;
  }

  /** Reads facts once; what goes wrong is kept as well: each rule of a control asks, and would wait for the same answer. */
  private reading(demand: Demand): Promise<IamqlError | undefined> {
    const key = loadKey(demand.group, demand.owner);
    const known = this.readings.get(key);
    if (known) return known;
    const reading = demand.owner ? this.limit(() => this.tryReading(demand)) : this.tryReading(demand);
    this.readings.set(key, reading);
    return reading;
  }

  private async tryReading({ group, owner }: Demand): Promise<IamqlError | undefined> {
    const luck = this.luckOf(group);
    const hasGivenUp = owner && !luck.hasSucceeded && luck.failuresInARow >= FAILURES_BEFORE_GIVING_UP;
    const failure = hasGivenUp ? luck.lastFailure : await this.failureOf(group, owner);
    if (!failure) luck.hasSucceeded = true;
    else {
      luck.failuresInARow++;
      luck.lastFailure = failure;
    }
    this.settled.set(loadKey(group, owner), failure);
    return failure;
  }

  private async failureOf(group: FactGroup, owner: Node | undefined): Promise<IamqlError | undefined> {
    try {
      await this.graph.load(group, owner);
      return undefined;
    } catch (error) {
      if (error instanceof IamqlError) return error;
      throw error;
    }
  }

  private luckOf(group: FactGroup): Luck {
    const luck = this.luck.get(group) ?? { failuresInARow: 0, hasSucceeded: false, lastFailure: undefined };
    this.luck.set(group, luck);
    return luck;
  }
}

/** Each asset's account: known from its ARN, or from whose credentials these are. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set(['accountID', 'cloudAccountID', 'cloudAccountName']);
/** What any list of users says of them; the rest of the report's columns it alone has. */
const IN_EVERY_LIST: ReadonlySet<string> = new Set(['arn', 'userName', 'createDate', 'path']);

const usersNow: Bases = { needed: ['USER_DETAILS'], sparing: [] };

const needsReport = (name: string, field: Field | undefined): boolean =>
  name === 'hasIAMUserCredentials' ||
  name === 'contentHash' ||
  name === 'accessKeys' ||
  (field?.column !== undefined && !IN_EVERY_LIST.has(name));

const loadKeyOf = ({ group, owner }: Demand): string => loadKey(group, owner);

/** Of several facts that might decide an asset, those that cost least: often they are enough. */
function cheapest(demands: readonly Demand[]): readonly Demand[] {
  const ranks = demands.map(({ group }) => costRank(group));
  const least = Math.min(...ranks);
  return demands.filter((_demand, index) => ranks[index] === least);
}

/** Facts of the whole account before those that cost a call for each asset, and among these the fewer calls first. */
const costRank = (group: FactGroup): number => (factGroups[group].per ? factGroups[group].actions.length : 0);
