import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { compareCodePoints } from '../../iam/code-points.ts';
import { type ErrorKind, IamqlError } from '../../iam/error.ts';
import { UNREAD } from '../../iam/unread.ts';
import { always } from '../../where/expression.ts';
import type { Inventory } from '../inventory.ts';
import { everything } from '../page.ts';
import { wholeField } from '../whole-field.ts';
import type { UnreadNote } from './snapshot.ts';

/** An asset all of whose fields can now be read of the inventory, but for those that nobody could read. */
export interface TakenAsset {
  readonly identifier: string;
  readonly asset: Asset;
  readonly unread: ReadonlySet<string>;
}

export interface Taken {
  readonly assets: ReadonlyMap<AssetTypeName, readonly TakenAsset[]>;
  readonly unread: readonly UnreadNote[];
}

/**
 * Reads everything that an inventory can tell, for every type there is. What cannot be read is noted, and the rest is
 * taken all the same.
 */
export async function takeSnapshot(inventory: Inventory): Promise<Taken> {
  const taking = new Taking(inventory);
  for (const type of typeNames) if (!catalogue[type].isPart) await taking.takeType(type);
  return taking.taken();
}

/** Enough that calls are always waiting to be made, and few enough that what waits takes no memory to speak of. */
const ASSETS_AT_ONCE = 100;

const NONE: ReadonlySet<string> = new Set();

const typeNames = Object.keys(catalogue) as readonly AssetTypeName[];

interface Miss {
  readonly type: AssetTypeName;
  readonly field: string | undefined;
  readonly identifier: string | undefined;
  readonly code: ErrorKind;
  readonly message: string;
}

class Taking {
  private readonly inventory: Inventory;
  private readonly assets = new Map<AssetTypeName, Map<string, TakenAsset>>(typeNames.map((type) => [type, new Map()]));
  private readonly misses: Miss[] = [];

  constructor(inventory: Inventory) {
    this.inventory = inventory;
  }

  async takeType(type: AssetTypeName): Promise<void> {
    try {
      const { assets, unread } = await this.inventory.find(type, always, everything);
      for (const error of unread) this.miss(error, type);
      await this.takeAssets(assets);
    } catch (error) {
      this.miss(error, type);
    }
  }

  taken(): Taken {
    const sorted = [...this.assets].map(([type, assets]) => [type, [...assets.values()].sort(byIdentifier)] as const);
    return { assets: new Map(sorted), unread: this.notes() };
  }

  /** Level by level, so that what many assets lack is read at the same time. */
  private async takeAssets(assets: readonly Asset[]): Promise<void> {
    for (let level = assets; level.length > 0; ) {
      const related: Asset[] = [];
      for (let start = 0; start < level.length; start += ASSETS_AT_ONCE) {
        const some = level.slice(start, start + ASSETS_AT_ONCE);
        related.push(...(await Promise.all(some.map((asset) => this.takeAsset(asset)))).flat());
      }
      level = related;
    }
  }

  /** @returns what it is related to. */
  private async takeAsset(asset: Asset): Promise<readonly Asset[]> {
    const type = asset.__typename as AssetTypeName;
    const identifier = this.identifierOf(asset);
    const known = this.assets.get(type);
    if (!known || known.has(identifier)) return [];
    known.set(identifier, { identifier, asset, unread: NONE });
    const { fields } = catalogue[type];
    const names = Object.keys(fields);
    const found = names.map((name) => this.valueOf(asset, name, type, identifier));
    // Most of it is there already, and to wait for a value takes longer than to have it.
    const values = found.some((value) => value instanceof Promise) ? await Promise.all(found) : found;
    const unread = new Set(names.filter((_name, index) => values[index] === UNREAD));
    if (unread.size > 0) known.set(identifier, { identifier, asset, unread });
    return names.flatMap((name, index) =>
      fields[name]?.relation && !unread.has(name) ? ([values[index] ?? []].flat() as unknown as readonly Asset[]) : [],
    );
  }

  /** @returns a value, or a promise of one; UNREAD for what cannot be read, which is noted. */
  private valueOf(asset: Asset, name: string, type: AssetTypeName, identifier: string): unknown {
    const missed = (error: unknown): typeof UNREAD => {
      this.miss(error, type, name, identifier);
      return UNREAD;
    };
    try {
      const value = wholeField(this.inventory, asset, name);
      return value instanceof Promise ? value.catch(missed) : value;
    } catch (error) {
      return missed(error);
    }
  }

  private readonly identifierOf = (asset: Asset): string => this.inventory.read(asset, 'identifier') as string;

  private miss(error: unknown, type: AssetTypeName, field?: string, identifier?: string): void {
    if (!(error instanceof IamqlError)) throw error;
    this.misses.push({ type, field, identifier, code: error.kind, message: error.message });
  }

  /** One note for all that was missed for the same reason. */
  private notes(): readonly UnreadNote[] {
    const byField = Map.groupBy(this.misses, ({ type, field, code, message }) =>
      JSON.stringify([type, field ?? null, code, message]),
    );
    const ofFields = [...byField.values()].map((misses) => {
      const [{ type, field, code, message }] = misses as [Miss, ...Miss[]];
      const identifiers = misses.flatMap(({ identifier }) => identifier ?? []).sort(compareCodePoints);
      const isAll = identifiers.length === this.assets.get(type)?.size;
      return { type, field, code, message, ...(isAll || field === undefined ? {} : { identifiers }) };
    });
    const together = Map.groupBy(ofFields, ({ field, ...rest }) => JSON.stringify([field === undefined, rest]));
    const notes = [...together.values()].map((group) => {
      const [{ field, type, code, message, identifiers }] = group as [(typeof group)[number]];
      const fields = group.flatMap((one) => one.field ?? []).sort(compareCodePoints);
      return {
        type,
        ...(field === undefined ? {} : { fields }),
        ...(identifiers ? { identifiers } : {}),
        code,
        message,
      };
    });
    return notes.sort((a, b) => compareCodePoints(JSON.stringify(a), JSON.stringify(b)));
  }
}

const byIdentifier = (a: TakenAsset, b: TakenAsset): number => compareCodePoints(a.identifier, b.identifier);
