import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import type { AccessKeyLastUsed } from '../aws/access-keys.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { AccessKey, Asset, ReportedUser } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { compile, type Predicate } from '../where/evaluate.ts';
import { always, type Expression, factsOf, fieldsOf } from '../where/expression.ts';
import { assetField } from './asset-fields.ts';
import type { FactSource, ReportFacts } from './fact-source.ts';
import type { Evidence, Found, Inventory, InventorySettings } from './inventory.ts';
import { beyondReach, isFiltered, noRootRow, notDecided, notInReport } from './not-told.ts';
import { type Page, pageOf } from './page.ts';
import { placed } from './placed.ts';
import { completeKeys, keysInReport, listedKey, viewWithKeys } from './user-keys.ts';

/** IAM allows an account some ten reads a second before it throttles; eight at once stay near that. */
const CONCURRENT_CALLS = 8;
/** After so many users in a row could not be read, and none could, the rest is not asked: the answer would be the same. */
const FAILURES_BEFORE_GIVING_UP = 3;

/** What matches, and why that may not be all. */
interface Filtered {
  readonly assets: readonly Asset[];
  readonly unread: readonly IamqlError[];
}

type KeyLoader = DataLoader<ReportedUser, readonly AccessKey[], string>;

/** One account's facts held in memory, for one run or one request. */
export class MemoryInventory implements Inventory {
  private readonly source: FactSource;
  readonly settings: InventorySettings;
  private report: Promise<ReportFacts> | undefined;
  private facts: ReportFacts | undefined;
  private connector: Asset | undefined;
  private alias: Promise<Asset> | undefined;
  private keysLoader: KeyLoader | undefined;
  private keysWithUseLoader: KeyLoader | undefined;
  private readonly times = new Map<FactGroup, Instant | undefined>();

  constructor(source: FactSource, settings: InventorySettings) {
    this.source = source;
    this.settings = settings;
  }

  /** Made when first needed: most requests to a server need neither. */
  private get keys(): KeyLoader {
    this.keysLoader ??= this.loader((user) => this.listKeys(user));
    return this.keysLoader;
  }

  private get keysWithUse(): KeyLoader {
    this.keysWithUseLoader ??= this.loader((user) => this.listKeysWithUse(user));
    return this.keysWithUseLoader;
  }

  prefetch(types: readonly AssetTypeName[]): void {
    if (types.some((type) => catalogue[type].group === 'CREDENTIAL_REPORT')) this.loadReport().catch(() => {});
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const { report } = catalogue[type].group === 'CREDENTIAL_REPORT' ? await this.loadReport() : {};
    const expression = report?.hasAdditionalKeys ? withAdditionalKeys(where) : where;
    if (fieldsOf(expression).some(({ name }) => name === 'connector')) await this.loadConnector();
    if (factsOf(expression).has('ACCOUNT_ALIASES')) await this.loadAlias();
    const found = await this.filter(await this.assetsOf(type, where), expression);
    const { assets, unread } = await placed(this, found.assets, page.sort);
    const whole = type === 'IAMUser' ? this.filteredReport() : [];
    return { ...pageOf(assets, page), unread: [...found.unread, ...unread, ...whole] };
  }

  read = (asset: Asset, field: string): unknown => {
    const own = asset[field];
    if (own !== undefined) return own;
    if (field === 'accessKeys') return keysInReport(asset as unknown as ReportedUser, this.settings.setupSeconds);
    if (field === 'connector') return this.connector ?? UNREAD;
    return assetField(asset, field) ?? UNREAD;
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    if (field === 'accessKeys') return this.keys.load(asset as unknown as ReportedUser);
    if (field === 'connector') return this.loadConnector();
    if (field === 'accountAlias') return (await this.loadAlias())['accountAlias'];
    if (asset.__typename === 'IAMAccessKey') {
      const keys = await this.keysWithUse.load((asset as unknown as AccessKey).user);
      const value = keys.find((key) => key.accessKeyId === asset['accessKeyId'])?.[field as keyof AccessKey];
      if (value !== undefined && value !== UNREAD) return value;
    }
    throw notInReport(field);
  }

  async count(type: AssetTypeName): Promise<number> {
    return (await this.assetsOf(type, always)).length;
  }

  evidence(): Evidence {
    return {
      source: this.source.kind,
      account: this.facts?.report.account?.accountId ?? (this.connector?.['accountID'] as string | undefined),
      credentialReport: this.facts ? { generatedAt: this.facts.generatedAt } : undefined,
    };
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    if (this.source.kind === 'live') return this.times;
    // All that a file tells was read when its report was.
    return new Map([...this.times.keys()].map((group) => [group, this.facts?.readAt]));
  }

  private async assetsOf(type: AssetTypeName, expression: Expression): Promise<readonly Asset[]> {
    if (type === 'Connector') return [await this.loadConnector()];
    const { report } = await this.loadReport();
    const lacking = fieldsOf(expression).find(({ field }) => field.column && report.missingColumns.has(field.column));
    if (lacking && lacking.field.column !== 'additional_credentials_info')
      throw notInReport(lacking.name, lacking.field.column);
    if (type === 'IAMUser') return report.users as readonly unknown[] as readonly Asset[];
    if (type === 'RootUser' && report.root) return [report.root as unknown as Asset];
    throw noRootRow();
  }

