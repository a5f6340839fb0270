import type { Asset } from '../iam/assets.ts';
import { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Inventory } from './inventory.ts';
import type { Order, Placed, Position } from './page.ts';

/** Each asset with its position. One whose place cannot be known stands last, beside the error. */
export async function placed(
  inventory: Pick<Inventory, 'read' | 'load'>,
  assets: readonly Asset[],
  sort: readonly Order[],
): Promise<{ readonly assets: readonly Placed<Asset>[]; readonly unread: readonly IamqlError[] }> {
  const unread: IamqlError[] = [];
  const sortValue = (asset: Asset, field: string): unknown => {
    const value = inventory.read(asset, field);
    if (value !== UNREAD) return value;
    return inventory.load(asset, field).catch((error: unknown) => {
      if (!(error instanceof IamqlError)) throw error;
      unread.push(error);
      return null;
    });
  };
  const fields = sort.map(({ field }) => field);
  const readAll = (asset: Asset): readonly unknown[] => fields.map((field) => sortValue(asset, field));
  const known = assets.map(readAll);
  // A promise for each of many assets costs more than sorting them, and most orders need none.
  const values = known.some((row) => row.some((value) => value instanceof Promise))
    ? await Promise.all(known.map((row) => Promise.all(row)))
    : known;
  const positioned = assets.map((asset, index) => ({
    asset,
    position: {
      values: values[index] as Position['values'],
      identifier: inventory.read(asset, 'identifier') as string,
    },
  }));
  return { assets: positioned, unread };
}
