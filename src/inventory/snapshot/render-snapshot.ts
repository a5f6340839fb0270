import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../../iam/catalogue.generated.ts';
import { compareCodePoints } from '../../iam/code-points.ts';
import { type Instant, renderInstant } from '../../iam/instant.ts';
import type { Evidence, Inventory } from '../inventory.ts';
import { wholeField } from '../whole-field.ts';
import { SNAPSHOT_FORMAT, type SnapshotHeader } from './snapshot.ts';
import { withDigest } from './snapshot-digest.ts';
import type { Taken, TakenAsset } from './take-snapshot.ts';

/**
 * The lines of a snapshot, each with its line break: a header, then one asset per line. The same facts give the same bytes.
 *
 * @param inventory that it was taken of.
 * @param version of iamql.
 */
export function renderSnapshot(taken: Taken, inventory: Inventory, version: string): Iterable<string> {
  const evidence = inventory.evidence();
  const header: SnapshotHeader = {
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
  return withDigest(JSON.stringify(header), () => assetLines(taken, inventory));
}

function* assetLines({ assets }: Taken, inventory: Inventory): Generator<string> {
  for (const [type, ofType] of assets) for (const asset of ofType) yield renderAsset(type, asset, inventory);
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

/** Relations by identifier, and no field that could not be read. */
function renderAsset(type: AssetTypeName, { identifier, asset, unread }: TakenAsset, inventory: Inventory): string {
  const identifierOf = (related: Asset): string => inventory.read(related, 'identifier') as string;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(catalogue[type].fields)) {
    if (unread.has(name)) continue;
    const value = wholeField(inventory, asset, name);
    fields[name] = field.relation ? identifiersOf(value, identifierOf) : renderValue(field, value);
  }
  return `${JSON.stringify({ __typename: type, identifier, ...fields })}\n`;
}

function identifiersOf(value: unknown, identifierOf: (asset: Asset) => string): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) return identifierOf(value as Asset);
  return value.map(identifierOf).sort(compareCodePoints);
}

/** Instants as GraphQL prints them. */
function renderValue({ type }: Field, value: unknown): unknown {
  if (value === null || type !== 'DateTime') return value;
  return Array.isArray(value) ? value.map((item) => renderInstant(item)) : renderInstant(value as Instant);
}
