import { type Document, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { IamqlError } from '../../iam/error.ts';

/** What leads to a value: keys of maps and places in lists. */
export type YamlPath = readonly (string | number)[];

/** A parsed YAML text that can say where each of its values stands. */
export class PlacedYaml {
  readonly value: unknown;
  private readonly document: Document.Parsed;
  private readonly lines = new LineCounter();
  private readonly file: string;

  /** @throws IamqlError InvalidInput for what is not YAML. */
  constructor(yaml: string, file: string) {
    this.file = file;
    this.document = parseDocument(yaml, { lineCounter: this.lines });
    const problem = this.document.errors[0];
    if (problem) throw this.at(problem.pos[0], problem.message.split('\n')[0] ?? 'not YAML');
    try {
      this.value = this.document.toJS();
    } catch (cause) {
      throw this.at(0, `not YAML that can be read: ${(cause as Error).message}`);
    }
  }

  /** `exceptions.yaml:12:5` */
  place(path: YamlPath): string {
    return this.placeOf(this.offsetOf(path));
  }

  /** The scalar as it is written, before YAML makes a number of it. */
  written(path: YamlPath): string | undefined {
    const node = this.document.getIn(path, true);
    return isScalar(node) ? node.source : undefined;
  }

  check(holds: boolean, path: YamlPath, message: string): void {
    if (!holds) throw this.wrong(path, message);
  }

  wrong(path: YamlPath, message: string): IamqlError {
    return this.at(this.offsetOf(path), message);
  }

  private offsetOf(path: YamlPath): number {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    return isNode(node) ? (node.range?.[0] ?? 0) : 0;
  }

  private at(offset: number, message: string): IamqlError {
    return new IamqlError('InvalidInput', `${this.placeOf(offset)}: ${message}`);
  }

  private placeOf(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.file}:${line || 1}:${col || 1}`;
  }
}
