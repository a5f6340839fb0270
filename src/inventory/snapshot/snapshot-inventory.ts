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
import { unknownAge } from '../not-told.ts';
import { type Page, pageOf } from '../page.ts';
import { placed } from '../placed.ts';
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
    const candidates = snapshot.assetsOf(type).filter(possibly.isTrue);
    const undecided = candidates.filter((asset) => !certainly.isTrue(asset));
    const { assets, unread } = await placed(this, candidates.filter(certainly.isTrue), page.sort);
    const errors = undecided.map((asset) => snapshot.whyUndecided(asset, expression));
    return { ...pageOf(assets, page), unread: [...errors, ...unread, ...snapshot.whyNotAll(type)] };
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
    return snapshot.assetsOf(type).length;
  }

  async scanTime(group: FactGroup): Promise<Instant> {
    const { facts, unread } = (await this.opened()).header;
    const { readAt, generatedAt } = facts[group] ?? {};
    const time = parseInstant(generatedAt ?? readAt ?? '');
    if (time !== undefined) return time;
    const whole = unread.find(({ type, fields }) => !fields && catalogue[type as AssetTypeName]?.group === group);
    if (whole) throw new IamqlError(whole.code, whole.message);
    return unknownAge();
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

  private async opened(): Promise<OpenSnapshot> {
    this.snapshot ??= await this.open();
    return this.snapshot;
  }

  private hasReportRow(asset: Asset): asset is Asset & ReportedUser {
    const credentials = asset['hasIAMUserCredentials'];
    return asset.__typename === 'IAMUser' && typeof credentials === 'object' && credentials !== null;
  }
}
