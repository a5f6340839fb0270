import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { compareCodePoints } from '../../iam/code-points.ts';
import type { Inventory } from '../inventory.ts';
import { wholeField } from '../whole-field.ts';
import type { TakenAsset } from './take-snapshot.ts';

/** What an asset holds, field by field: relations by identifier, in order, and no field that could not be read. */
export function* takenValues(
  type: AssetTypeName,
  { asset, unread }: TakenAsset,
  inventory: Inventory,
): Generator<readonly [name: string, value: unknown]> {
  const identifierOf = (related: Asset): string => inventory.read(related, 'identifier') as string;
  for (const [name, field] of Object.entries(catalogue[type].fields)) {
    if (unread.has(name)) continue;
    const value = wholeField(inventory, asset, name);
    yield [name, field.relation ? identifiersOf(value, identifierOf) : value];
  }
}

function identifiersOf(value: unknown, identifierOf: (asset: Asset) => string): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) return identifierOf(value as Asset);
  return value.map(identifierOf).sort(compareCodePoints);
}
