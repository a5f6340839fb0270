import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo, Kind } from 'graphql';
import type { Asset } from '../iam/assets.ts';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { Found, Inventory } from '../inventory/inventory.ts';
import type { Position } from '../inventory/page.ts';
import { wholeField } from '../inventory/whole-field.ts';
import type { Expression } from '../where/expression.ts';
import { renderCursor } from './cursor.ts';
import { FINDINGS, selectFindings } from './findings.ts';
import {
  askedOf,
  conditionsOf,
  type RootKind,
  type RootQuestion,
  readRootQuestion,
  rootField,
} from './root-question.ts';
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
}

/**
 * One resolver for every field: the catalogue says what a field is, the inventory what its value is. It is a promise only
 * where something must be read, because an answer has many fields that need none.
 */
export const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  try {
    const isRoot = info.path.prev === undefined;
    if (isRoot && info.fieldName === FINDINGS) return findingsOf(args, context);
    const root = isRoot ? rootField(info.fieldName) : undefined;
    const value = root
      ? select(readRootQuestion(root, args), info, context)
      : fieldOf(source as Asset, info.fieldName, context.inventory);
    return value instanceof Promise ? value.catch(throwGraphQLError) : value;
  } catch (error) {
    return throwGraphQLError(error);
  }
};

function throwGraphQLError(error: unknown): never {
  throw toGraphQLError(error);
}

const findingsOf = (args: Readonly<Record<string, unknown>>, { inventory }: Context): Promise<unknown> =>
  selectFindings(args, inventory)
    .then((items) => items.map((item) => (item instanceof IamqlError ? toGraphQLError(item) : item)))
    .catch(throwGraphQLError);

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
  if (kind === 'aggregate') return { count: countOf(only) };
  if (kind === 'connection') return connectionOf(question, only);
  // GraphQL puts an error in the list as a null in its place and an error on its path.
  const assets = rowsOnly ? [] : found.flatMap((one) => one.assets);
  return [...assets, ...found.flatMap(({ unread }) => unread.map(toGraphQLError))];
}

function isCounted({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const document = { kind: Kind.DOCUMENT, definitions: Object.values(fragments) } as const;
  const selected = fieldNodes.flatMap(({ selectionSet }) => selectedFields(document, selectionSet));
  return selected.some(({ name }) => name.value === 'totalCount');
}

function connectionOf({ type, page, asOf }: RootQuestion, found: Found): unknown {
  const { assets, positions, skipped, total, unread } = found;
  const cursors = assets.map((_asset, index) =>
    renderCursor(positions[index] as Position, { type, sort: page.sort, asOf }),
  );
  return {
    totalCount: countOf(found),
    pageInfo: {
      hasNextPage: skipped + assets.length < total,
      hasPreviousPage: skipped > 0,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
    edges: [...assets.map((node, index) => ({ cursor: cursors[index], node })), ...unread.map(toGraphQLError)],
  };
}

/** What could not be read may match or not, so nobody knows how many do. */
const countOf = ({ total, unread }: Found): number | GraphQLError => (unread[0] ? toGraphQLError(unread[0]) : total);

/** A connection or a part of one holds all that it has; an asset's fields may have to be read. */
const fieldOf = (source: Asset, name: string, inventory: Inventory): unknown =>
  source.__typename === undefined ? source[name] : wholeField(inventory, source, name);

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (!(error instanceof IamqlError)) {
    const internal = new GraphQLError('internal error', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    return Object.assign(internal, { cause: error });
  }
  const code = error.kind === 'InvalidInput' ? 'BAD_USER_INPUT' : error.kind;
  return new GraphQLError(error.message, { extensions: { code }, originalError: error });
}
