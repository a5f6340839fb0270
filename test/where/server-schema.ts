import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLInputObjectType, GraphQLScalarType } from 'graphql';
import { catalogueOf } from '../../scripts/codegen/catalogue.ts';
import { type AssetTypes, withQueryType } from '../../src/graphql/query-type.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { catalogue, type Field } from '../../src/iam/catalogue.generated.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { Catalogue } from '../../src/where/read-where.ts';

/**
 * Asset types of our own: IAM has no field of some types that the language knows. `Server` has one of every shape, and
 * the relations lead in circles, so that any condition may stand inside any other.
 */
const SDL = `
interface IAsset {
  identifier: ID!
}

type Server implements IAsset @asset(root: "servers", group: CREDENTIAL_REPORT, one: "server", many: "servers") {
  identifier: ID!
  ownerId: ID
  zone: String!
  alias: String
  running: Boolean!
  locked: Boolean
  cores: Int!
  rank: Int
  load: Float!
  price: Float
  started: DateTime!
  stopped: DateTime
  keyIds: [ID!]
  labels: [String!]
  checks: [Boolean!]
  ports: [Int!]
  rates: [Float!]
  restarts: [DateTime!]
  zones: [String!]!
  image: Image
  disks: [Disk!]
}

type Image implements IAsset @part(root: "images", group: CREDENTIAL_REPORT, one: "image", many: "images") {
  identifier: ID!
  name: String
  public: Boolean
  disks: [Disk!]!
}

type Disk implements IAsset @part(root: "disks", group: CREDENTIAL_REPORT, one: "disk", many: "disks") {
  identifier: ID!
  label: String
  size: Int
  encrypted: Boolean
  image: Image
}`;

const ours = ['date-time', 'directives', 'paging'].map((name) =>
  readFileSync(join(packageRoot, 'schema', `${name}.graphql`), 'utf8'),
);
const assets = buildSchema([...ours, SDL].join('\n'));

/** Times are read as the service reads them. */
const scalar = (from: typeof assets): GraphQLScalarType => {
  const dateTime = from.getType('DateTime');
  if (dateTime instanceof GraphQLScalarType) return dateTime;
  throw new Error('schema/directives.graphql no longer declares DateTime');
};
const { serialize, parseValue, parseLiteral } = scalar(loadSchema());
Object.assign(scalar(assets), { serialize, parseValue, parseLiteral });

/** What the catalogue of the service is to its schema. */
export const types = catalogueOf(assets) as AssetTypes;

export const schema = withQueryType(assets, types);

export type TypeName = 'Server' | 'Image' | 'Disk';

/** Of our own types, or of the service's: none is called alike. */
export const fieldsOf = (type: string): Readonly<Record<string, Field>> =>
  (types[type] ?? (catalogue as Catalogue)[type])?.fields ?? {};

export const whereInput = (type: TypeName): GraphQLInputObjectType =>
  schema.getType(`${type}Where`) as GraphQLInputObjectType;

/** What operators tell apart: `String`, `[String]`, `toOne`, `toMany`. */
export const shapeOf = ({ type, list, relation }: Field): string => relation ?? (list ? `[${type}]` : type);
