import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Node } from './account-graph.ts';

/** An asset that belongs to another one, which AWS gives no identifier of its own. */
export function part(
  type: AssetTypeName,
  owner: Asset,
  id: string,
  name: string,
  facts: Readonly<Record<string, unknown>>,
): Node {
  const ownerId = owner['identifier'] ?? owner['arn'];
  return { __typename: type, identifier: `${ownerId}/${id}`, internalName: name, owner, ...facts };
}

/** As AWS answers them, by key. */
export const tagsOf = (
  owner: Asset,
  tags: readonly { readonly key: string; readonly value: string }[],
): readonly Asset[] => tags.map(({ key, value }) => part('IAMTag', owner, `tag/${key}`, key, { key, value }));
