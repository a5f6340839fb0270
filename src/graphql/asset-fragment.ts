import { type FragmentDefinitionNode, type GraphQLSchema, isInterfaceType, Kind, parse, Source } from 'graphql';

export const ASSET_FRAGMENT = 'AssetFragment';

const fragments = new WeakMap<GraphQLSchema, FragmentDefinitionNode>();

/** The fragment that stored texts spread without defining it: every field of `IAsset`, in the SDL's order. */
export function assetFragment(schema: GraphQLSchema): FragmentDefinitionNode {
  const known = fragments.get(schema);
  if (known) return known;
  const [definition] = parse(
    new Source(renderAssetFragment(schema), 'AssetFragment, as the service knows it'),
  ).definitions;
  if (definition?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('AssetFragment is not a fragment');
  fragments.set(schema, definition);
  return definition;
}

/** The text of the fragment that stored texts spread without defining it: every field that all assets have. */
export function renderAssetFragment(schema: GraphQLSchema): string {
  const asset = schema.getType('IAsset');
  if (!isInterfaceType(asset)) throw new Error('schema/asset.graphql no longer declares the interface IAsset');
  return `fragment ${ASSET_FRAGMENT} on IAsset {\n  ${Object.keys(asset.getFields()).join('\n  ')}\n}`;
}
