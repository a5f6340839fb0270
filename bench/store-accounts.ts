import { readFileSync } from 'node:fs';
import type { Inventory } from '../src/inventory/inventory.ts';
import { OpenSnapshot } from '../src/inventory/snapshot/open-snapshot.ts';
import { parseSnapshot } from '../src/inventory/snapshot/parse-snapshot.ts';
import { headerOf } from '../src/inventory/snapshot/snapshot-header.ts';
import { SnapshotInventory } from '../src/inventory/snapshot/snapshot-inventory.ts';
import { takeSnapshot } from '../src/inventory/snapshot/take-snapshot.ts';
import type { Scanned } from '../src/store/scans/write-scan.ts';
import { manyUsers, startAwsEndpoint } from '../test/support/aws-endpoint.ts';
import { cli, environment, run } from './account.ts';

/** The account that AWS's documentation has in its examples. */
const EXAMPLE_ID = '111122223333';

/** Writes the snapshot of an account of that many users, of whom so many have an active key that was never used. */
export async function writeSnapshot(file: string, users: number, selected: number): Promise<void> {
  const endpoint = await startAwsEndpoint({
    users: manyUsers(users, selected),
    report: { columns: 'with-additional' },
    passwordPolicy: { MinimumPasswordLength: 8 },
  });
  try {
    await run([cli, 'snapshot', '--output', file], environment(endpoint.url), [0, 1]);
  } finally {
    await endpoint.close();
  }
}

/** Accounts that differ in nothing but their ids, as each would be read. */
export class Accounts {
  private readonly text: string;

  /** @param file the snapshot that they are copies of; of a copy its digest is not true. */
  constructor(file: string) {
    this.text = readFileSync(file, 'utf8').replace(/,"sha256":"[0-9a-f]*"/, '');
  }

  /** The account of that number, read whole, and what of it there was to read. */
  async read(number: number): Promise<Scanned> {
    const text = this.text.replaceAll(EXAMPLE_ID, String(200_000_000_000 + number));
    const opened = new OpenSnapshot(parseSnapshot(Buffer.from(text), `account ${number}`));
    const inventory: Inventory = new SnapshotInventory(async () => opened);
    const startedAt = new Date();
    const taken = await takeSnapshot(inventory);
    const header = headerOf(taken, inventory, 'bench');
    return { header, assets: taken.assets, inventory, startedAt, endedAt: new Date() };
  }
}

export const rowsIn = ({ assets }: Scanned): number =>
  [...assets.values()].reduce((sum, { length }) => sum + length, 0);
