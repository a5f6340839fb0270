import { ask } from '../graphql/ask.ts';
import type { Limits } from '../graphql/limits.ts';
import type { Asset } from '../iam/assets.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Control, Parameters } from './control.ts';
import { type Finding, keyOfAsset, knownAccountOf } from './finding.ts';
import { countOf } from './judge.ts';

/** The assets that a control is about. */
export interface Applicable {
  /** How many there are, with those that were found; undefined where they could not be counted. */
  totalWith(findings: readonly Finding[]): number | undefined;
  /** False where it is known that the control is not about this one. */
  mayBeAbout(finding: Finding): boolean;
}

/**
 * Counts what a control is about: all assets of its types, or those that its `applicable` selects. A count is never a
 * verdict: where it cannot be had it is unknown, and the rules are judged all the same.
 *
 * @throws IamqlError InvalidControl where `applicable` is no question at all.
 */
export async function readApplicable(
  inventory: Inventory,
  control: Control,
  { limits, parameters }: { readonly limits: Limits | undefined; readonly parameters: Parameters },
): Promise<Applicable> {
  const { id, applicable: text, assetTypes } = control;
  if (text === undefined) {
    const total = await countOf(inventory, assetTypes);
    return { totalWith: () => total, mayBeAbout: () => true };
  }
  const { result, selections } = await ask(inventory, { text, variables: parameters, rowsOnly: true, limits });
  const [error] = result.errors ?? [];
  // A text that asks nothing, or a variable that was refused, is a wrong control and not a wrong account.
  if (error && isOfText(error.extensions['code']))
    throw new IamqlError('InvalidControl', `${id}: applicable: ${error.message}`);
  const isWhole =
    !error &&
    selections.length > 0 &&
    selections.every(({ kind, found }) => kind === 'list' && found.assets.length === found.total);
  if (!isWhole) return { totalWith: () => undefined, mayBeAbout: () => true };
  const assets = selections.flatMap(({ found }) => found.assets);
  let keys: ReadonlySet<string> | undefined;
  const known = (): ReadonlySet<string> => {
    keys ??= keysOf(inventory, assets);
    return keys;
  };
  return {
    totalWith: (findings) => new Set([...known(), ...findings.map(keyOfAsset)]).size,
    mayBeAbout: (finding) => known().has(keyOfAsset(finding)),
  };
}

/** By then everything was read that tells whose an asset is. */
const keysOf = (inventory: Inventory, assets: readonly Asset[]): ReadonlySet<string> =>
  new Set(
    assets.map((asset) =>
      keyOfAsset({
        identifier: String(inventory.read(asset, 'identifier')),
        account: knownAccountOf(inventory, asset),
      }),
    ),
  );

const isOfText = (code: unknown): boolean =>
  ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'].includes(String(code));
