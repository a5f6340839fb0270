import type { Inventory } from '../../src/inventory/inventory.ts';
import { OpenSnapshot } from '../../src/inventory/snapshot/open-snapshot.ts';
import { parseSnapshot } from '../../src/inventory/snapshot/parse-snapshot.ts';
import { renderSnapshot } from '../../src/inventory/snapshot/render-snapshot.ts';
import { headerOf } from '../../src/inventory/snapshot/snapshot-header.ts';
import { SnapshotInventory } from '../../src/inventory/snapshot/snapshot-inventory.ts';
import { takeSnapshot } from '../../src/inventory/snapshot/take-snapshot.ts';
import type { Database } from '../../src/store/database/database.ts';
import { writeScan } from '../../src/store/scans/write-scan.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { StoreInventory } from '../../src/store/store-inventory.ts';
import { openView } from '../../src/store/store-source.ts';

/** The same taken facts, as a snapshot has them and as a scan of the store. */
export interface KeptAccount {
  readonly scan: string;
  /** The id of its connector. */
  readonly connector: string;
  /** A new inventory of the snapshot. */
  snapshot(): Inventory;
}

/** Takes all that an inventory can tell, once, and keeps it in the store. */
export async function keepAccount(database: Database, inventory: Inventory, endedAt?: Date): Promise<KeptAccount> {
  const taken = await takeSnapshot(inventory);
  const text = [...renderSnapshot(taken, inventory, '0.1.0')].join('');
  const header = headerOf(taken, inventory, '0.1.0');
  const at = endedAt ?? new Date();
  const scan = await writeScan(database, { header, assets: taken.assets, inventory, startedAt: at, endedAt: at });
  return {
    scan: String(scan),
    connector: header.connector.id,
    snapshot: () => {
      const opened = new OpenSnapshot(parseSnapshot(new TextEncoder().encode(text), 'account.ndjson'));
      return new SnapshotInventory(async () => opened);
    },
  };
}

const everywhere: ScopeRequest = { connectors: undefined, tags: {}, asOf: undefined };

/** Asks the store, and lets go of it. */
export async function withStore<T>(
  database: Database,
  request: Partial<ScopeRequest>,
  work: (inventory: Inventory) => Promise<T>,
): Promise<T> {
  const inventory = new StoreInventory(() => openView(database, { ...everywhere, ...request }));
  try {
    return await work(inventory);
  } finally {
    await inventory.close();
  }
}
