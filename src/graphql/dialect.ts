import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  Kind,
  type ObjectFieldNode,
  type OperationDefinitionNode,
  type TypeNode,
  type ValueNode,
  type VariableNode,
  visit,
} from 'graphql';
import { catalogue } from '../iam/catalogue.generated.ts';
import { findingCatalogue } from '../inventory/finding-type.ts';
import type { Catalogue } from '../where/read-where.ts';
import { type Entry, OperatorObjects, type Values } from './operator-objects.ts';

export interface Rewritten<T> {
  readonly value: T;
  readonly errors: readonly GraphQLError[];
}

/** What a `where` may speak of: assets, and what controls have found. */
const asked: Catalogue = { ...catalogue, ...findingCatalogue };

/** Rewrites operator objects in a text to the flat form; every part keeps the position that it was written at. */
export function rewriteDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  types: Catalogue = asked,
): Rewritten<DocumentNode> {
  const errors: GraphQLError[] = [];
  const objects = new OperatorObjects(types, new SyntaxValues(errors));
  const roots = schema.getQueryType()?.getFields() ?? {};
  const value = visit(document, {
    Field: (node) => {
      const args = Object.hasOwn(roots, node.name.value) ? roots[node.name.value]?.args : undefined;
      if (!args) return undefined;
      const written = node.arguments?.map((argument) => {
        const type = args.find(({ name }) => name === argument.name.value)?.type;
        const asset = type && assetOfWhere(getNamedType(type).name, types);
        return asset ? { ...argument, value: objects.rewrite(asset, argument.value) } : argument;
      });
      return written ? { ...node, arguments: written } : undefined;
    },
    VariableDefinition: (node) => {
      const asset = assetOfWhere(nameOf(node.type), types);
      if (!asset || !node.defaultValue) return undefined;
      return { ...node, defaultValue: objects.rewrite(asset, node.defaultValue) as typeof node.defaultValue };
    },
  });
  return { value, errors };
}

type Variables = Readonly<Record<string, unknown>>;

/** Rewrites operator objects in the variables of an operation, by the types that it declares them with. */
export function rewriteVariables(
  operation: OperationDefinitionNode,
  variables: Variables,
  types: Catalogue = asked,
): Rewritten<Variables> {
  const errors: GraphQLError[] = [];
  const value: Record<string, unknown> = { ...variables };
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const asset = assetOfWhere(nameOf(type), types);
    if (!asset || !Object.hasOwn(variables, name)) continue;
    const reject = (message: string): number =>
      errors.push(new GraphQLError(`Variable "$${name}": ${message}.`, { nodes: variable }));
    value[name] = new OperatorObjects(types, new JsonValues(reject)).rewrite(asset, value[name]);
  }
  return { value, errors };
}

/** On a variable in a rewritten text: why it may not be null. */
const NEVER_NULL = Symbol('never null');

/** The variables of a rewritten text that are null where that has no meaning. */
export function nullVariables(document: DocumentNode, coerced: Variables): readonly GraphQLError[] {
  const errors: GraphQLError[] = [];
  visit(document, {
    Variable: (node: VariableNode & { readonly [NEVER_NULL]?: string }) => {
      const message = node[NEVER_NULL];
      if (message && coerced[node.name.value] === null) errors.push(new GraphQLError(`${message}.`, { nodes: node }));
    },
  });
  return errors;
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

/** The asset type that an input of that name asks of. */
function assetOfWhere(input: string, types: Catalogue): string | undefined {
  const name = input.endsWith('Where') ? input.slice(0, -'Where'.length) : '';
  return Object.hasOwn(types, name) ? name : undefined;
}

interface SyntaxEntry extends Entry<ValueNode> {
  readonly node: ObjectFieldNode;
}

class SyntaxValues implements Values<ValueNode, SyntaxEntry> {
  private readonly errors: GraphQLError[];

  constructor(errors: GraphQLError[]) {
    this.errors = errors;
  }

  entriesOf(value: ValueNode): readonly SyntaxEntry[] | undefined {
    if (value.kind !== Kind.OBJECT) return undefined;
    return value.fields.map((node) => ({ key: node.name.value, value: node.value, node }));
  }

  itemsOf(value: ValueNode): readonly ValueNode[] | undefined {
    return value.kind === Kind.LIST ? value.values : undefined;
  }

  isNull(value: ValueNode): boolean {
    return value.kind === Kind.NULL;
  }

  object(entries: readonly SyntaxEntry[], like: ValueNode): ValueNode {
    return { ...place(like), kind: Kind.OBJECT, fields: entries.map(({ node }) => node) };
  }

  list(values: readonly ValueNode[], like: ValueNode): ValueNode {
    return { ...place(like), kind: Kind.LIST, values };
  }

  entry(key: string, value: ValueNode, { key: written, node }: SyntaxEntry): SyntaxEntry {
    const entry = { key, value, node: { ...node, name: { ...node.name, value: key }, value } };
    return key === written ? entry : { ...entry, isRewritten: true };
  }

  neverNull(value: ValueNode, message: string): ValueNode {
    return value.kind === Kind.VARIABLE ? Object.assign({ ...value }, { [NEVER_NULL]: message }) : value;
  }

  reject({ node }: SyntaxEntry, message: string, what?: 'name' | 'null'): void {
    const extensions = what === 'null' ? { code: 'BAD_USER_INPUT' } : {};
    this.errors.push(new GraphQLError(`${message}.`, { nodes: node, extensions }));
  }
}

const place = ({ loc }: ValueNode): Pick<ValueNode, 'loc'> => (loc ? { loc } : {});

class JsonValues implements Values<unknown, Entry<unknown>> {
  private readonly complain: (message: string) => void;

  constructor(complain: (message: string) => void) {
    this.complain = complain;
  }

  entriesOf(value: unknown): readonly Entry<unknown>[] | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.entries(value).map(([key, inner]) => ({ key, value: inner }));
  }

  itemsOf(value: unknown): readonly unknown[] | undefined {
    return Array.isArray(value) ? value : undefined;
  }

  isNull(value: unknown): boolean {
    return value === null;
  }

  object(entries: readonly Entry<unknown>[]): unknown {
    return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  }

  list(items: readonly unknown[]): unknown {
    return items;
  }

  entry(key: string, value: unknown, like: Entry<unknown>): Entry<unknown> {
    return key === like.key ? { key, value } : { key, value, isRewritten: true };
  }

  neverNull(value: unknown): unknown {
    return value;
  }

  reject(_entry: Entry<unknown>, message: string): void {
    this.complain(message);
  }
}
