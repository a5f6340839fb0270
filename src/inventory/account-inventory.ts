import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import { isKnownInPart, isUnread, UNREAD } from '../iam/unread.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile } from '../where/evaluate.ts';
import type { Expression } from '../where/expression.ts';
import { factsOf, fieldsOf } from '../where/expression.ts';
import { compileNeeds } from '../where/needs.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import { BaseReadings, listOf } from './base-readings.ts';
import { askedOf, type Demand, demandsToMeet, ownerOf, userOf, type WantedFact } from './demand.ts';
import { known, whyUnreadable } from './derive.ts';
import type { Evidence, Found, Inventory, InventorySettings } from './inventory.ts';
import { moreThanReported } from './more-users.ts';
import { nextDemand } from './next-demand.ts';
import { isFiltered, notCounted, notInReport, onceEach, unknownAge } from './not-told.ts';
import { candidatesOf, unlistedOf } from './owners.ts';
import { type Page, pageOf } from './page.ts';
import { placed } from './placed.ts';
import { groupsOfQuestion, groupsTelling, type Provenance, provenanceOf } from './provenance.ts';
import { Readings } from './readings.ts';
import { concernsUsers, type Filtered, isOfUsers, selectVerified, type Verify } from './verification.ts';
import { whyNotThere, whyOpen, whyUndecided, whyWantedUnreadable } from './why-open.ts';

/** One account's facts, for one run or one request: what failed once is not asked again. */
export class AccountInventory implements Inventory {
  readonly settings: InventorySettings;
  private readonly graph: AccountGraph;
  private readonly verify: Verify | undefined;
  private readonly readings: Readings;
  private readonly bases: BaseReadings;

  constructor(graph: AccountGraph, verify?: Verify) {
    this.graph = graph;
    this.readings = new Readings(graph);
    this.bases = new BaseReadings(graph, this.readings, verify);
    this.verify = verify;
    this.settings = graph.settings;
  }

  prefetch(types: readonly AssetTypeName[], groups: readonly FactGroup[] = []): void {
    for (const type of types) this.bases.read(this.bases.of(type)).catch(() => {});
    for (const group of groups) void this.readings.read({ group, owner: undefined });
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const unlisted = catalogue[type].isPart
      ? await this.bases.readOwners(type, where)
      : await this.bases.readAssets(type, where, page);
    const { withdrawn, ...found } = await this.select(type, where);
    const { assets, unread } = await placed(this, found.assets, page.sort);
    const isFilteredReport = type === 'IAMUser' && this.graph.report?.isFiltered;
    const whole = [...(isFilteredReport ? [isFiltered()] : []), ...(await moreThanReported(this.graph, type))];
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

  read = (asset: Asset, field: string): unknown => known(this.graph, asset, field);

  async load(asset: Asset, field: string): Promise<unknown> {
    // The report may show that it knows nothing of a user; then there is somebody else to ask.
    for (
      let demand = nextDemand(this.graph, this.readings, asset, field);
      !this.readings.isSettled(demand) && !whyUnreadable(this.graph, asset, field);
      demand = nextDemand(this.graph, this.readings, asset, field)
    ) {
      await this.readings.read(demand);
      if (this.isKnownLive(asset, field)) break;
    }
    if (this.isKnownLive(asset, field)) return asset[field];
    const failure =
      whyUnreadable(this.graph, asset, field) ??
      this.readings.failureOf(nextDemand(this.graph, this.readings, asset, field));
    if (failure) throw failure;
    const value = this.read(asset, field);
    if (isUnread(value)) throw whyNotThere(this.graph, asset, field);
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
    const bases = this.bases.of(type);
    // Whose parts a condition has ruled out was not read, and is no call for a number.
    if (catalogue[type].isPart && !bases.needed.every((group) => this.graph.isRead(group))) throw notCounted(type);
    const [failure] = isKnown ? [] : await this.bases.read(bases);
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
        wanted.push({
          record,
          field,
          ...nextDemand(this.graph, this.readings, record, field),
          sparing: this.sparingDemandOf(record, field),
        });
      if (!certainly.isTrue(asset)) needs(asset, want);
      // Whatever else there is to know, what an owner has must be listed; cheaper facts may rule it out before.
      if (unlistedOf(asset)) want(asset, 'identifier');
      return wanted;
    };
    while (open.length > 0) {
      const isUseful = (wanted: WantedFact) =>
        !this.readings.isSettled(wanted) && !whyWantedUnreadable(this.graph, wanted);
      const demands = demandsToMeet(open.map((asset) => demandsOf(asset).filter(isUseful)));
      if (demands.length === 0) break;
      await Promise.all(demands.map((demand) => this.readings.read(demand)));
      // A reading may tell of assets that nobody knew of: users who are newer than the report.
      open = this.candidates(type).filter(isOpen);
    }
    const unread = open.map((asset) =>
      whyUndecided(this.graph, asset, whyOpen(this.graph, this.readings, demandsOf(asset))),
    );
    return { assets: this.candidates(type).filter(isSelected), open, unread: onceEach(unread) };
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

  private sparingDemandOf(record: Asset, field: string): Demand | undefined {
    const asked = unlistedOf(record) ?? { owner: record, field };
    const { sparing } = catalogue[asked.owner.__typename as AssetTypeName].fields[asked.field] ?? {};
    const demand = sparing && { group: sparing, owner: undefined };
    return demand && !this.readings.isSettled(demand) ? demand : undefined;
  }

  /** @throws IamqlError when the facts could not be read. */
  private async readGroup(group: FactGroup, owner?: Node): Promise<void> {
    const failure = await this.readings.read({ group, owner });
    if (failure) throw failure;
  }
}

/** There is but one, and nothing has to be read to tell it from others. */
const THE_ACCOUNT = '';
