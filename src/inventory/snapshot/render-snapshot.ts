import { type AssetTypeName, catalogue, type Field } from '../../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../../iam/instant.ts';
import type { Inventory } from '../inventory.ts';
import { withDigest } from './snapshot-digest.ts';
import { headerOf } from './snapshot-header.ts';
import type { Taken, TakenAsset } from './take-snapshot.ts';
import { takenValues } from './taken-values.ts';

/**
 * The lines of a snapshot, each with its line break: a header, then one asset per line. The same facts give the same bytes.
 *
 * @param inventory that it was taken of.
 * @param version of iamql.
 */
export function renderSnapshot(taken: Taken, inventory: Inventory, version: string): Iterable<string> {
  return withDigest(JSON.stringify(headerOf(taken, inventory, version)), () => assetLines(taken, inventory));
}

function* assetLines({ assets }: Taken, inventory: Inventory): Generator<string> {
  for (const [type, ofType] of assets) for (const asset of ofType) yield renderAsset(type, asset, inventory);
}

export const renderAsset = (type: AssetTypeName, taken: TakenAsset, inventory: Inventory): string =>
  renderLine(type, taken.identifier, takenValues(type, taken, inventory));

/** @param values those that were read, in the order of the catalogue; relations by identifier. */
export function renderLine(
  type: AssetTypeName,
  identifier: string,
  values: Iterable<readonly [name: string, value: unknown]>,
): string {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of values) fields[name] = renderValue(catalogue[type].fields[name] as Field, value);
  return `${JSON.stringify({ __typename: type, identifier, ...fields })}\n`;
}

/** Instants as GraphQL prints them. */
function renderValue({ type }: Field, value: unknown): unknown {
  if (value === null || type !== 'DateTime') return value;
  return Array.isArray(value) ? value.map((item) => renderInstant(item)) : renderInstant(value as Instant);
}
