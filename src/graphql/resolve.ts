import { type FieldNode, type GraphQLFieldResolver, type GraphQLResolveInfo, Kind } from 'graphql';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import type { Found, Inventory, RelationTree } from '../inventory/inventory.ts';
import { wholeField } from '../inventory/whole-field.ts';
import type { Expression } from '../where/expression.ts';
import { connectionOf, countOf } from './connection.ts';
import { constantWhere } from './constant-where.ts';
import { findingsRoot } from './findings-fields.ts';
import { throwGraphQLError, toGraphQLError } from './graphql-error.ts';
import type { Related } from './related.ts';
import type { RootKind } from './root-fields.ts';
import { askedOf, conditionsOf, type RootQuestion, readRootQuestion, rootField } from './root-question.ts';
import { selectFindings } from './select-findings.ts';
import { selectedFields } from './selected-fields.ts';

/** What a root field selected, for whoever judges the answer: the assets themselves, not only what was printed. */
export interface Selection {
  /** The name in the answer: the alias, or the field's name. */
  readonly responseKey: string;
  /** Only a list holds the assets themselves; a connection and an aggregate are values of another shape. */
  readonly kind: RootKind;
  readonly type: AssetTypeName;
  readonly where: Expression;
  /** When it was asked about; undefined for now. */
  readonly asOf: Instant | undefined;
  readonly found: Found;
}

export interface Context {
  readonly inventory: Inventory;
  readonly selections: Selection[];
  /** Nobody reads the fields of what is selected. */
  readonly rowsOnly: boolean;
  /** How many match is wanted, whatever is selected. */
  readonly isJudged: boolean;
  readonly related: Related;
}

/**
 * One resolver for every field: the catalogue says what a field is, the inventory what its value is. It is a promise only
 * where something must be read, because an answer has many fields that need none.
 */
export const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  try {
    const isRoot = info.path.prev === undefined;
    if (isRoot) {
      const value = rootValue(source, args, context, info);
      return value instanceof Promise ? value.catch(throwGraphQLError) : value;
    }
    const value = fieldOf(source as Asset, info.fieldName, context.inventory);
    const { related } = context;
    return value instanceof Promise
      ? value.then((read) => related.follow(read, info), throwGraphQLError)
      : related.follow(value, info);
  } catch (error) {
    return throwGraphQLError(error);
  }
};

const rootValue: GraphQLFieldResolver<unknown, Context> = (source, written, context, info) => {
  const { fieldName } = info;
  const args = { ...written, ...constantWhere(info.fieldNodes[0]) };
  const kind = findingsRoot(fieldName);
  if (kind) return selectFindings(kind, args, context.inventory);
  const root = rootField(fieldName);
  if (root) return select(readRootQuestion(root, args), info, context);
  return fieldOf(source as Asset, fieldName, context.inventory);
};

async function select(
  question: RootQuestion,
  info: GraphQLResolveInfo,
  { inventory: current, selections, rowsOnly, isJudged }: Context,
): Promise<unknown> {
  const { kind, asOf } = question;
  const responseKey = String(info.path.key);
  const page = { ...question.page, isUncounted: kind === 'connection' && !isJudged && !isCounted(info) };
  const inventory = askedOf(question, current);
  const conditions = await conditionsOf(question, inventory);
  const found = await Promise.all(conditions.map(({ type, where }) => inventory.find(type, where, page)));
  for (const [index, one] of found.entries()) {
    const { type, where } = conditions[index] as (typeof conditions)[number];
    selections.push({ responseKey, kind, type, where, asOf, found: one });
  }
  const [only] = found as [Found, ...Found[]];
  if (!rowsOnly) await loadSelected(inventory, found, info);
  if (kind === 'aggregate') return { count: countOf(only) };
  if (kind === 'connection') {
    const { type } = question;
    return connectionOf({ type, page, asOf }, { ...only, nodes: only.assets }, inventory);
  }
  // GraphQL puts an error in the list as a null in its place and an error on its path.
  const assets = rowsOnly ? [] : found.flatMap((one) => one.assets);
  return [...assets, ...found.flatMap(({ unread }) => unread.map(toGraphQLError))];
}

const isCounted = (info: GraphQLResolveInfo): boolean =>
  selectedBelow(info, info.fieldNodes).some(({ name }) => name.value === 'totalCount');

function selectedBelow({ fragments }: GraphQLResolveInfo, nodes: readonly FieldNode[]): readonly FieldNode[] {
  const document = { kind: Kind.DOCUMENT, definitions: Object.values(fragments) } as const;
  return nodes.flatMap(({ selectionSet }) => selectedFields(document, selectionSet));
}

/** Reads the relations that are selected, where an inventory reads many at once. */
async function loadSelected(inventory: Inventory, found: readonly Found[], info: GraphQLResolveInfo): Promise<void> {
  if (!inventory.loadRelated) return;
  const named = (nodes: readonly FieldNode[], name: string) => nodes.filter((node) => node.name.value === name);
  const selected = selectedBelow(info, info.fieldNodes);
  const edges = named(selected, 'edges');
  const nodes = edges.length > 0 ? selectedBelow(info, named(selectedBelow(info, edges), 'node')) : selected;
  const tree = treeOf(info, nodes);
  if (tree.size === 0) return;
  await inventory.loadRelated(
    found.flatMap(({ assets }) => assets),
    tree,
  );
}

/** What has fields of its own; what a directive may leave out is left out. */
function treeOf(info: GraphQLResolveInfo, nodes: readonly FieldNode[]): RelationTree {
  const related = nodes.filter(({ selectionSet, directives = [] }) => selectionSet && directives.length === 0);
  const byName = Map.groupBy(related, ({ name }) => name.value);
  return new Map([...byName].map(([name, same]) => [name, treeOf(info, selectedBelow(info, same))]));
}

/** A connection or a part of one holds all that it has; an asset's fields may have to be read. */
const fieldOf = (source: Asset, name: string, inventory: Inventory): unknown =>
  source.__typename === undefined ? source[name] : wholeField(inventory, source, name);
