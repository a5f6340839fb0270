import { parseIamArn } from '../iam/arn.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, factGroups } from '../iam/catalogue.generated.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { absorb } from './absorb.ts';
import { AccountUsers } from './account-users.ts';
import type { AccountIdentity, FactSource, ReportFacts } from './fact-source.ts';
import type { InventorySettings } from './inventory.ts';
import { noRootRow } from './not-told.ts';
import { Relations } from './relations.ts';
import { Unreadable } from './unreadable.ts';

/** An asset whose facts are filled in as they are read: a field that it does not hold was not read yet. */
export type Node = Asset & Record<string, unknown>;

/** What is read together with a group, because it cannot be understood without. */
const companions: Partial<Record<FactGroup, FactGroup>> = {
  ACCOUNT_ALIASES: 'CALLER_IDENTITY',
  PASSWORD_POLICY: 'CALLER_IDENTITY',
  ACCOUNT_SUMMARY: 'CALLER_IDENTITY',
  ACCESS_KEY_LAST_USED: 'ACCESS_KEYS',
  // It completes the roles that the details tell of.
  ROLES: 'ROLE_DETAILS',
  // A user names its groups, and their details say which they are.
  USER_DETAILS: 'GROUP_DETAILS',
};

/** What names the account that it is of, unless it is empty. */
const namingGroups: readonly FactGroup[] = [
  'CREDENTIAL_REPORT',
  'USER_LIST',
  'USER_DETAILS',
  'GROUP_DETAILS',
  'ROLE_DETAILS',
  'POLICY_DETAILS',
];
/** Of which those groups tell. */
const entityTypes: readonly AssetTypeName[] = ['IAMUser', 'IAMGroup', 'IAMRole', 'IAMPolicy'];

/**
 * What is known of one account: its assets and their relations, completed group by group as questions need them. Each
 * group is read once, however many ask at once; a failed reading is not kept, so that whoever asks later may have more
 * luck.
 */
export class AccountGraph {
  readonly source: FactSource;
  readonly settings: InventorySettings;
  readonly users = new AccountUsers();
  /** Relations that AWS tells of at their other end. */
  readonly relations = new Relations();
  /** What was read and says nothing that could be understood. */
  readonly unreadable = new Unreadable();
  /** The account itself once it is known which one it is. */
  connector: Node | undefined;
  private readonly nodes = new Map<string, Map<string, Node>>();
  private readonly loads = new Map<string, Promise<void>>();
  private readonly times = new Map<FactGroup, Instant | undefined>();
  /** The same of each asset that was asked. */
  private readonly timesOf = new Map<string, Instant | undefined>();

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

  /** Whether a group was read, of the account or of any asset. */
  isRead(group: FactGroup): boolean {
    return this.times.has(group);
  }

  /** What is being read of the account, or was; undefined for what nobody asked for. */
  underWay(group: FactGroup): Promise<void> | undefined {
    return this.loads.get(group);
  }

  get report(): ReportFacts | undefined {
    return this.users.report;
  }

  /** The asset of that type and identifier, with these facts of it. */
  node(type: AssetTypeName, identifier: string, facts: Readonly<Record<string, unknown>>): Node {
    const ofType = this.nodes.get(type) ?? new Map<string, Node>();
    this.nodes.set(type, ofType);
    const node = ofType.get(identifier) ?? { __typename: type, identifier };
    ofType.set(identifier, node);
    return Object.assign(node, facts);
  }

  /** A managed policy that is known. */
  policy(arn: string): Node | undefined {
    return this.nodes.get('IAMPolicy')?.get(arn);
  }

  /** The assets of a type whose own facts were read. @throws IamqlError when there are none to be had. */
  assetsOf(type: AssetTypeName): readonly Asset[] {
    if (type === 'Connector') return this.connector ? [this.connector] : [];
    if (type === 'IAMUser') return this.users.all();
    if (type !== 'RootUser') return [...(this.nodes.get(type)?.values() ?? [])];
    const root = this.report?.report.root;
    if (root) return [root as unknown as Asset];
    throw noRootRow();
  }

  /** The same; none where there are none to be had. */
  knownAssetsOf(type: AssetTypeName): readonly Asset[] {
    return type === 'RootUser' && !this.report?.report.root ? [] : this.assetsOf(type);
  }

  get accountId(): string | undefined {
    return this.report?.report.account?.accountId ?? (this.connector?.['accountID'] as string | undefined);
  }

  /** When each group was first read. All that a file tells was read when its report was. */
  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    if (this.source.kind === 'live') return this.times;
    return new Map([...this.times.keys()].map((group) => [group, this.report?.readAt]));
  }

  /** Whether a group was read of that asset, or of the account. */
  isReadOf(group: FactGroup, owner: Asset | undefined): boolean {
    return this.timesOf.has(loadKey(group, owner));
  }

  /**
   * When a group of facts was true: generated, for the report, read for everything else, first of any asset where none is
   * named. Undefined where nobody knows.
   */
  factTime(group: FactGroup, owner?: Asset): Instant | undefined {
    if (group === 'CREDENTIAL_REPORT' || this.source.kind === 'report') return this.report?.generatedAt;
    return owner ? this.timesOf.get(loadKey(group, owner)) : this.times.get(group);
  }

  private async read(group: FactGroup, owner: Node | undefined): Promise<void> {
    if (group === 'CALLER_IDENTITY') this.connector = connectorOf(await this.identify());
    else await this.readAndAbsorb(group, owner);
    const readAt = group === 'CREDENTIAL_REPORT' ? this.report?.readAt : instantOf(new Date());
    if (!this.times.has(group)) this.times.set(group, readAt);
    this.timesOf.set(loadKey(group, owner), readAt);
  }

  /** Companions are asked at the same time, unless they say what to ask for. */
  private async readAndAbsorb(group: Exclude<FactGroup, 'CALLER_IDENTITY'>, owner: Node | undefined): Promise<void> {
    const companion = companions[group];
    const before = companion ? this.load(companion, factGroups[companion].per ? owner : undefined) : undefined;
    if (group === 'ACCESS_KEY_LAST_USED') await before;
    const [facts] = await Promise.all([this.source.read(group, owner), before]);
    absorb[group](this, facts as never, owner as Node);
    if (owner) this.users.complete(owner);
  }

  /** What is read anyway names its account, which spares a call; what is under way is waited for. */
  private async identify(): Promise<AccountIdentity> {
    if (this.source.kind === 'report') await this.load('CREDENTIAL_REPORT');
    else if (!this.named()) await Promise.allSettled(namingGroups.map((group) => this.loads.get(group)));
    return this.named() ?? this.source.read('CALLER_IDENTITY', undefined);
  }

  /** The account in the rows of the report or in the ARN of an entity; policies of AWS have none there. */
  private named(): AccountIdentity | undefined {
    if (this.report?.report.account) return this.report.report.account;
    for (const type of entityTypes) {
      for (const { arn } of this.assetsOf(type)) {
        const named = typeof arn === 'string' ? parseIamArn(arn) : undefined;
        if (named) return named;
      }
    }
    return undefined;
  }
}

/** What tells a reading apart from others. */
export const loadKey = (group: FactGroup, owner: Asset | undefined): string =>
  owner ? `${group} ${owner['arn'] ?? owner['identifier']}` : group;

function connectorOf({ accountId, partition }: AccountIdentity): Node {
  return { __typename: 'Connector', accountID: accountId, name: accountId, partition };
}
