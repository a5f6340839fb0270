import type { FactGroup } from '../../iam/assets.generated.ts';
import type { Asset, ReportedUser } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import { type Instant, parseInstant } from '../../iam/instant.ts';
import { UNREAD } from '../../iam/unread.ts';
import { withAdditionalKeys } from '../../where/additional-keys.ts';
import { compile } from '../../where/evaluate.ts';
import type { Expression } from '../../where/expression.ts';
import type { Evidence, Found, Inventory, InventorySettings } from '../inventory.ts';
import { notCounted, onceEach, unknownAge } from '../not-told.ts';
import { candidatesOf, unlistedOf } from '../owners.ts';
import { type Page, pageOf } from '../page.ts';
import { placed } from '../placed.ts';
import { groupsOfQuestion, groupsTelling, type Provenance, provenanceOf } from '../provenance.ts';
import { keysInReport } from '../user-keys.ts';
import type { OpenSnapshot } from './open-snapshot.ts';

/** A snapshot's facts: what could not be read when it was taken cannot be read now. */
export class SnapshotInventory implements Inventory {
  private readonly open: () => Promise<OpenSnapshot>;
  private readonly kind: 'snapshot' | 'sample';
  private snapshot: OpenSnapshot | undefined;

  /** @param kind what it is to people. */
  constructor(open: () => Promise<OpenSnapshot>, kind: 'snapshot' | 'sample' = 'snapshot') {
    this.open = open;
    this.kind = kind;
  }

  get settings(): InventorySettings {
    return this.snapshot?.settings ?? { setupSeconds: 0 };
  }

  prefetch(): void {
    this.opened().catch(() => {});
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const snapshot = await this.opened();
    const expression = snapshot.hasAdditionalKeys ? withAdditionalKeys(where) : where;
    const { certainly, possibly } = compile(expression, this.read);
    const candidates = this.candidates(snapshot, type).filter(possibly.isTrue);
    const isSelected = (asset: Asset): boolean => certainly.isTrue(asset) && !unlistedOf(asset);
    const undecided = candidates.filter((asset) => !isSelected(asset));
    const { assets, unread } = await placed(this, candidates.filter(isSelected), page.sort);
    const errors = onceEach(undecided.map((asset) => snapshot.whyUndecided(asset, expression)));
    const groups = [...groupsOfQuestion(type, where)].filter((group) => snapshot.header.facts[group]);
    return {
      ...pageOf(assets, page),
      unread: [...errors, ...unread, ...snapshot.whyNotAll(type, expression)],
      withdrawn: [],
      restsOn: groups.map((group) => provenanceOf(group, this.timeOf(group))),
    };
  }

  read = (asset: Asset, field: string): unknown => {
    const own = asset[field];
    if (own !== undefined) return own;
    return field === 'accessKeys' && this.hasReportRow(asset)
      ? keysInReport(asset, this.settings.setupSeconds)
      : UNREAD;
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    const own = asset[field];
    if (own !== undefined && own !== UNREAD) return own;
    throw (await this.opened()).whyUnread(asset, field);
  }

  async count(type: AssetTypeName): Promise<number> {
    const snapshot = await this.opened();
    const [why] = snapshot.whyNotAll(type);
    if (why) throw why;
    const assets = this.candidates(snapshot, type);
    if (assets.some(unlistedOf)) throw notCounted(type);
    return assets.length;
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    const { unread, connector } = (await this.opened()).header;
    const time = this.timeOf(group);
    if (time !== undefined) return new Map([[connector.id, time]]);
    const whole = unread.find(({ type, fields }) => !fields && catalogue[type as AssetTypeName]?.group === group);
    if (whole) throw new IamqlError(whole.code, whole.message);
    return unknownAge();
  }

  provenance(asset: Asset, field: string): Provenance {
    const group = this.groupBehind(asset, field);
    return provenanceOf(group, this.timeOf(group));
  }

  /** Who is newer than the report has a row that was read live; what was not read was told by the report alone. */
  private groupBehind(asset: Asset, field: string): FactGroup {
    const [live] = catalogue[asset.__typename as AssetTypeName].fields[field]?.live ?? [];
    if (live && this.isNewer(asset)) return live;
    const { facts } = this.snapshot?.header ?? { facts: {} };
    return groupsTelling(asset, field).find((group) => group in facts) ?? 'CREDENTIAL_REPORT';
  }

  /** Made after the report was generated: a user, or the user whose row this is. */
  private isNewer(asset: Asset): boolean {
    const isThis = (user: Asset): boolean => user === asset || user['hasIAMUserCredentials'] === asset;
    const createDate = this.snapshot?.assetsOf('IAMUser').find(isThis)?.['createDate'];
    const generatedAt = this.timeOf('CREDENTIAL_REPORT');
    return typeof createDate === 'string' && generatedAt !== undefined && createDate > generatedAt;
  }

  private timeOf(group: FactGroup): Instant | undefined {
    const { readAt, generatedAt } = this.snapshot?.header.facts[group] ?? {};
    return parseInstant(generatedAt ?? readAt ?? '');
  }

  evidence(): Evidence {
    const header = this.snapshot?.header;
    const report = header?.facts['CREDENTIAL_REPORT'];
    return {
      source: this.kind,
      ...(this.kind === 'snapshot' ? { snapshotOf: header?.source } : {}),
      account: header?.connector.accountID,
      credentialReport: report ? { generatedAt: parseInstant(report.generatedAt ?? '') } : undefined,
    };
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    const times = Object.entries(this.snapshot?.header.facts ?? {});
    return new Map(times.map(([group, { readAt }]) => [group as FactGroup, parseInstant(readAt ?? '')]));
  }

  private candidates(snapshot: OpenSnapshot, type: AssetTypeName): readonly Asset[] {
    return candidatesOf(type, { read: this.read, assetsOf: (owner) => snapshot.assetsOf(owner) });
  }

  private async opened(): Promise<OpenSnapshot> {
    this.snapshot ??= await this.open();
    return this.snapshot;
  }

  private hasReportRow(asset: Asset): asset is Asset & ReportedUser {
    const credentials = asset['hasIAMUserCredentials'];
    return asset.__typename === 'IAMUser' && typeof credentials === 'object' && credentials !== null;
  }
}
