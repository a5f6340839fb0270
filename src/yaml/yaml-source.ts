import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';
import { IamqlError } from '../iam/error.ts';
import { offsetInScalar } from './scalar-offsets.ts';

/** What is wrong with a file, and where. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export const renderProblem = ({ file, line, column, message }: Problem): string =>
  `${file}:${line}:${column}: ${message}`;

export type YamlPath = readonly PropertyKey[];

/** A YAML text that can say where each of its values stands, and that keeps what was found wrong with it. */
export class YamlSource {
  readonly file: string;
  /** As JSON; undefined where the text is not YAML. */
  readonly value: unknown;
  readonly problems: Problem[] = [];
  private readonly yaml: string;
  private readonly document: Document.Parsed;
  private readonly lines = new LineCounter();

  /** @param file named in problems. */
  constructor(yaml: string, file: string) {
    this.yaml = yaml;
    this.file = file;
    this.document = parseDocument(yaml, { lineCounter: this.lines });
    const [error] = this.document.errors;
    // The first alone: those behind it mostly follow from it.
    if (error) this.add(error.pos[0], wordsOf(error));
    this.value = error ? undefined : this.toJson();
  }

  /** Anchors may make more of a short text than any memory holds: how much more is bounded by the reader of YAML. */
  private toJson(): unknown {
    try {
      return this.document.toJS();
    } catch (error) {
      this.add(0, `not YAML that can be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** The value as that shape has it; undefined where it is not of that shape, and the problems say why. */
  read<T extends z.ZodType>(shape: T): z.output<T> | undefined {
    if (this.problems.length > 0) return undefined;
    const { data, error } = shape.safeParse(this.value);
    // A key that is not known is often one that is missing, written otherwise.
    const isUnknownKey = ({ code }: z.core.$ZodIssue): number => (code === 'unrecognized_keys' ? 0 : 1);
    const issues = (error?.issues ?? []).toSorted((a, b) => isUnknownKey(a) - isUnknownKey(b));
    for (const issue of issues) this.addIssue(issue);
    return error ? undefined : data;
  }

  /** Notes what is wrong with the value at a path. @param index where in it, for a text in a text. */
  wrong(path: YamlPath, message: string, index?: number): void {
    const node = this.nodeAt(path);
    const inText = index !== undefined && isScalar(node) ? offsetInScalar(this.yaml, node, index) : undefined;
    this.add(inText ?? node?.range?.[0] ?? 0, message);
  }

  /** Notes what is wrong with the last key of a path itself. */
  wrongKey(path: YamlPath, message: string): void {
    const map = this.nodeAt(path.slice(0, -1));
    const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    this.add((isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? map?.range?.[0] ?? 0, message);
  }

  /** The scalar as it is written, before YAML makes a number of it. */
  written(path: YamlPath): string | undefined {
    const node = this.nodeAt(path);
    return isScalar(node) ? node.source : undefined;
  }

  /** `file:line:column` of the value at a path. */
  placeOf(path: YamlPath): string {
    const { line, column } = this.at(this.nodeAt(path)?.range?.[0] ?? 0);
    return `${this.file}:${line}:${column}`;
  }

  /** @throws IamqlError InvalidControl with the first problem, if there are any. */
  throwIfWrong(): void {
    const [first, ...more] = this.problems;
    if (!first) return;
    const rest = more.length > 0 ? ` (and ${more.length} more: \`iamql controls test\` shows all)` : '';
    throw new IamqlError('InvalidControl', `${renderProblem(first)}${rest}`);
  }

  /** The first problem, for files that are read no further. */
  firstError(): IamqlError | undefined {
    const [first] = this.problems;
    return first && new IamqlError('InvalidInput', renderProblem(first));
  }

  private addIssue({ path, message, ...issue }: z.core.$ZodIssue): void {
    if (issue.code === 'unrecognized_keys') {
      for (const [index, line] of message.split('\n').entries())
        this.wrongKey([...path, issue.keys[index] ?? ''], line);
    } else if (message === 'is missing') this.wrong(path.slice(0, -1), `${nameOf(path)} ${message}`);
    else this.wrong(path, message.startsWith('is ') ? `${nameOf(path)} ${message}` : message);
  }

  private add(offset: number, message: string): void {
    const problem = { file: this.file, ...this.at(offset), message };
    // Two checks may find the same.
    if (!this.problems.some((known) => renderProblem(known) === renderProblem(problem))) this.problems.push(problem);
  }

  private at(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: line || 1, column: col || 1 };
  }

  /** The node at a path, through anchors; the last that there is where the path leads further. */
  private nodeAt(path: YamlPath): Node | undefined {
    let node: Node | undefined = isNode(this.document.contents) ? this.document.contents : undefined;
    for (const step of path) {
      const next: unknown = isCollection(node) ? node.get(step, true) : undefined;
      const target = isAlias(next) ? next.resolve(this.document) : next;
      if (!isNode(target)) return node;
      node = target;
    }
    return node;
  }
}

/** What the reader of YAML says, without the place, which stands in front, and without words for programmers. */
function wordsOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: a file holds one';
  const words = (message.split('\n')[0] ?? 'not YAML').replace(/ at line \d+, column \d+:?$/, '');
  return isUnquoted.has(code)
    ? `${words}; a text with brackets or colons in it stands on lines below a |, or in quotes`
    : words;
}

/** What comes of a query that stands behind its key as it is. */
const isUnquoted: ReadonlySet<string> = new Set(['BLOCK_AS_IMPLICIT_KEY', 'MISSING_CHAR', 'UNEXPECTED_TOKEN']);

/** `rules 2`: the second of the rules. */
function nameOf(path: YamlPath): string {
  const last = path.at(-1);
  return typeof last === 'number' ? `${String(path.at(-2) ?? 'item')} ${last + 1}` : String(last ?? 'the file');
}
