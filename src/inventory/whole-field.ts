import type { Asset } from '../iam/assets.ts';
import { isUnread, UNREAD } from '../iam/unread.ts';
import type { Inventory } from './inventory.ts';

/**
 * A field as an answer shows it: a value, null, or a promise of one where something must be read. Keys that only the report
 * has told of stand in for a user's keys in a filter; whoever asks for the keys gets those that AWS lists.
 */
export function wholeField(inventory: Pick<Inventory, 'read' | 'load'>, asset: Asset, name: string): unknown {
  const isStandIn = name === 'accessKeys' && asset[name] === undefined;
  const value = isStandIn ? UNREAD : inventory.read(asset, name);
  return isUnread(value) ? inventory.load(asset, name) : value;
}
