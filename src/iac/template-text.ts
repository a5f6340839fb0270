import {
  type Document,
  type DocumentOptions,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParseOptions,
  parseDocument,
  type Scalar,
  type SchemaOptions,
  type YAMLMap,
} from 'yaml';
import { IamqlError } from '../iam/error.ts';

/** A template may be 1 MB at most; anchors may make more of a short text than any memory holds. */
const MOST_NODES = 1_000_000;
const MOST_DEPTH = 200;
/** Of a template that is read a second time. */
export const MOST_CHARACTERS = 2_000_000;

/**
 * A template in YAML as the JSON that it stands for, its short forms (`!Ref`, `!Sub`) written in full.
 *
 * @throws IamqlError Corrupt
 */
export function parseTemplate(yaml: string): unknown {
  const lines = new LineCounter();
  // Tags that the reader does not know are those of CloudFormation, which are read below.
  const document = parseDocument(yaml, { ...YAML_OF_AWS, lineCounter: lines, logLevel: 'error', prettyErrors: false });
  const [error] = document.errors;
  if (error) throw corruptAt(error.pos[0], error.message, lines);
  return new Plain(document, lines).of(document.contents, 0);
}

/** Types of YAML 1.1 that CloudFormation does not read. */
const UNREAD = new Set(
  ['binary', 'merge', 'omap', 'pairs', 'set', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * YAML 1.1, in which `yes` and `1_0` are no texts, but without those.
 *
 * Source: AWS CloudFormation User Guide, "CloudFormation template formats".
 */
const YAML_OF_AWS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  // It compares each with each: there may be a hundred thousand.
  uniqueKeys: false,
  customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !UNREAD.has(tag.tag)),
};

function corruptAt(at: number, message: string, lines: LineCounter): IamqlError {
  const { line, col } = lines.linePos(at);
  return new IamqlError('Corrupt', `line ${line}, column ${col}: ${message.split('\n')[0]}`);
}

/**
 * Of two keys that are alike a reader of JSON takes one without a word, and not every reader the same.
 *
 * @throws IamqlError Corrupt
 */
export function rejectTwins(json: string): void {
  // CloudFormation takes half as much.
  if (json.length > MOST_CHARACTERS) return;
  const lines = new LineCounter();
  const document = parseDocument(json, {
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
    uniqueKeys: false,
  });
  // One after the other, as nobody knows how deep it is.
  const waiting: unknown[] = [document.contents];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isSeq(node)) for (const item of node.items) waiting.push(item);
    if (!isMap(node)) continue;
    const keys = node.items.map(({ key }) => (isScalar(key) ? textOf(key) : ''));
    rejectTwinKeys(node, keys, lines);
    for (const { value } of node.items) waiting.push(value);
  }
}

function rejectTwinKeys({ items }: YAMLMap, keys: readonly string[], lines: LineCounter): void {
  const seen = new Set<string>();
  for (const [at, key] of keys.entries()) {
    if (seen.has(key)) throw corruptAt(startOf(items[at]?.key), 'Map keys must be unique', lines);
    seen.add(key);
  }
}

class Plain {
  private readonly document: Document;
  private readonly lines: LineCounter;
  private nodes = 0;

  constructor(document: Document, lines: LineCounter) {
    this.document = document;
    this.lines = lines;
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

  /** As it is written, whatever else it could stand for. */
  private key(node: unknown, depth: number): string {
    return isScalar(node) ? textOf(node) : String(this.of(node, depth + 1));
  }

  private untagged(node: unknown, depth: number): unknown {
    if (isScalar(node)) return typeof node.value === 'boolean' && LETTER.test(textOf(node)) ? textOf(node) : node.value;
    if (isSeq(node)) return node.items.map((item) => this.of(item, depth + 1));
    if (!isMap(node)) return null;
    const entries = node.items.map(({ key, value }) => [this.key(key, depth), this.of(value, depth + 1)] as const);
    const keys = entries.map(([key]) => key);
    rejectTwinKeys(node, keys, this.lines);
    if (keys.includes('<<'))
      throw new IamqlError('Corrupt', 'it merges mappings with <<, which CloudFormation does not read');
    return Object.fromEntries(entries);
  }
}

/** A letter alone is a truth value by the letter of YAML 1.1, and to none of its usual readers. */
const LETTER = /^[yn]$/i;
const textOf = ({ source, value }: Scalar): string => String(source ?? value);

const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

function longForm(name: string, value: unknown): unknown {
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split('.') };
  return { [`Fn::${name}`]: value };
}
