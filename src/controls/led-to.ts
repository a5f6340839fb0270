import type { Selection } from '../graphql/resolve.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { wholeField } from '../inventory/whole-field.ts';
import type { Found } from './judge.ts';

/**
 * What was selected, each with the assets that a return path leads to from there: the row itself where there is no path,
 * where it ends at a value, and where AWS says that it leads to none.
 *
 * @param paths the fields to follow, by the root field's name in the answer.
 */
export async function ledTo(
  inventory: Inventory,
  selections: readonly Selection[],
  paths: ReadonlyMap<string, readonly string[]>,
): Promise<readonly Found[]> {
  const found = selections.flatMap((selection) => {
    const path = paths.get(selection.responseKey) ?? [];
    const follows = path.length > 0 && leadsToAssets(selection.type, path);
    return selection.found.assets.map(async (asset) => {
      const judged = follows ? await follow(inventory, asset, path) : [asset];
      return (judged ?? [asset]).map((one): Found => ({ asset, selection, judged: one }));
    });
  });
  return (await Promise.all(found)).flat();
}

function leadsToAssets(type: AssetTypeName, [head, ...rest]: readonly string[]): boolean {
  if (head === undefined) return true;
  const field = catalogue[type].fields[head];
  return field?.relation !== undefined && leadsToAssets(field.type as AssetTypeName, rest);
}

/** Null where there is nothing. What could not be read leads nowhere: the answer, which holds the path, has the error. */
async function follow(
  inventory: Inventory,
  asset: Asset,
  [head, ...rest]: readonly string[],
): Promise<readonly Asset[] | null> {
  if (head === undefined) return [asset];
  const related = await relatedTo(inventory, asset, head);
  if (related === null) return null;
  const further = await Promise.all(related.map((one) => follow(inventory, one, rest)));
  return further.every((one) => one !== null) ? further.flat() : null;
}

async function relatedTo(inventory: Inventory, asset: Asset, field: string): Promise<readonly Asset[] | null> {
  try {
    const related = (await wholeField(inventory, asset, field)) as Asset | readonly Asset[] | null;
    return related === null ? null : ([related].flat() as readonly Asset[]);
  } catch (error) {
    if (error instanceof IamqlError) return [];
    throw error;
  }
}
