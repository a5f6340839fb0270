import {
  coerceInputValue,
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  getArgumentValues,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { rewriteDocument, rewriteVariables } from '../../src/graphql/dialect.ts';
import type { AssetTypeName } from '../../src/iam/catalogue.generated.ts';
import type { Expression } from '../../src/where/expression.ts';
import { preparePatterns } from '../../src/where/patterns.ts';
import { readWhere, type WhereInput } from '../../src/where/read-where.ts';
import { schema, type TypeName, types, whereInput } from './server-schema.ts';

export interface Written {
  /** As it stands behind `where:`. */
  readonly where: string;
  /** `($name: String)` */
  readonly declared?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The operation that asks for the servers of a where, in the flat form. */
export function serversDocument({ where, declared = '' }: Written): DocumentNode {
  const written = parse(`query${declared} { servers(where: ${where}) { identifier } }`);
  const flat = rewriteDocument(schema, written, types);
  throwFirst(flat.errors);
  return flat.value;
}

/** Reads a where on the way that it takes through the service, GraphQL's validation and coercion included. */
export async function readServerWhere(written: Written) {
  const document = serversDocument(written);
  throwFirst(validate(schema, document));
  const [operation] = document.definitions as [OperationDefinitionNode];
  const flat = rewriteVariables(operation, written.variables ?? {}, types);
  throwFirst(flat.errors);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], flat.value);
  throwFirst(errors ?? []);
  const root = schema.getQueryType()?.getFields()['servers'];
  if (!root) throw new Error('withQueryType no longer makes root fields');
  const args = getArgumentValues(root, operation.selectionSet.selections[0] as FieldNode, coerced);
  const where = args['where'] as WhereInput | null | undefined;
  const warnings: string[] = [];
  const expression = readWhere('Server' as AssetTypeName, where, (warning) => warnings.push(warning), types);
  await preparePatterns(expression);
  return { expression, warnings };
}

/** Reads a where that a client sends as JSON. `preparePatterns` is the caller's to await, once. */
export function readJson(type: TypeName, where: unknown): Expression {
  const coerced = coerceInputValue(where, whereInput(type)) as WhereInput | null;
  return readWhere(type as AssetTypeName, coerced, () => {}, types);
}

function throwFirst(errors: readonly GraphQLError[]): void {
  if (errors[0]) throw errors[0];
}
