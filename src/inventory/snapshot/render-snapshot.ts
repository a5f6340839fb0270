import { catalogue } from '../../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../../iam/instant.ts';
import type { Evidence, Inventory } from '../inventory.ts';
import { SNAPSHOT_FORMAT, type SnapshotHeader } from './snapshot.ts';
import { withDigest } from './snapshot-digest.ts';
import type { Taken, TakenAsset } from './take-snapshot.ts';

/**
 * The lines of a snapshot, each with its line break: a header, then one asset per line. The same facts give the same bytes.
 *
 * @param inventory that it was taken of.
 * @param version of iamql.
 */
export function renderSnapshot(taken: Taken, inventory: Inventory, version: string): string {
  const assets = [...taken.assets].flatMap(([type, ofType]) => ofType.map((asset) => renderAsset(type, asset)));
  const body = assets.join('');
  const evidence = inventory.evidence();
  const header: SnapshotHeader = {
    format: SNAPSHOT_FORMAT,
    iamql: version,
    source: evidence.snapshotOf ?? (evidence.source as SnapshotHeader['source']),
    connector: connectorOf(taken, evidence),
    facts: readTimes(inventory, evidence),
    settings: { ...inventory.settings },
    types: Object.fromEntries(
      [...taken.assets].map(([type, { length }]) => [type, { assets: length, fields: fieldsOf(type) }]),
    ),
    unread: [...taken.unread],
  };
  return withDigest(JSON.stringify(header), body);
}

const fieldsOf = (type: string): string[] => Object.keys(catalogue[type as keyof typeof catalogue].fields);

function connectorOf(taken: Taken, { account }: Evidence): SnapshotHeader['connector'] {
  const fields = taken.assets.get('Connector')?.[0]?.fields;
  const id = String(fields?.get('identifier') ?? account ?? 'unknown');
  return { id, name: String(fields?.get('name') ?? id), accountID: String(fields?.get('accountID') ?? id) };
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

function renderAsset(type: string, { identifier, fields }: TakenAsset): string {
  const values = [...fields].map(([name, value]) => [name, renderValue(type, name, value)]);
  return `${JSON.stringify({ __typename: type, identifier, ...Object.fromEntries(values) })}\n`;
}

/** Instants as GraphQL prints them. */
function renderValue(type: string, name: string, value: unknown): unknown {
  if (value === null || catalogue[type as keyof typeof catalogue].fields[name]?.type !== 'DateTime') return value;
  return Array.isArray(value) ? value.map((item) => renderInstant(item)) : renderInstant(value as Instant);
}
