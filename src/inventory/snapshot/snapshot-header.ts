import { catalogue } from '../../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../../iam/instant.ts';
import type { Evidence, Inventory } from '../inventory.ts';
import { SNAPSHOT_FORMAT, type SnapshotHeader } from './snapshot.ts';
import type { Taken } from './take-snapshot.ts';

/**
 * What the first line of a snapshot says, and what the store keeps of a scan.
 *
 * @param inventory that it was taken of.
 * @param version of iamql.
 */
export function headerOf(taken: Taken, inventory: Inventory, version: string): SnapshotHeader {
  const evidence = inventory.evidence();
  return {
    format: SNAPSHOT_FORMAT,
    iamql: version,
    source: evidence.snapshotOf ?? (evidence.source as SnapshotHeader['source']),
    connector: connectorOf(taken, inventory),
    facts: readTimes(inventory, evidence),
    settings: { ...inventory.settings },
    types: Object.fromEntries(
      [...taken.assets].map(([type, { length }]) => [type, { assets: length, fields: fieldsOf(type) }]),
    ),
    unread: [...taken.unread],
  };
}

const fieldsOf = (type: string): string[] => Object.keys(catalogue[type as keyof typeof catalogue].fields);

function connectorOf({ assets }: Taken, inventory: Inventory): SnapshotHeader['connector'] {
  const [connector] = assets.get('Connector') ?? [];
  const read = (field: string): unknown => connector && inventory.read(connector.asset, field);
  const id = String(connector?.identifier ?? inventory.evidence().account ?? 'unknown');
  return { id, name: String(read('name') ?? id), accountID: String(read('accountID') ?? id) };
}

function readTimes(inventory: Inventory, { credentialReport }: Evidence): SnapshotHeader['facts'] {
  const times = [...inventory.readTimes()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    times.map(([group, readAt]) => [
      group,
      {
        readAt: render(readAt),
        ...(group === 'CREDENTIAL_REPORT' ? { generatedAt: render(credentialReport?.generatedAt) } : {}),
      },
    ]),
  );
}

const render = (instant: Instant | undefined): string | null => (instant === undefined ? null : renderInstant(instant));
