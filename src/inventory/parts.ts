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

/** In an identifier, where a slash sets off what belongs to what. */
export const inIdentifier = (name: string): string => name.replaceAll('%', '%25').replaceAll('/', '%2F');

/** As AWS answers them, by key. */
export const tagsOf = (
  owner: Asset,
  tags: readonly { readonly key: string; readonly value: string }[],
): readonly Asset[] =>
  tags.map(({ key, value }) => part('IAMTag', owner, `tag/${inIdentifier(key)}`, key, { key, value }));
