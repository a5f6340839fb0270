import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { IamqlError } from '../iam/error.ts';

/** A template may be 1 MB at most; anchors may make more of a short text than any memory holds. */
const MOST_NODES = 1_000_000;
const MOST_DEPTH = 200;

/**
 * A template in YAML as the JSON that it stands for, its short forms (`!Ref`, `!Sub`) written in full.
 *
 * @throws IamqlError Corrupt
 */
export function parseTemplate(yaml: string): unknown {
  const lines = new LineCounter();
  // Tags that the reader does not know are those of CloudFormation, which are read below.
  const document = parseDocument(yaml, { lineCounter: lines, logLevel: 'error', prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new IamqlError('Corrupt', `line ${line}, column ${col}: ${error.message.split('\n')[0]}`);
  }
  return new Plain(document).of(document.contents, 0);
}

class Plain {
  private readonly document: Document;
  private nodes = 0;

  constructor(document: Document) {
    this.document = document;
  }

  of(node: unknown, depth: number): unknown {
    this.nodes += 1;
    if (this.nodes > MOST_NODES || depth > MOST_DEPTH)
      throw new IamqlError('Corrupt', 'its anchors or its depth make more of it than a template may hold');
    if (isAlias(node)) return this.of(node.resolve(this.document), depth + 1);
    const value = this.untagged(node, depth);
    const tag = (node as Node | null)?.tag;
    return tag?.startsWith('!') && !tag.startsWith('!!') ? longForm(tag.slice(1), value) : value;
  }

  private untagged(node: unknown, depth: number): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => this.of(item, depth + 1));
    if (!isMap(node)) return null;
    const entries = node.items.map(({ key, value }) => [String(this.of(key, depth + 1)), this.of(value, depth + 1)]);
    if (entries.some(([key]) => key === '<<'))
      throw new IamqlError('Corrupt', 'it merges mappings with <<, which CloudFormation does not read');
    return Object.fromEntries(entries);
  }
}

function longForm(name: string, value: unknown): unknown {
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split('.') };
  return { [`Fn::${name}`]: value };
}
