import type { Asset } from '../../iam/assets.ts';
import { catalogue } from '../../iam/catalogue.generated.ts';
import { UNREAD } from '../../iam/unread.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { TakenAsset } from '../../inventory/snapshot/take-snapshot.ts';
import { additionalKeysOf } from '../../where/evaluate.ts';

/** The keys that the credential report has no slot for, each as the row of credentials that it would be in slot 1. */
export function* additionalKeyRows(credentials: readonly TakenAsset[], inventory: Inventory): Generator<TakenAsset> {
  for (const { identifier, asset } of credentials) {
    const rows = additionalKeysOf(asset);
    if (rows === UNREAD) continue;
    for (const row of rows) yield { identifier, asset: row, unread: unreadOf(row, inventory) };
  }
}

const FIELDS = Object.keys(catalogue.IAMUserCredentials.fields);

const unreadOf = (row: Asset, inventory: Inventory): ReadonlySet<string> =>
  new Set(FIELDS.filter((name) => inventory.read(row, name) === UNREAD));
