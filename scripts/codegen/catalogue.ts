import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** The catalogue in plain data, as src/iam/catalogue.generated.ts declares it; read from the SDL's types and directives. */
export interface CatalogueField {
  readonly type: string;
  readonly nullable: boolean;
  readonly relation?: 'toOne' | 'toMany';
  readonly list?: true;
  readonly fact?: string;
  readonly sparing?: string;
  readonly column?: string;
  readonly live?: readonly string[];
  readonly slot?: number;
  readonly sameAs?: string;
  readonly inverse?: string;
  readonly words?: { readonly yes: string; readonly no: string };
}

export interface CatalogueType {
  readonly root: string;
  readonly isPart?: true;
  readonly group: string;
  readonly also?: readonly string[];
  readonly one: string;
  readonly many: string;
  readonly fields: Readonly<Record<string, CatalogueField>>;
}

/** How a group of facts is read; `per` names the type whose assets are asked one by one. */
export interface CatalogueGroup {
  readonly actions: readonly string[];
  readonly per?: string;
}

/** @throws Error when a group does not say how it is read. */
export function factGroupsOf(schema: GraphQLSchema): Record<string, CatalogueGroup> {
  const groups = schema.getType('FactGroup');
  const definition = schema.getDirective('read');
  if (!isEnumType(groups) || !definition) throw new Error('schema/directives.graphql no longer declares FactGroup');
  const entries = groups.getValues().map(({ name, astNode }) => {
    const read = astNode ? getDirectiveValues(definition, astNode) : undefined;
    if (!read) throw new Error(`FactGroup.${name} does not say how it is read`);
    const actions = read['actions'] as readonly string[];
    return [name, { actions, ...(read['per'] ? { per: String(read['per']) } : {}) }] as const;
  });
  return Object.fromEntries(entries);
}

/** @throws Error when an asset type says neither `@asset` nor `@part`. */
export function catalogueOf(schema: GraphQLSchema): Record<string, CatalogueType> {
  return Object.fromEntries(assetTypes(schema).map((type) => [type.name, typeEntry(schema, type)]));
}

/** What can be compared of a finding, which is no asset, and of what it holds: each type by name. */
export function findingTypesOf(schema: GraphQLSchema): Record<string, Pick<CatalogueType, 'fields'>> {
  const finding = schema.getType('Finding');
  if (!isObjectType(finding)) throw new Error('schema/finding.graphql no longer declares Finding');
  const held = Object.values(finding.getFields()).map(({ type }) => getNamedType(type));
  return Object.fromEntries(
    [finding, ...held.filter(isObjectType)].map((type) => [type.name, { fields: fieldEntries(schema, type) }]),
  );
}

function assetTypes(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const asset = schema.getType('IAsset');
  if (!isInterfaceType(asset)) throw new Error('schema/asset.graphql no longer declares the interface IAsset');
  return [...schema.getPossibleTypes(asset)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function typeEntry(schema: GraphQLSchema, type: GraphQLObjectType): CatalogueType {
  const asset = directive(schema, 'asset', type);
  const said = asset ?? directive(schema, 'part', type);
  if (!said) throw new Error(`type ${type.name} says neither @asset nor @part`);
  return {
    root: String(said['root']),
    ...(asset ? {} : { isPart: true as const }),
    group: String(said['group']),
    ...(said['also'] ? { also: said['also'] as readonly string[] } : {}),
    one: String(said['one']),
    many: String(said['many']),
    fields: fieldEntries(schema, type),
  };
}

const fieldEntries = (schema: GraphQLSchema, type: GraphQLObjectType): Record<string, CatalogueField> =>
  Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, fieldEntry(schema, field)]));

function fieldEntry(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): CatalogueField {
  const named = getNamedType(field.type);
  const fact = directive(schema, 'fact', field);
  const column = directive(schema, 'reportColumn', field);
  const live = directive(schema, 'live', field);
  const slot = directive(schema, 'accessKeySlot', field);
  const sameAs = directive(schema, 'sameAs', field);
  const inverse = directive(schema, 'inverse', field);
  const words = directive(schema, 'words', field);
  const many = isListType(getNullableType(field.type));
  return {
    type: named.name,
    nullable: !isNonNullType(field.type),
    ...(isObjectType(named)
      ? { relation: many ? ('toMany' as const) : ('toOne' as const) }
      : many
        ? { list: true }
        : {}),
    ...(fact ? { fact: String(fact['group']) } : {}),
    ...(fact?.['sparing'] ? { sparing: String(fact['sparing']) } : {}),
    ...(column ? { column: String(column['name']) } : {}),
    ...(live ? { live: live['groups'] as readonly string[] } : {}),
    ...(slot ? { slot: Number(slot['slot']) } : {}),
    ...(sameAs ? { sameAs: String(sameAs['field']) } : {}),
    ...(inverse ? { inverse: String(inverse['field']) } : {}),
    ...(words ? { words: { yes: String(words['yes']), no: String(words['no']) } } : {}),
  };
}

function directive(schema: GraphQLSchema, name: string, node: GraphQLObjectType | GraphQLField<unknown, unknown>) {
  const definition = schema.getDirective(name);
  if (!definition) throw new Error(`schema/directives.graphql no longer declares @${name}`);
  return node.astNode ? getDirectiveValues(definition, node.astNode) : undefined;
}
