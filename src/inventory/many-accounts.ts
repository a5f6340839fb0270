import pLimit from 'p-limit';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { errorOfSeveral, IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Expression } from '../where/expression.ts';
import { always, nodesOf } from '../where/expression.ts';
import { ofAccount, PerAccount } from '../where/per-account.ts';
import type { AskedAccount, Evidence, Found, Inventory, InventorySettings } from './inventory.ts';
import { everything, type Page, type Placed, pageOf } from './page.ts';
import type { Provenance } from './provenance.ts';

/** How many accounts are read at once. Each makes eight calls at once at most. */
const ACCOUNTS_AT_ONCE = 64;

/** An account among several: what answers for it, or why nothing does. */
export interface OneOfMany extends AskedAccount {
  readonly inventory: Inventory | undefined;
  /** Where there is no inventory. */
  readonly failure?: IamqlError | undefined;
}

/** What an account answered, or why it did not. */
interface Part<T> {
  readonly account: OneOfMany;
  readonly answer: T | undefined;
  readonly failure: IamqlError | undefined;
}

/** Work that was announced and is done when an account has its turn. */
interface Announced {
  readonly types: readonly AssetTypeName[];
  readonly groups: readonly FactGroup[];
}

/**
 * Several accounts as one: each is asked by itself, so many at a time, and what one cannot tell stands beside what the
 * others told, under its name.
 */
export class ManyAccounts implements Inventory {
  readonly settings: InventorySettings;
  private readonly all: readonly OneOfMany[];
  private readonly limit = pLimit(ACCOUNTS_AT_ONCE);
  /** Which account an asset came from. */
  private readonly givers = new WeakMap<object, OneOfMany>();
  private readonly announced: Announced[] = [];
  /** How much of what was announced an account has been told. */
  private readonly told = new Map<string, number>();
  /** Why it is not known what a question compares with in an account: when its facts were true, or whose it is. */
  private readonly incomparable = new Map<string, IamqlError>();

  /** @throws IamqlError NotCollected without any account: what is asked of none is not known to be clean. */
  constructor(accounts: readonly OneOfMany[], settings: InventorySettings) {
    if (accounts.length === 0) throw new IamqlError('NotCollected', 'there is no account to read');
    this.all = accounts;
    this.settings = settings;
  }

  prefetch(types: readonly AssetTypeName[], groups: readonly FactGroup[] = []): void {
    this.announced.push({ types, groups });
  }

  async find(type: AssetTypeName, where: Expression, page: Page): Promise<Found> {
    const parts = await this.askEach((account, inventory) => {
      const known = this.incomparable.get(account.id);
      if (known && isPerAccount(where)) throw known;
      return inventory.find(type, ofAccount(where, account.id), { ...everything, sort: page.sort });
    });
    if (type === 'Connector') this.noteIncomparable(parts);
    const placed: Placed<Asset>[] = [];
    for (const { account, answer } of parts) {
      const { assets = [], positions = [] } = answer ?? {};
      for (const [index, asset] of assets.entries()) {
        const { values, identifier } = positions[index] ?? { values: [], identifier: '' };
        placed.push({ asset: this.given(account, asset), position: { values, identifier, connector: account.id } });
      }
    }
    const answers = parts.flatMap(({ answer }) => answer ?? []);
    return {
      ...pageOf(placed, page),
      unread: parts.flatMap(({ account, answer, failure }) =>
        (failure ? [failure] : (answer?.unread ?? [])).map((error) => ofOne(account, error)),
      ),
      withdrawn: answers.flatMap(({ withdrawn }) => withdrawn),
      restsOn: answers.flatMap(({ restsOn }) => restsOn),
    };
  }

  read = (asset: Asset, field: string): unknown => {
    const account = this.giverOf(asset);
    const value = inventoryOf(account).read(asset, field);
    return this.given(account, value);
  };

  async load(asset: Asset, field: string): Promise<unknown> {
    const account = this.giverOf(asset);
    try {
      return this.given(account, await this.limit(() => inventoryOf(account).load(asset, field)));
    } catch (error) {
      throw error instanceof IamqlError ? ofOne(account, error) : error;
    }
  }

  async count(type: AssetTypeName): Promise<number> {
    const parts = await this.askEach((_account, inventory) => inventory.count(type));
    const failed = parts.find(({ failure }) => failure);
    if (failed?.failure) throw ofOne(failed.account, failed.failure);
    return parts.reduce((sum, { answer = 0 }) => sum + answer, 0);
  }

  evidence(): Evidence {
    const evidences = this.all.flatMap(({ inventory }) => inventory?.evidence() ?? []);
    const [only] = evidences;
    // Whoever named it knows whose it is, also where nothing of it could be read.
    if (only && this.all.length === 1) return { ...only, account: this.all[0]?.id };
    const [verified] = evidences.flatMap((one) => one.verified ?? []);
    return {
      source: 'live',
      account: undefined,
      accounts: this.all.map(({ id }) => id),
      credentialReport: undefined,
      ...(verified ? { verified } : {}),
    };
  }

