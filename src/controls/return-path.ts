import { type DocumentNode, type FieldNode, getOperationAST } from 'graphql';
import { selectedFields } from '../graphql/selected-fields.ts';
import { IamqlError } from '../iam/error.ts';

/** Follows a dotted path through objects and lists: what it leads to in each row, once for each distinct asset. */
export function atPath(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (Array.isArray(value)) {
    const rows = value.map((row) => (row === null ? null : atPath(row, path)));
    return [...new Map(rows.flat().map((row) => [JSON.stringify(row), row])).values()];
  }
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  if (value === null) return null;
  const next = typeof value === 'object' ? (value as Record<string, unknown>)[head] : undefined;
  if (next === undefined) throw notSelected(head);
  return atPath(next, rest.join('.'));
}

/**
 * The fields that a path follows below each root field, by the root field's name in the answer: a text may call them
 * otherwise. An answer without rows shows nothing of a path, so one with a typing error would pass: the text is asked.
 *
 * @throws IamqlError InvalidInput when a root field does not select the path.
 */
export function fieldsAtPath(
  document: DocumentNode,
  operationName: string | undefined,
  path: string,
): ReadonlyMap<string, readonly string[]> {
  const operation = getOperationAST(document, operationName);
  // Which operation was meant is for execution to complain of.
  const roots = operation ? selectedFields(document, operation.selectionSet) : [];
  const asked = roots.filter((root) => !root.name.value.startsWith('__'));
  return new Map(asked.map((root) => [keyOf(root), fieldsBelow(document, [root], path.split('.'))]));
}

/** @param fields those of one name, which GraphQL merges. */
function fieldsBelow(
  document: DocumentNode,
  fields: readonly FieldNode[],
  [head, ...rest]: readonly string[],
): readonly string[] {
  if (head === undefined) return [];
  const below = fields
    .flatMap((field) => selectedFields(document, field.selectionSet))
    .filter((field) => keyOf(field) === head);
  const [first] = below;
  if (!first) throw notSelected(head);
  return [first.name.value, ...fieldsBelow(document, below, rest)];
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

const notSelected = (name: string): IamqlError =>
  new IamqlError('InvalidInput', `return path: there is no ${JSON.stringify(name)} in what the text selects`);
