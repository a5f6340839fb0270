import {
  type GraphQLArgumentConfig,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
  isInputType,
} from 'graphql';
import type { AssetType } from '../iam/catalogue.generated.ts';
import { FINDING, findingCatalogue, findingType } from '../inventory/finding-type.ts';
import { operators } from '../where/operators.ts';
import { SUMMARY } from './findings-fields.ts';
import { type NamedField, namedFields } from './named-fields.ts';
import { rootFieldsOf } from './root-fields.ts';

/** Types that have root fields. */
export type AssetTypes = Readonly<Record<string, AssetType>>;

/**
 * Adds what is asked of each asset type to a schema of asset types: its root fields, and the inputs that they take.
 * schema/where.generated.graphql is this, printed.
 *
 * @param assets a schema of the asset types of `types`, `PageInfo` and `SortDirection`.
 */
export function withQueryType(assets: GraphQLSchema, types: AssetTypes): GraphQLSchema {
  const query = new QueryTypes(assets, types).query();
  return new GraphQLSchema({ ...assets.toConfig(), query, assumeValid: true });
}

class QueryTypes {
  private readonly assets: GraphQLSchema;
  private readonly types: readonly (readonly [string, AssetType])[];
  private readonly wheres: ReadonlyMap<string, GraphQLInputObjectType>;

  constructor(assets: GraphQLSchema, types: AssetTypes) {
    this.assets = assets;
    const hasFindings = assets.getType(FINDING) !== undefined;
    this.types = Object.entries({ ...types, ...(hasFindings ? { [FINDING]: findingType } : {}) });
    const asked = Object.entries({ ...types, ...(hasFindings ? findingCatalogue : {}) });
    this.wheres = new Map(asked.map(([name, type]) => [`${name}Where`, this.where(name, type)]));
  }

  query(): GraphQLObjectType {
    const fields = this.types.flatMap(([name, { root }]) => Object.entries(this.rootFields(name, root)));
    const summary = this.assets.getType(FINDING) ? { [SUMMARY]: this.summary() } : {};
    return new GraphQLObjectType({
      name: 'Query',
      description: 'What can be asked: assets of each type, and questions that have a name.',
      fields: { ...Object.fromEntries(fields), ...this.namedFields(), ...summary },
    });
  }

  /** Those whose types there are. */
  private namedFields(): GraphQLFieldConfigMap<unknown, unknown> {
    const known = new Set(this.types.map(([name]) => name));
    const named = Object.entries(namedFields).filter(([, { types }]) => types.every((type) => known.has(type)));
    return Object.fromEntries(named.map(([name, field]) => [name, this.namedField(field)]));
  }

  private namedField({ description, types, ...rest }: NamedField): GraphQLFieldConfig<unknown, unknown> {
    const [first = 'IAsset'] = types;
    const type = new GraphQLList(this.named(types.length === 1 ? first : 'IAsset') as GraphQLOutputType);
    const asOf = this.asOf();
    if (!('days' in rest)) return { description, type, args: { asOf } };
    const days =
      rest.days === undefined
        ? { type: new GraphQLNonNull(GraphQLInt), description: DAYS }
        : { type: GraphQLInt, defaultValue: rest.days, description: DAYS };
    return { description, type, args: { days, asOf } };
  }

  private summary(): GraphQLFieldConfig<unknown, unknown> {
    return {
      description:
        'How findings came and went, oldest first: a day on which something was judged. A null in the list stands for what is not known: see `errors`.',
      type: new GraphQLList(this.named('FindingsDay') as GraphQLOutputType),
      args: {
        where: {
          type: this.named(`${FINDING}Where`) as GraphQLInputType,
          description:
            'What changes in the life of a finding, such as `state`, is nothing to sum up by; its exception is that of the day.',
        },
        since: { type: this.named('DateTime') as GraphQLInputType, description: 'Only days from that one on.' },
        asOf: this.asOf(),
      },
    };
  }

  private asOf(): GraphQLArgumentConfig {
    return { type: this.named('DateTime') as GraphQLInputType, description: AS_OF };
  }

  private rootFields(name: string, root: string): GraphQLFieldConfigMap<unknown, unknown> {
    const node = this.named(name) as GraphQLObjectType;
    const where = { type: this.named(`${name}Where`) as GraphQLInputObjectType, description: WHERE };
    const sort = this.sort(name);
    const asOf = this.asOf();
    const names = rootFieldsOf(root);
    return {
      [names.list]: {
        description: `Every ${name} that matches. A null in the list stands for what could not be read: see \`errors\`.`,
        type: new GraphQLList(node),
        args: {
          where,
          options: { type: this.options(name, sort), description: 'Their order, and which part of them.' },
          asOf,
        },
      },
      [names.connection]: {
        description: `Every ${name} that matches, page by page.`,
        type: this.connection(name, root, node),
        args: {
          first: { type: GraphQLInt, description: 'How many at most; all that are left when it is not said.' },
          after: { type: GraphQLString, description: 'The cursor of the edge before the page.' },
          where,
          sort: { type: listOf(sort), description: SORT },
          asOf,
        },
      },
      [names.aggregate]: {
        description: `What can be said of every ${name} that matches, taken together.`,
        type: new GraphQLObjectType({
          name: `${name}AggregateSelection`,
          description: `What is said of every ${name} that matches.`,
          fields: {
            count: {
              type: GraphQLInt,
              description: 'How many match. Null when something that decides it could not be read: see `errors`.',
            },
          },
        }),
        args: { where, asOf },
      },
    };
  }

