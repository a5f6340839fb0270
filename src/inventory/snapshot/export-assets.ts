import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import { always } from '../../where/expression.ts';
import type { Inventory } from '../inventory.ts';
import { everything } from '../page.ts';
import { wholeField } from '../whole-field.ts';
import { renderAsset, renderLine } from './render-snapshot.ts';

/** Of how many assets fields are read at the same time. */
const ASSETS_AT_ONCE = 100;

type OnUnread = (error: IamqlError, field?: string) => void;

/**
 * The assets of a type as a snapshot has them, a line each. A field that could not be read is left out of its line and said,
 * as is why there may be more assets.
 */
export async function* exportAssets(
  inventory: Inventory,
  type: AssetTypeName,
  onUnread: OnUnread,
): AsyncGenerator<string> {
  if (inventory.stream) {
    for await (const { identifier, values } of inventory.stream(type, onUnread))
      yield renderLine(type, identifier, values);
    return;
  }
  const assets = await assetsOf(inventory, type, onUnread);
  for (let start = 0; start < assets.length; start += ASSETS_AT_ONCE) {
    const some = assets.slice(start, start + ASSETS_AT_ONCE);
    yield* await Promise.all(some.map((asset) => lineOf(inventory, type, asset, onUnread)));
  }
}

async function assetsOf(inventory: Inventory, type: AssetTypeName, onUnread: OnUnread): Promise<readonly Asset[]> {
  try {
    const { assets, unread } = await inventory.find(type, always, everything);
    for (const error of unread) onUnread(error);
    return assets;
  } catch (error) {
    tell(error, onUnread);
    return [];
  }
}

async function lineOf(inventory: Inventory, type: AssetTypeName, asset: Asset, onUnread: OnUnread): Promise<string> {
  const unread = new Set<string>();
  await Promise.all(
    Object.keys(catalogue[type].fields).map(async (name) => {
      try {
        await wholeField(inventory, asset, name);
      } catch (error) {
        unread.add(name);
        tell(error, onUnread, name);
      }
    }),
  );
  return renderAsset(type, { identifier: String(inventory.read(asset, 'identifier')), asset, unread }, inventory);
}

function tell(error: unknown, onUnread: OnUnread, field?: string): void {
  if (!(error instanceof IamqlError)) throw error;
  onUnread(error, field);
}
