import type { ConfigResource } from '../aws/config-service.ts';
import type { ControlRun } from '../controls/run-control.ts';
import type { Asset } from '../iam/assets.ts';
import { configTypes } from '../iam/config-resources.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { everything } from '../inventory/page.ts';
import { always } from '../where/expression.ts';

/**
 * As AWS Config knows what was found, by identifier. What has gone since, or is no resource there, is not in it.
 *
 * @throws IamqlError where they cannot be read.
 */
export async function readResources(
  inventory: Inventory,
  { rules }: ControlRun,
): Promise<ReadonlyMap<string, ConfigResource>> {
  const byType = Map.groupBy(
    rules.filter(({ rule }) => !rule.informative).flatMap(({ findings }) => findings),
    ({ type }) => type,
  );
  const found = new Map<string, ConfigResource>();
  for (const [type, findings] of byType) {
    const known = configTypes[type];
    if (!known) continue;
    const wanted = new Set(findings.map(({ identifier }) => identifier));
    const { assets } = await inventory.find(type, always, everything);
    for (const asset of assets) {
      const identifier = String(inventory.read(asset, 'identifier'));
      const id = wanted.has(identifier) ? await idOf(inventory, asset, known.id) : undefined;
      if (id !== undefined) found.set(identifier, { type: known.type, id });
    }
  }
  return found;
}

/** Undefined for what is no longer there, and for what is not this account's. */
async function idOf(inventory: Inventory, asset: Asset, field: string): Promise<string | undefined> {
  if (/^arn:[^:]+:iam::aws:/.test(String(inventory.read(asset, 'identifier')))) return undefined;
  try {
    const id = await inventory.load(asset, field);
    return typeof id === 'string' ? id : undefined;
  } catch (error) {
    if (error instanceof IamqlError && error.kind === 'NotCollected') return undefined;
    throw error;
  }
}