  provenance(asset: Asset, field: string): Provenance {
    return inventoryOf(this.giverOf(asset)).provenance(asset, field);
  }

  async scanTimes(group: FactGroup): Promise<ReadonlyMap<string, Instant>> {
    const parts = await this.askEach(
      async (_account, inventory) => [...(await inventory.scanTimes(group)).values()][0],
    );
    const [only, ...others] = parts;
    if (only?.failure && others.length === 0) throw ofOne(only.account, only.failure);
    this.noteIncomparable(parts);
    return new Map(parts.flatMap(({ account, answer }) => (answer ? [[account.id, answer] as const] : [])));
  }

  private noteIncomparable(parts: readonly Part<unknown>[]): void {
    for (const { account, failure } of parts) if (failure) this.incomparable.set(account.id, failure);
  }

  listsOf(): string {
    return JSON.stringify(this.all.map(({ id }) => id).sort());
  }

  async connectors(): Promise<readonly string[]> {
    return this.all.map(({ id }) => id);
  }

  async accounts(): Promise<readonly AskedAccount[]> {
    return this.all.map(({ inventory: _inventory, failure: _failure, ...asked }) => asked);
  }

  readTimes(): ReadonlyMap<FactGroup, Instant | undefined> {
    return new Map();
  }

  async prepare(assets: readonly Asset[], where: Expression): Promise<void> {
    for (const [account, given] of Map.groupBy(assets, (asset) => this.giverOf(asset)))
      await inventoryOf(account).prepare?.(given, where);
  }

  /** @throws IamqlError when every account has failed for want of credentials: then nobody was asked. */
  private async askEach<T>(ask: (account: OneOfMany, inventory: Inventory) => T | Promise<T>) {
    const parts = await Promise.all(this.all.map((account) => this.limit(() => this.askOne(account, ask))));
    const failures = parts.flatMap(({ account, failure }) => (failure ? [{ account, failure }] : []));
    const [first, ...more] = failures;
    const isUnasked =
      failures.length === parts.length && failures.every(({ failure }) => failure.kind === 'NoCredentials');
    if (!first || !isUnasked) return parts;
    if (more.every(({ failure }) => failure.message === first.failure.message)) throw first.failure;
    throw errorOfSeveral([ofOne(first.account, first.failure), ...more.map((one) => ofOne(one.account, one.failure))]);
  }

  private async askOne<T>(
    account: OneOfMany,
    ask: (account: OneOfMany, inventory: Inventory) => T | Promise<T>,
  ): Promise<Part<T>> {
    const { inventory, failure } = account;
    if (!inventory) return { account, answer: undefined, failure };
    for (const { types, groups } of this.announced.slice(this.told.get(account.id) ?? 0))
      inventory.prefetch?.(types, groups);
    this.told.set(account.id, this.announced.length);
    try {
      const answer = await ask(account, inventory);
      // Of an account that has none of what was asked for, nothing has told whose it is.
      if (inventory.evidence().account === undefined) await inventory.find('Connector', always, everything);
      const failure = anotherAccount(account, inventory);
      return { account, answer: failure ? undefined : (answer as T), failure };
    } catch (error) {
      if (!(error instanceof IamqlError) || error.kind === 'Interrupted') throw error;
      return { account, answer: undefined, failure: anotherAccount(account, inventory) ?? error };
    }
  }

  /** Notes whose they are: assets and lists of them. */
  private given<T>(account: OneOfMany, value: T): T {
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === 'object' && one !== null) this.givers.set(one, account);
    return value;
  }

  private giverOf(asset: Asset): OneOfMany {
    for (let one: unknown = asset; typeof one === 'object' && one !== null; one = ownerOf(one as Asset)) {
      const known = this.givers.get(one);
      if (known) return known;
    }
    throw new Error(`nobody gave this ${asset.__typename}`);
  }
}

/** What a part of an asset belongs to. */
const ownerOf = (asset: Asset): unknown => asset['owner'] ?? asset['user'];

function inventoryOf({ inventory, name }: OneOfMany): Inventory {
  if (!inventory) throw new Error(`account ${name} has no inventory, and so gave no asset`);
  return inventory;
}

/** The credentials of another account must not be taken for those of the one that was named. */
function anotherAccount({ id }: OneOfMany, inventory: Inventory): IamqlError | undefined {
  const { account } = inventory.evidence();
  if (account === undefined || account === id) return undefined;
  return new IamqlError('NoCredentials', `the credentials are of account ${account}`);
}

const isPerAccount = (where: Expression): boolean =>
  [...nodesOf(where)].some((node) => 'value' in node && node.value instanceof PerAccount);

/** What is said of one account among others says which, and may be something else to do than if it were the only one. */
function ofOne({ id, name, isOrganization }: OneOfMany, error: IamqlError): IamqlError {
  if (error.about) return error;
  return new IamqlError(error.kind, `${isOrganization ? '' : 'account '}${name}: ${error.message}`, {
    cause: error.cause,
    about: { account: id },
  });
}
