import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  GraphQLError,
  type GraphQLErrorOptions,
  GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  Kind,
} from 'graphql';
import { type AssetType, type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { parseInstant, renderInstant } from '../iam/instant.ts';
import { packageRoot } from '../package-root.ts';
import { withAssetTypes } from './asset-types.ts';
import { findingsFields } from './findings-fields.ts';
import { namedFields } from './named-fields.ts';
import { type AssetTypes, withQueryType } from './query-type.ts';
import { rootFieldsOf } from './root-fields.ts';

let whole: GraphQLSchema | undefined;
let part: { readonly types: ReadonlySet<AssetTypeName>; readonly schema: GraphQLSchema } | undefined;

/** The schema of schema/*.graphql with its root fields, built once per process. */
export function loadSchema(): GraphQLSchema {
  whole ??= withQueryType(withCommonDescriptions(readSchema(schemaFiles())), catalogue);
  return whole;
}

/** What the interface says of the fields that all assets have is true of each type's. */
export function withCommonDescriptions(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    for (const common of type.getInterfaces().flatMap((one) => Object.values(one.getFields()))) {
      const field = fields[common.name];
      if (field) field.description ??= common.description;
    }
  }
  return schema;
}

/**
 * A schema with what a text names, made from the catalogue in a fraction of the time that the whole one takes. What is
 * valid by it is valid by the whole schema and means the same; what is not may still be.
 */
export function schemaFor(text: string): GraphQLSchema {
  const named = namedTypes(text);
  if (whole || named === undefined) return loadSchema();
  const known = part?.types;
  if (part && [...named].every((name) => known?.has(name))) return part.schema;
  const types = new Set([...(part?.types ?? []), ...named]);
  const subset = onlyTypes(types);
  part = { types, schema: withQueryType(withAssetTypes(readSchema(BASE_FILES), subset), subset) };
  return part.schema;
}

/** What all asset types have in common, and what pages are made of. */
const BASE_FILES = ['asset.graphql', 'date-time.graphql', 'paging.graphql'];

/** Those whose root field, `where` or relations a text names; undefined for a text that asks about the schema, or for no assets. */
function namedTypes(text: string): Set<AssetTypeName> | undefined {
  const names = new Set(text.match(/\w+/g));
  if (['__schema', '__type', ...findingsFields].some((name) => names.has(name))) return undefined;
  const stems = new Set([...names].flatMap((name) => [name, name.replace(/_[A-Z_]+$/, '')]));
  const types = Object.entries(catalogue) as readonly [AssetTypeName, AssetType][];
  const found = types.filter(([name, { root }]) => {
    const roots = Object.values(rootFieldsOf(root));
    return [...roots, `${name}Where`, `${name}Sort`, `${name}Options`].some((one) => names.has(one));
  });
  const asked = Object.entries(namedFields).flatMap(([name, { types: of }]) => (names.has(name) ? of : []));
  const all = new Set([...found.map(([name]) => name), ...asked]);
  for (const name of all) {
    const { fields } = catalogue[name];
    for (const [field, { relation, type }] of Object.entries(fields)) {
      if (relation && stems.has(field)) all.add(type as AssetTypeName);
    }
  }
  return all;
}

const onlyTypes = (types: ReadonlySet<AssetTypeName>): AssetTypes =>
  Object.fromEntries(
    [...types].sort().map((name) => {
      const { fields, ...type } = catalogue[name];
      const known = Object.entries(fields).filter(
        ([, field]) => !field.relation || types.has(field.type as AssetTypeName),
      );
      return [name, { ...type, fields: Object.fromEntries(known) }];
    }),
  );

const folder = join(packageRoot, 'schema');

const schemaFiles = (): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.graphql') && !name.endsWith('.generated.graphql'));

function readSchema(files: readonly string[]): GraphQLSchema {
  const sdl = files.toSorted().map((name) => readFileSync(join(folder, name), 'utf8'));
  // `npm run codegen` has validated the SDL; doing it at each start would double the time this takes.
  const schema = buildSchema(sdl.join('\n'), { assumeValid: true, noLocation: true });
  const dateTime = schema.getType('DateTime');
  if (dateTime instanceof GraphQLScalarType) Object.assign(dateTime, dateTimeScalar);
  return schema;
}

const dateTimeScalar: Pick<GraphQLScalarType<string, string>, 'serialize' | 'parseValue' | 'parseLiteral'> = {
  serialize: (value) => renderInstant(String(value)),
  parseValue: (value) => readDateTime(value, {}),
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : undefined, { nodes: node }),
};

function readDateTime(value: unknown, where: GraphQLErrorOptions): string {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant !== undefined) return instant;
  const shown = typeof value === 'string' ? JSON.stringify(value) : 'the value';
  throw new GraphQLError(
    `DateTime: ${shown} is not an RFC 3339 time with an offset, such as "2026-03-01T10:20:30Z", nor a date alone.`,
    where,
  );
}
