import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import { isKnownInPart, isUnread, UNREAD } from '../iam/unread.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import type { Expression } from '../where/expression.ts';
import { factsOf, fieldsOf } from '../where/expression.ts';
import { compileNeeds } from '../where/needs.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import { type Bases, basesOf, ownershipsFor } from './bases.ts';
import {
  askedOf,
  type Demand,
  demandsOf,
  demandsToMeet,
  needsReport,
  ownerOf,
  userOf,
  type WantedFact,
} from './demand.ts';
import { derive, whyUnreadable } from './derive.ts';
import type { Evidence, Found, Inventory, InventorySettings } from './inventory.ts';
import {
  changedSinceReport,
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
import { groupsOfQuestion, groupsTelling, type Provenance, provenanceOf } from './provenance.ts';
import { Readings } from './readings.ts';
import { concernsUsers, type Filtered, isOfUsers, selectVerified, type Verify } from './verification.ts';

/** One account's facts, for one run or one request: what failed once is not asked again. */
export class AccountInventory implements Inventory {
  readonly settings: InventorySettings;
  private readonly graph: AccountGraph;
  private readonly verify: Verify | undefined;
  private readonly readings: Readings;

  constructor(graph: AccountGraph, verify?: Verify) {
    this.graph = graph;
    this.readings = new Readings(graph);
    this.verify = verify;
    this.settings = graph.settings;
  }

  prefetch(types: readonly AssetTypeName[], groups: readonly FactGroup[] = []): void {
    for (const type of types) this.readBases(this.basesOf(type)).catch(() => {});
    for (const group of groups) void this.readings.read({ group, owner: undefined });
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const unlisted = catalogue[type].isPart
      ? await this.readOwners(type, where)
      : await this.readBase(type, where, page);
    const { withdrawn, ...found } = await this.select(type, where);
    const { assets, unread } = await placed(this, found.assets, page.sort);
    const whole = type === 'IAMUser' && this.graph.report?.isFiltered ? [isFiltered()] : [];
    const restsOn = this.groupsBehind(type, where).map((group) => provenanceOf(group, this.graph.factTime(group)));
    // What is said of an owner already says why.
    const unsaid = unlisted.filter(({ message }) => !found.unread.some((error) => error.message.endsWith(message)));
    return { ...pageOf(assets, page), unread: [...found.unread, ...unread, ...whole, ...unsaid], withdrawn, restsOn };
  }

  private async select(type: AssetTypeName, where: Expression) {
    const { graph, verify: mode, read } = this;
    // Who is newer than the report may have more keys than it has slots as well, whatever the report says of the others.
    const mayHaveMore =
      mode || graph.users.hasLive || graph.report?.report.hasAdditionalKeys || factsOf(where).has('USER_DETAILS');
    const expression = mayHaveMore ? withAdditionalKeys(where) : where;
    if (mode !== 'all') this.rejectMissingColumn(expression);
    const filter = () => this.filter(type, expression);
    if (!mode || !concernsUsers(type, expression)) return { ...(await filter()), withdrawn: [] };
    const readList = async () => (graph.users.isListed ? undefined : this.readings.read(listOf(where)));
    return selectVerified({ graph, mode, type, expression, read, filter, readList });
  }

  /** The groups that were read for a question. */
  private groupsBehind(type: AssetTypeName, where: Expression): readonly FactGroup[] {
    const groups = new Set(groupsOfQuestion(type, where));
    if (type === 'IAMUser' && this.verify === 'all' && this.graph.users.isListed) {
      const fields = fieldsOf(where);
      for (const { field } of fields) for (const group of field.live ?? []) groups.add(group);
      groups.add('USER_LIST').add('USER_DETAILS');
      const isKept = (user: Asset): boolean => fields.some(({ name }) => this.graph.users.isKept(user, name));
      if (!this.graph.users.all().some(isKept)) groups.delete('CREDENTIAL_REPORT');
    }
    return [...groups].filter((group) => this.graph.isRead(group));
  }

  read = (asset: Asset, field: string): unknown => {
    const own = asset[field];
    return own === undefined ? derive(this.graph, asset, field) : own;
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    // The report may show that it knows nothing of a user; then there is somebody else to ask.
    for (
      let demand = this.demandOf(asset, field);
      !this.readings.isSettled(demand) && !whyUnreadable(this.graph, asset, field);
      demand = this.demandOf(asset, field)
    ) {
      await this.readings.read(demand);
      if (this.isKnownLive(asset, field)) break;
    }
    if (this.isKnownLive(asset, field)) return asset[field];
    const failure = whyUnreadable(this.graph, asset, field) ?? this.readings.failureOf(this.demandOf(asset, field));
    if (failure) throw failure;
    const value = this.read(asset, field);
    if (isUnread(value)) throw this.notThere(asset, field);
    return value;
  }

  /** One of several readings may be enough for a field of a live row. */
  private isKnownLive(asset: Asset, field: string): boolean {
    const { live } = catalogue[asset.__typename as AssetTypeName].fields[field] ?? {};
    return live !== undefined && asset[field] !== undefined && asset[field] !== UNREAD;
  }

  async count(type: AssetTypeName): Promise<number> {
    // Who asked about what only the details of users say has them all, and a report would be one call more.
    const isKnown = type === 'IAMUser' && this.graph.isRead('USER_DETAILS');
    const bases = this.basesOf(type);
    // Whose parts a condition has ruled out was not read, and is no call for a number.
    if (catalogue[type].isPart && !bases.needed.every((group) => this.graph.isRead(group))) throw notCounted(type);
    const [failure] = isKnown ? [] : await this.readBases(bases);
    if (failure) throw failure;
    const assets = this.candidates(type);
    if (assets.some(unlistedOf)) throw notCounted(type);
    return assets.length;
  }

  provenance(asset: Asset, field: string): Provenance {
    const { graph } = this;
    const group = this.groupBehind(asset, field);
    return provenanceOf(group, graph.factTime(group, askedOf(graph, asset, group)));
  }

  /** What told a field: a live row's own calls, or else the schema's group, unless the report alone was read. */
  private groupBehind(asset: Asset, field: string): FactGroup {
    const { users } = this.graph;
    const owner = ownerOf(this.graph, asset);
    const isFurtherKey = asset.__typename === 'IAMUserCredentials' && asset['accessKeyId'] !== undefined;
    const [live] = catalogue[asset.__typename as AssetTypeName].fields[field]?.live ?? [];
    if (live && owner && (users.isLive(owner) || isFurtherKey) && !users.isKept(owner, field)) return live;
    const { sparing } = catalogue[asset.__typename as AssetTypeName].fields[field] ?? {};
    const isRead = (one: FactGroup): boolean =>
      this.graph.isReadOf(one, askedOf(this.graph, asset, one)) &&
      // Of whom a list of the account knows nothing, something else has told.
      (one !== sparing || isKnownInPart(this.read(asset, field)));
    const group = groupsTelling(asset, field).find(isRead) ?? 'CREDENTIAL_REPORT';
    const isTold = group !== 'CREDENTIAL_REPORT' || (this.graph.report && !(owner && users.isNewer(owner)));
    return isTold ? group : this.listGroup();
  }

  private listGroup(): FactGroup {
    return this.graph.isRead('USER_LIST') ? 'USER_LIST' : 'USER_DETAILS';
  }

  evidence(): Evidence {
    const { source, accountId, report } = this.graph;
    return {
      source: source.kind,
      account: accountId,
      credentialReport: report ? { generatedAt: report.generatedAt } : undefined,
      ...(this.verify ? { verified: this.verify } : {}),
    };
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    await this.readGroup(group);
    const { report } = this.graph;
    const time = group === 'CREDENTIAL_REPORT' ? report?.generatedAt : this.graph.readTimes().get(group);
    return new Map([[THE_ACCOUNT, time ?? unknownAge()]]);
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
  private async filter(type: AssetTypeName, expression: Expression): Promise<Filtered> {
    const { certainly, possibly } = compile(expression, this.read);
    const isSelected = (asset: Asset): boolean => certainly.isTrue(asset) && !unlistedOf(asset);
    const isOpen = (asset: Asset): boolean => possibly.isTrue(asset) && !isSelected(asset);
    // Most assets are neither: they are looked at once.
    const candidates = this.candidates(type).filter(possibly.isTrue);
    let open = candidates.filter((asset) => !isSelected(asset));
    if (open.length === 0) return { assets: candidates, open, unread: [] };
    const needs = compileNeeds(expression, this.read);
    const demandsOf = (asset: Asset): readonly WantedFact[] => {
      const wanted: WantedFact[] = [];
      const want = (record: Asset, field: string) =>
        wanted.push({ record, field, ...this.demandOf(record, field), sparing: this.sparingDemandOf(record, field) });
      if (!certainly.isTrue(asset)) needs(asset, want);
      // Whatever else there is to know, what an owner has must be listed; cheaper facts may rule it out before.
      if (unlistedOf(asset)) want(asset, 'identifier');
      return wanted;
    };
    while (open.length > 0) {
      const isUseful = (wanted: WantedFact) => !this.readings.isSettled(wanted) && !this.whyUnreadable(wanted);
      const demands = demandsToMeet(open.map((asset) => demandsOf(asset).filter(isUseful)));
      if (demands.length === 0) break;
      await Promise.all(demands.map((demand) => this.readings.read(demand)));
      // A reading may tell of assets that nobody knew of: users who are newer than the report.
      open = this.candidates(type).filter(isOpen);
    }
    const unread = open.map((asset) => this.undecided(asset, this.whyOpen(demandsOf(asset))));
    return { assets: this.candidates(type).filter(isSelected), open, unread: onceEach(unread) };
  }

  private undecided(asset: Asset, why: IamqlError): IamqlError {
    const unlisted = unlistedOf(asset);
    if (!unlisted) return notDecided(this.read(asset, 'identifier'), why);
    return notListed(asset.__typename as AssetTypeName, this.read(unlisted.owner, 'identifier'), why);
  }

  /** Who is known to be gone is no asset any more where the report is not relied upon. */
  private candidates(type: AssetTypeName): readonly Asset[] {
    const { graph, read } = this;
    const assets = catalogue[type].isPart
      ? candidatesOf(type, { read, assetsOf: (owner) => graph.knownAssetsOf(owner) })
      : graph.assetsOf(type);
    if (!this.verify || !isOfUsers(type)) return assets;
    const isGone = (user: Node | undefined): boolean => user !== undefined && graph.users.isDeleted(user);
    return assets.filter((asset) => !isGone(userOf(graph, asset)));
  }

  /** A reading that failed, or a fact that is lacking although its group was read. */
  private whyOpen(wanted: readonly WantedFact[]): IamqlError {
    const failures = wanted.map((one) => this.whyUnreadable(one) ?? this.readings.failureOf(one));
    const failure = failures.find((one) => one !== undefined);
    const first = wanted.map(({ record, field }) => unlistedOf(record) ?? { owner: record, field })[0];
    return failure ?? (first ? this.notThere(first.owner, first.field) : notInReport('such fact'));
  }

  private sparingDemandOf(record: Asset, field: string): Demand | undefined {
    const asked = unlistedOf(record) ?? { owner: record, field };
    const { sparing } = catalogue[asked.owner.__typename as AssetTypeName].fields[asked.field] ?? {};
    const demand = sparing && { group: sparing, owner: undefined };
    return demand && !this.readings.isSettled(demand) ? demand : undefined;
  }

  private whyUnreadable({ record, field }: WantedFact): IamqlError | undefined {
    const asked = unlistedOf(record) ?? { owner: record, field };
    return whyUnreadable(this.graph, asked.owner, asked.field);
  }

  private notThere(record: Asset, field: string): IamqlError {
    const arn = record['arn'];
    const user = typeof arn === 'string' ? this.graph.users.get(arn) : undefined;
    if (user && this.graph.users.isNewer(user)) return newerThanReport(arn);
    if (user && this.graph.users.isLive(user)) return changedSinceReport(field, arn);
    const { group, fields } = catalogue[record.__typename as AssetTypeName];
    if (fields[field]?.type === 'RootUser' && this.graph.report) return noRootRow();
    const isOfReport = (fields[field]?.fact ?? group) === 'CREDENTIAL_REPORT';
    if (isOfReport) return notInReport(field, fields[field]?.column);
    return notAnswered(field, this.read(record, 'identifier'));
  }

  /** What has to be read next for a field of a record that is UNREAD; what has failed where nothing is left. */
  private demandOf(record: Asset, field: string): Demand {
    // Which policy it is comes first: there may be none.
    if (field === 'permissionsBoundary' && this.read(record, 'permissionsBoundaryArn') === UNREAD)
      return this.demandOf(record, 'permissionsBoundaryArn');
    const demands = demandsOf(this.graph, record, field);
    const failed = demands.find((demand) => this.readings.failureOf(demand));
    return demands.find((demand) => !this.readings.isSettled(demand)) ?? failed ?? (demands.at(-1) as Demand);
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
    if (type === 'Connector') await this.readBeside(where);
    if (this.verify && isOfUsers(type)) void this.readings.read(listOf(where));
    const [failure] = await this.readBases(bases);
    if (failure) throw failure;
    return [];
  }

  /**
   * An account has one connector, so that what decides it besides who it is will be needed: it is read at the same time,
   * but for a report, which says whose it is and spares a call.
   */
  private async readBeside(where: Expression): Promise<void> {
    const groups = new Set<FactGroup>();
    compileNeeds(where, () => UNREAD)({ __typename: 'Connector' }, (record, field) => {
      groups.add(this.demandOf(record, field).group);
    });
    if (groups.has('CALLER_IDENTITY')) return;
    const readings = [...groups].map((group) => [group, this.readings.read({ group, owner: undefined })] as const);
    await new Map(readings).get('CREDENTIAL_REPORT');
  }

  /**
   * Reads what tells whose parts there may be.
   *
   * @returns why they may not be all. @throws IamqlError when there is nobody to ask.
   */
  private async readOwners(type: AssetTypeName, where: Expression): Promise<readonly IamqlError[]> {
    const isLive = this.graph.source.kind === 'live';
    const counted = ownershipsFor(type, where, () => isLive);
    const failures = await this.readBases(basesOf(type, isLive, counted));
    // A list that was counted on and cannot be read rules nothing out: then there are others to ask.
    const known = ownershipsFor(type, where, (group) => this.graph.isRead(group));
    if (known.length > counted.length) failures.push(...(await this.readBases(basesOf(type, isLive, known))));
    const owners = known.flatMap((one) => [one.type, ...ownerTypesOf(one.type)]);
    const { report } = this.graph;
    if (report?.isFiltered && owners.includes('IAMUser')) failures.push(isFiltered());
    if (report && !report.report.root && owners.includes('RootUser')) failures.push(noRootRow());
    return onceEach(failures);
  }

  /** @returns what went wrong. @throws IamqlError when all of it did. */
  private async readBases({ needed, sparing }: Bases): Promise<IamqlError[]> {
    const read = (group: FactGroup) => this.readings.read({ group, owner: undefined });
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
    const failure = await this.readings.read({ group, owner });
    if (failure) throw failure;
  }
}

/** Whichever the question reads anyway, else the smaller one. */
const listOf = (where: Expression): Demand => ({
  group: factsOf(where).has('USER_DETAILS') ? 'USER_DETAILS' : 'USER_LIST',
  owner: undefined,
});

/** There is but one, and nothing has to be read to tell it from others. */
const THE_ACCOUNT = '';

const usersNow: Bases = { needed: ['USER_DETAILS'], sparing: [] };
