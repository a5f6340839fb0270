import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Inventory } from './inventory.ts';

/**
 * A field as an answer shows it: a value, null, or a promise of one where something must be read. A field with facts of
 * its own is read even where cheaper facts stood in for it in a filter.
 */
export function wholeField(inventory: Pick<Inventory, 'read' | 'load'>, asset: Asset, name: string): unknown {
  const field = catalogue[asset.__typename as AssetTypeName].fields[name];
  const value = field?.fact && asset[name] === undefined ? UNREAD : inventory.read(asset, name);
  return value === UNREAD ? inventory.load(asset, name) : value;
}