  private connection(name: string, root: string, node: GraphQLObjectType): GraphQLObjectType {
    const edge = new GraphQLObjectType({
      name: `${name}Edge`,
      description: `A ${name} and its place in the list.`,
      fields: {
        cursor: { type: new GraphQLNonNull(GraphQLString), description: 'For `after`: the page behind this place.' },
        node: { type: new GraphQLNonNull(node), description: `The ${name} itself.` },
      },
    });
    return new GraphQLObjectType({
      name: `${root.charAt(0).toUpperCase()}${root.slice(1)}Connection`,
      description: 'A page of what matches.',
      fields: {
        totalCount: {
          type: GraphQLInt,
          description:
            'How many match, on all pages. Null when something that decides it could not be read: see `errors`.',
        },
        pageInfo: {
          type: new GraphQLNonNull(this.named('PageInfo') as GraphQLObjectType),
          description: 'Where the page stands.',
        },
        edges: {
          description: 'A null in the list stands for what could not be read: see `errors`.',
          type: new GraphQLList(edge),
        },
      },
    });
  }

  private where(name: string, type: Pick<AssetType, 'fields'>): GraphQLInputObjectType {
    return new GraphQLInputObjectType({
      name: `${name}Where`,
      description: `What is asked of a ${name}. ${KEYS}`,
      fields: () => {
        const self = this.named(`${name}Where`) as GraphQLInputObjectType;
        const keys = Object.entries(type.fields).flatMap(([field, entry]) =>
          operators
            .filter((operator) => operator.appliesTo(entry))
            .map(
              ({ suffix, argumentType }) => [`${field}${suffix}`, { type: this.input(argumentType(entry)) }] as const,
            ),
        );
        return {
          AND: { type: listOf(self) },
          OR: { type: listOf(self) },
          NOT: { type: self },
          ...Object.fromEntries(keys),
        };
      },
    });
  }

  private sort(name: string): GraphQLInputObjectType {
    const direction = { type: this.named('SortDirection') as GraphQLInputType };
    const fields = Object.entries(this.fieldsOf(name)).filter(([, field]) => !field.relation && !field.list);
    return new GraphQLInputObjectType({
      name: `${name}Sort`,
      description: 'One field: several are several objects, the first of which counts most.',
      fields: Object.fromEntries(fields.map(([field]) => [field, direction])),
    });
  }

  private options(name: string, sort: GraphQLInputObjectType): GraphQLInputObjectType {
    return new GraphQLInputObjectType({
      name: `${name}Options`,
      description: `In which order, and which part of every ${name} that matches.`,
      fields: {
        limit: { type: GraphQLInt, description: 'How many at most; all of them when it is not said.' },
        offset: { type: GraphQLInt, description: 'How many to leave out before the first.' },
        sort: { type: listOf(sort), description: SORT },
      },
    });
  }

  private fieldsOf(name: string): AssetType['fields'] {
    return this.types.find(([type]) => type === name)?.[1].fields ?? {};
  }

  /** The type that the table of operators names: `String`, `[String!]`, `IAMUserWhere`. */
  private input(name: string): GraphQLInputType {
    const item = /^\[(.+)!\]$/.exec(name)?.[1];
    const type = this.named(item ?? name);
    if (!isInputType(type)) throw new Error(`${name} is no input`);
    return item ? listOf(type) : type;
  }

  private named(name: string): GraphQLNamedType {
    const type = this.wheres.get(name) ?? this.assets.getType(name) ?? (name === 'Int' ? GraphQLInt : undefined);
    if (!type) throw new Error(`the schema has no type ${name}`);
    return type;
  }
}

const SORT = 'In this order; what is equal in all of it, and everything when it is not said, by `identifier`.';

const WHERE = 'Only what matches; everything when it is not said.';

const DAYS = 'How many days, counted from when the facts were true.';

/** What the keys of every `where` have in common. docs/where.md says the rest. */
const KEYS =
  'Several keys are AND. A field alone is compared with a value, or with null for "there is none"; an ending says how else: `_NOT`, `_IN`, `_LT`, `_CONTAINS`, `_SOME`. Comparing null data is unknown, and so is its negation: neither selects.';

const AS_OF = 'Of a store: as the scans that had ended by then found it.';

const listOf = (type: GraphQLInputType): GraphQLInputType => new GraphQLList(new GraphQLNonNull(type));
