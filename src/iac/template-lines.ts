import { isMap, LineCounter, type Pair, parseDocument } from 'yaml';

/** Where the resources of a template stand. */
export class TemplateLines {
  private readonly counter = new LineCounter();
  private readonly resources: ReadonlyMap<string, Pair>;

  /** @param text YAML, or JSON, which YAML reads too. */
  constructor(text: string) {
    const document = parseDocument(text, { lineCounter: this.counter, logLevel: 'silent', uniqueKeys: false });
    const section = pairsOf(document.contents).get('Resources');
    this.resources = pairsOf(section?.value);
  }

  /** The line, from 1 on, of a resource by its logical id, or of its login profile; undefined where it is not found. */
  lineOf(address: string): number | undefined {
    const [id = '', property] = address.split('.');
    const resource = this.resources.get(address) ?? this.resources.get(id);
    if (!resource) return undefined;
    const properties = property === undefined ? undefined : pairsOf(resource.value).get('Properties');
    // What a transform makes stands nowhere by itself.
    const { key } = pairsOf(properties?.value).get(property ?? '') ?? resource;
    const { range } = (key ?? {}) as { readonly range?: readonly [number, number, number] | null };
    return range ? this.counter.linePos(range[0]).line : undefined;
  }
}

/** Of two keys that are alike the last counts, as in JSON. */
const pairsOf = (node: unknown): ReadonlyMap<string, Pair> =>
  new Map(isMap(node) ? node.items.map((pair) => [String(pair.key), pair]) : []);