  /** Cheap facts first; what they leave undecided is read for those assets alone, one kind of fact after the other. */
  private async filter(assets: readonly Asset[], expression: Expression): Promise<Filtered> {
    const { certainly: certain, possibly: possible } = compile(expression, this.read);
    const facts = factsOf(expression);
    if (facts.size === 0) return { assets: assets.filter(certain.isTrue), unread: [] };
    const candidates = assets.filter(possible.isTrue);
    const selected = candidates.filter(certain.isTrue);
    const undecided = candidates.filter((asset) => !certain.isTrue(asset));
    if (undecided.length === 0) return { assets: selected, unread: [] };
    if (!facts.has('ACCESS_KEYS') && !facts.has('ACCESS_KEY_LAST_USED')) {
      return { assets: selected, unread: undecided.map(beyondReach) };
    }
    const listed = await this.decide(undecided, { certain, possible }, this.keys);
    const used = await this.decide(listed.undecided, { certain, possible }, this.keysWithUse);
    return {
      assets: [...selected, ...listed.selected, ...used.selected],
      unread: [...listed.unread, ...used.unread, ...used.undecided.map(beyondReach)],
    };
  }

  private async decide(
    assets: readonly Asset[],
    { certain, possible }: { readonly certain: Predicate; readonly possible: Predicate },
    keys: KeyLoader,
  ): Promise<{ selected: readonly Asset[]; undecided: readonly Asset[]; unread: readonly IamqlError[] }> {
    const decided = await Promise.all(
      assets.map(async (asset) => {
        try {
          const view = viewWithKeys(asset, await keys.load(asset as unknown as ReportedUser));
          return { asset, view, isTrue: certain.isTrue(view), mayBe: possible.isTrue(view) };
        } catch (error) {
          if (error instanceof IamqlError) return notDecided(asset['arn'], error);
          throw error;
        }
      }),
    );
    const unread = decided.flatMap((one) => (one instanceof IamqlError ? [one] : []));
    const views = decided.flatMap((one) => (one instanceof IamqlError ? [] : [one]));
    return {
      selected: views.filter((one) => one.isTrue).map((one) => one.view),
      undecided: views.filter((one) => one.mayBe && !one.isTrue).map((one) => one.asset),
      unread,
    };
  }

  /** A failed read is kept as well: each rule of a control asks, and would wait as long for the same answer. */
  private async loadReport(): Promise<ReportFacts> {
    this.report ??= this.source.readCredentialReport();
    this.facts = await this.report;
    this.noteRead('CREDENTIAL_REPORT', this.facts.readAt);
    return this.facts;
  }

  private async loadConnector(): Promise<Asset> {
    const { accountId, partition } = this.facts?.report.account ?? (await this.source.readAccount());
    this.connector ??= {
      __typename: 'Connector',
      accountID: accountId,
      name: accountId,
      partition,
      accountAlias: UNREAD,
    };
    this.noteRead('CALLER_IDENTITY');
    return this.connector;
  }

  /** One call however many users are asked for it at once. */
  private loadAlias(): Promise<Asset> {
    this.alias ??= this.readAlias();
    return this.alias;
  }

  private async readAlias(): Promise<Asset> {
    const connector = await this.loadConnector();
    const aliases = await this.source.listAccountAliases();
    this.connector = { ...connector, accountAlias: aliases[0] ?? null };
    this.noteRead('ACCOUNT_ALIASES');
    return this.connector;
  }

  private async listKeys(user: ReportedUser): Promise<readonly AccessKey[]> {
    if (user.__typename !== 'IAMUser') {
      throw new IamqlError('NotCollected', 'AWS lists the access keys of the root user to nobody but the root user');
    }
    const keys = await this.source.listAccessKeys(
      user.userName,
      'selected users, and those that the report cannot decide',
    );
    this.noteRead('ACCESS_KEYS');
    return keys.map((key) => listedKey(user, key, this.settings.setupSeconds));
  }

  private async listKeysWithUse(user: ReportedUser): Promise<readonly AccessKey[]> {
    const keys = await this.keys.load(user);
    const used: AccessKeyLastUsed[] = [];
    for (const key of keys) {
      used.push(await this.source.getAccessKeyLastUsed(key.accessKeyId as string, 'the last use of those keys'));
    }
    this.noteRead('ACCESS_KEY_LAST_USED');
    return completeKeys(user, keys, used);
  }

  /** The first reading counts: what is read later is no older. */
  private noteRead(group: FactGroup, at: Instant | undefined = instantOf(new Date())): void {
    if (!this.times.has(group)) this.times.set(group, at);
  }

  /** Batches per tick, bounded in how many calls are under way, and gives up when nobody can be read. */
  private loader<T>(loadOne: (user: ReportedUser) => Promise<T>): DataLoader<ReportedUser, T, string> {
    const limit = pLimit(CONCURRENT_CALLS);
    let failures = 0;
    let lastFailure: unknown;
    const guarded = async (user: ReportedUser): Promise<T | Error> => {
      if (failures >= FAILURES_BEFORE_GIVING_UP) return lastFailure as Error;
      try {
        const value = await loadOne(user);
        failures = Number.NEGATIVE_INFINITY;
        return value;
      } catch (error) {
        failures++;
        lastFailure = error;
        return error instanceof Error ? error : new Error(String(error));
      }
    };
    return new DataLoader((users) => Promise.all(users.map((user) => limit(() => guarded(user)))), {
      maxBatchSize: 1000,
      // A user whose keys are known is another object than the one that the report gave.
      cacheKeyFn: (user) => user.arn,
    });
  }

  private filteredReport(): readonly IamqlError[] {
    return this.facts?.isFiltered ? [isFiltered()] : [];
  }
}
