import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import type { Field } from '../iam/catalogue.generated.ts';
import type { Catalogue } from '../where/read-where.ts';

const scalars: Readonly<Record<string, GraphQLNamedType>> = {
  Boolean: GraphQLBoolean,
  Float: GraphQLFloat,
  ID: GraphQLID,
  Int: GraphQLInt,
  String: GraphQLString,
};

/**
 * Adds asset types to a schema as the catalogue has them: the same as schema/*.graphql gives, without descriptions.
 *
 * @param base a schema of IAsset and the scalars of our own.
 * @param types whose relations lead to one another.
 */
export function withAssetTypes(base: GraphQLSchema, types: Catalogue): GraphQLSchema {
  const interfaces = [base.getType('IAsset') as GraphQLInterfaceType];
  const objects = new Map<string, GraphQLObjectType>();
  const outputOf = ({ type, nullable, list, relation }: Field): GraphQLOutputType => {
    const named = (objects.get(type) ?? scalars[type] ?? base.getType(type)) as GraphQLOutputType;
    const output = list || relation === 'toMany' ? new GraphQLList(new GraphQLNonNull(named)) : named;
    return nullable ? output : new GraphQLNonNull(output);
  };
  for (const [name, { fields }] of Object.entries(types)) {
    const configs = (): Record<string, GraphQLFieldConfig<unknown, unknown>> =>
      Object.fromEntries(Object.entries(fields).map(([field, entry]) => [field, { type: outputOf(entry) }]));
    objects.set(name, new GraphQLObjectType({ name, interfaces, fields: configs }));
  }
  const config = base.toConfig();
  return new GraphQLSchema({ ...config, types: [...config.types, ...objects.values()], assumeValid: true });
}
