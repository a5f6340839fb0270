import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { everything } from '../inventory/page.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { type ConditionLine, judgedLines } from '../where/condition-lines.ts';
import { always, type Expression, not } from '../where/expression.ts';
import { judgeParts, type Truth } from '../where/why.ts';
import type { ExplainedQuestion } from './explain.ts';

/** Why a condition selects an asset or does not. */
export interface Why {
  readonly responseKey: string;
  readonly type: AssetTypeName;
  readonly identifier: string;
  readonly truth: Truth;
  readonly condition: readonly ConditionLine[];
  /** What could not be read, where that leaves the answer open: why. */
  readonly unread: readonly string[];
}

/**
 * Judges every part of a condition for one asset. It costs what deciding that asset costs.
 *
 * @throws IamqlError InvalidInput when there is no such asset.
 */
export async function why(
  inventory: Inventory,
  { responseKey, type, where }: ExplainedQuestion,
  identifier: string,
): Promise<Why> {
  const [asset] = await find(inventory, type, identifier, always);
  if (!asset) throw new IamqlError('InvalidInput', await notThere(inventory, type, identifier));
  const toldOf = (seen: Asset, reasons: readonly string[]): Why => {
    const expression = hasAdditionalKeys(inventory, seen) ? withAdditionalKeys(where) : where;
    const judged = judgeParts(expression, inventory.read, seen);
    return { responseKey, type, identifier, truth: judged.truth, condition: judgedLines(judged), unread: reasons };
  };
  const unread: IamqlError[] = [];
  // Asked either way, because only an asset that is found comes with what had to be read to find it.
  for (const asked of [where, not(where)]) {
    const [seen] = await find(inventory, type, identifier, asked, unread);
    if (seen) return toldOf(seen, []);
  }
  return toldOf(asset, [...new Set(unread.map(({ message }) => message))]);
}

/** Of most users the report tells all keys, so what is asked of further ones would only be in the way. */
function hasAdditionalKeys({ read }: Inventory, asset: Asset): boolean {
  const credentials = asset.__typename === 'IAMUser' ? read(asset, 'hasIAMUserCredentials') : undefined;
  if (typeof credentials !== 'object' || credentials === null) return false;
  return read(credentials as Asset, 'additionalCredentialsInfo') !== null;
}

async function find(
  inventory: Inventory,
  type: AssetTypeName,
  identifier: string,
  where: Expression,
  errors: IamqlError[] = [],
): Promise<readonly Asset[]> {
  const isThis: Expression = { kind: 'equals', type, field: 'identifier', value: identifier };
  const of = where.kind === 'always' ? [isThis] : [isThis, where];
  const { assets, unread } = await inventory.find(type, { kind: 'and', of }, everything);
  errors.push(...unread);
  return assets;
}

async function notThere(inventory: Inventory, type: AssetTypeName, name: string): Promise<string> {
  const { one } = catalogue[type];
  const named: Expression = { kind: 'equals', type, field: 'internalName', value: name };
  const { assets, total } = await inventory.find(type, named, everything);
  const meant = assets.map((asset) => inventory.read(asset, 'identifier')).join(' or ');
  return `there is no ${one} with the identifier ${JSON.stringify(name)}${total > 0 ? `; did you mean ${meant}?` : ''}`;
}
