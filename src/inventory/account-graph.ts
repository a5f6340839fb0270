import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import { absorb } from './absorb.ts';
import type { AccountIdentity, Asked, FactSource, ReportFacts } from './fact-source.ts';
import type { InventorySettings } from './inventory.ts';
import { noRootRow } from './not-told.ts';

/** An asset whose facts are filled in as they are read: a field that it does not hold was not read yet. */
export type Node = Asset & Record<string, unknown>;

/**
 * What is known of one account: its assets and their relations, completed group by group as questions need them. Each
 * group is read once, however many ask at once; a failed reading is not kept, so that whoever asks later may have more
 * luck.
 */
export class AccountGraph {
  readonly source: FactSource;
  readonly settings: InventorySettings;
  /** The credential report once it was read. */
  report: ReportFacts | undefined;
  /** The account itself once it is known which one it is. */
  connector: Node | undefined;
  private readonly loads = new Map<string, Promise<void>>();
  private readonly times = new Map<FactGroup, Instant | undefined>();
  private users: Map<string, Node> | undefined;

  constructor(source: FactSource, settings: InventorySettings) {
    this.source = source;
    this.settings = settings;
  }

  /**
   * Reads a group of facts, of the account or of one asset, into the graph.
   *
   * @throws IamqlError
   */
  load(group: FactGroup, owner?: Node): Promise<void> {
    const key = loadKey(group, owner);
    const known = this.loads.get(key);
    if (known) return known;
    const load = this.read(group, owner).catch((error: unknown) => {
      this.loads.delete(key);
      throw error;
    });
    this.loads.set(key, load);
    return load;
  }

  /** The assets of a type whose own facts were read. @throws IamqlError when there are none to be had. */
  assetsOf(type: AssetTypeName): readonly Asset[] {
    if (type === 'Connector') return this.connector ? [this.connector] : [];
    const report = this.report?.report;
    if (type === 'IAMUser') return (report?.users ?? []) as readonly unknown[] as readonly Asset[];
    if (type === 'RootUser' && report?.root) return [report.root as unknown as Asset];
    throw noRootRow();
  }

  user(arn: string): Node | undefined {
    this.users ??= new Map(this.assetsOf('IAMUser').map((user) => [user['arn'] as string, user as Node]));
    return this.users.get(arn);
  }

  get accountId(): string | undefined {
    return this.report?.report.account?.accountId ?? (this.connector?.['accountID'] as string | undefined);
  }

  /** When each group was first read. All that a file tells was read when its report was. */
  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    if (this.source.kind === 'live') return this.times;
    return new Map([...this.times.keys()].map((group) => [group, this.report?.readAt]));
  }

  private async read(group: FactGroup, owner: Node | undefined): Promise<void> {
    if (group === 'CALLER_IDENTITY') this.connector = connectorOf(await this.identify());
    else {
      if (group === 'ACCOUNT_ALIASES') await this.load('CALLER_IDENTITY');
      if (group === 'ACCESS_KEY_LAST_USED') await this.load('ACCESS_KEYS', owner);
      const facts = await this.source.read(group, owner ? askedOf(owner) : {});
      absorb[group](this, facts as never, owner as Node);
    }
    const readAt = group === 'CREDENTIAL_REPORT' ? this.report?.readAt : instantOf(new Date());
    if (!this.times.has(group)) this.times.set(group, readAt);
  }

  /** A credential report names its account, which spares a call. */
  private async identify(): Promise<AccountIdentity> {
    const known = this.report?.report.account;
    if (known) return known;
    if (this.source.kind === 'live') return this.source.read('CALLER_IDENTITY', {});
    await this.load('CREDENTIAL_REPORT');
    return this.report?.report.account as AccountIdentity;
  }
}

/** What tells a reading apart from others. */
export const loadKey = (group: FactGroup, owner: Asset | undefined): string =>
  owner ? `${group} ${owner['arn']}` : group;

function connectorOf({ accountId, partition }: AccountIdentity): Node {
  return { __typename: 'Connector', accountID: accountId, name: accountId, partition };
}

function askedOf(owner: Node): Asked {
  const keys = owner['accessKeys'] as readonly Node[] | undefined;
  const ids = keys?.map((key) => key['accessKeyId']).filter((id) => id !== UNREAD) as readonly string[] | undefined;
  return { userName: owner['userName'] as string, ...(ids ? { accessKeyIds: ids } : {}) };
}
