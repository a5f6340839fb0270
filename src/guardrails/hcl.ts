import { isMap, isScalar, isSeq, type Node } from 'yaml';

/** What a resource of a template is called in HCL. */
export type References = Readonly<Record<string, string>>;

/**
 * A value of a CloudFormation template as an expression of HCL, its `!Ref` and `!GetAtt` as `references` has them.
 *
 * @param indent of the line that it begins on.
 */
export function hclOf(node: unknown, references: References, indent = ''): string {
  const { tag } = (node ?? {}) as Node;
  if (isScalar(node))
    return tag === '!Ref' || tag === '!GetAtt' ? referenceOf(tag, String(node.value)) : literal(node.value);
  if (tag?.startsWith('!')) throw new Error(`${tag} has no HCL here`);
  if (isSeq(node)) return `[${node.items.map((item) => hclOf(item, references, indent)).join(', ')}]`;
  if (!isMap(node)) throw new Error('an alias has no HCL here');
  const inner = `${indent}  `;
  const entries = node.items.map(({ key, value }) => [keyOf(String(key)), hclOf(value, references, inner)] as const);
  return `{\n${assignments(entries, inner)}\n${indent}}`;

  function referenceOf(kind: string, name: string): string {
    const reference = Object.hasOwn(references, name) ? references[name] : undefined;
    if (reference === undefined) throw new Error(`${kind} ${name} has no HCL here`);
    return reference;
  }
}

/** Lines of `name = value`, their signs below each other as `terraform fmt` puts them. */
export function assignments(entries: readonly (readonly [name: string, value: string])[], indent: string): string {
  const lines: string[] = [];
  for (let start = 0; start < entries.length; ) {
    // A value of several lines ends a block, and stands by itself.
    const isLong = entries[start]?.[1].includes('\n');
    let end = start + 1;
    while (!isLong && end < entries.length && !entries[end]?.[1].includes('\n')) end += 1;
    const block = entries.slice(start, end);
    const width = Math.max(...block.map(([name]) => name.length));
    lines.push(...block.map(([name, value]) => `${indent}${name.padEnd(width)} = ${value}`));
    start = end;
  }
  return lines.join('\n');
}

const keyOf = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : literal(key));

/** Texts are JSON's, but for what begins a template. */
const literal = (value: unknown): string => JSON.stringify(value).replace(/[$%](?=\{)/g, '$&$&');
