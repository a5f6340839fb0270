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
 * An answer without rows shows nothing of a path, so a path with a typing error would pass: the text is asked instead.
 *
 * @throws IamqlError InvalidInput when a root field does not select the path.
 */
export function checkReturnPath(document: DocumentNode, operationName: string | undefined, path: string): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) return; // Which operation was meant is for execution to complain of.
  const names = path.split('.');
  for (const root of selectedFields(document, operation.selectionSet)) {
    if (!root.name.value.startsWith('__')) checkBelow(document, [root], names);
  }
}

/** @param fields those of one name, which GraphQL merges. */
function checkBelow(document: DocumentNode, fields: readonly FieldNode[], names: readonly string[]): void {
  const [head, ...rest] = names;
  if (head === undefined) return;
  const below = fields
    .flatMap((field) => selectedFields(document, field.selectionSet))
    .filter((field) => (field.alias ?? field.name).value === head);
  if (below.length === 0) throw notSelected(head);
  checkBelow(document, below, rest);
}

const notSelected = (name: string): IamqlError =>
  new IamqlError('InvalidInput', `return path: there is no ${JSON.stringify(name)} in what the text selects`);
