import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Found, Inventory } from '../inventory/inventory.ts';
import type { Expression } from '../where/expression.ts';
import { readWhere, type WhereInput } from '../where/read-where.ts';

/** What a root field selected, for whoever judges the answer: the assets themselves, not only what was printed. */
export interface Selection {
  /** The name in the answer: the alias, or the field's name. */
  readonly responseKey: string;
  readonly type: AssetTypeName;
  readonly where: Expression;
  readonly found: Found;
}

export interface Context {
  readonly inventory: Inventory;
  readonly selections: Selection[];
  /** Nobody reads the fields of what is selected. */
  readonly rowsOnly: boolean;
}

const typesByRoot = new Map(
  Object.entries(catalogue).flatMap(([name, { root }]) => (root ? [[root, name as AssetTypeName] as const] : [])),
);

/**
 * One resolver for every field: the catalogue says what a field is, the inventory what its value is. It is a promise only
 * where something must be read, because an answer has many fields that need none.
 */
export const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  try {
    const type = info.path.prev === undefined ? typesByRoot.get(info.fieldName) : undefined;
    const value = type
      ? selectAssets(type, args['where'], String(info.path.key), context)
      : fieldOf(source as Asset, info.fieldName, context.inventory);
    return value instanceof Promise ? value.catch(throwGraphQLError) : value;
  } catch (error) {
    return throwGraphQLError(error);
  }
};

function throwGraphQLError(error: unknown): never {
  throw toGraphQLError(error);
}

async function selectAssets(
  type: AssetTypeName,
  where: WhereInput | null | undefined,
  responseKey: string,
  { inventory, selections, rowsOnly }: Context,
): Promise<readonly unknown[]> {
  const expression = readWhere(type, where);
  const found = await inventory.find(type, expression);
  selections.push({ responseKey, type, where: expression, found });
  // GraphQL puts an error in the list as a null in its place and an error on its path.
  return [...(rowsOnly ? [] : found.assets), ...found.unread.map(toGraphQLError)];
}

/** A field with facts of its own is read for the answer even where cheaper facts stood in for it in a filter. */
function fieldOf(asset: Asset, name: string, inventory: Inventory): unknown {
  const field = catalogue[asset.__typename as AssetTypeName].fields[name];
  const value = field?.fact && asset[name] === undefined ? UNREAD : inventory.read(asset, name);
  return value === UNREAD ? inventory.load(asset, name) : value;
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (!(error instanceof IamqlError)) {
    const internal = new GraphQLError('internal error', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    return Object.assign(internal, { cause: error });
  }
  const code = error.kind === 'InvalidInput' ? 'BAD_USER_INPUT' : error.kind;
  return new GraphQLError(error.message, { extensions: { code }, originalError: error });
}
