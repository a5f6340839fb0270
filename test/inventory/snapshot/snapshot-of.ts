import type { Inventory } from '../../../src/inventory/inventory.ts';
import { OpenSnapshot } from '../../../src/inventory/snapshot/open-snapshot.ts';
import { parseSnapshot } from '../../../src/inventory/snapshot/parse-snapshot.ts';
import { renderSnapshot } from '../../../src/inventory/snapshot/render-snapshot.ts';
import { SnapshotInventory } from '../../../src/inventory/snapshot/snapshot-inventory.ts';
import { takeSnapshot } from '../../../src/inventory/snapshot/take-snapshot.ts';
import type { LiveAnswer } from '../live-account.ts';

/** The text of a snapshot of all that an inventory can tell. */
export const snapshotOf = async (inventory: Inventory): Promise<string> =>
  [...renderSnapshot(await takeSnapshot(inventory), inventory, '0.1.0')].join('');

/** An inventory of the text of a snapshot. */
export function reopen(text: string | Uint8Array): SnapshotInventory {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const snapshot = new OpenSnapshot(parseSnapshot(bytes, 'account.ndjson'));
  return new SnapshotInventory(async () => snapshot);
}

/** What `iamUsers` answered; null stands for what could not be read. */
export const listOf = (data: LiveAnswer['data']): readonly (Readonly<Record<string, unknown>> | null)[] =>
  (data?.['iamUsers'] ?? []) as readonly (Readonly<Record<string, unknown>> | null)[];
