type Element = string | Elements;
interface Elements {
  [name: string]: Element | Element[];
}

/** A tag of IAM's answers: letters and digits. */
const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const SPACE = /^\s*$/;
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,5}));|&/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** What begins the root element besides its name: its namespace. */
const ROOT = /^\s*(?:<\?xml [^<>?]*\?>\s*)?<([A-Za-z][A-Za-z0-9]*)(?: xmlns="[^"<>&]*")?>/;

/** The answer holds something else than elements in one another and text in the innermost. */
class NotPlain extends Error {}

/**
 * What the root element of an answer holds, as the SDK's own parser has it: elements by name, those of one name as a list,
 * text where there are none, and no white space between. Undefined for XML in any other form than that in which IAM and STS
 * answer: with attributes, comments, CDATA, text between elements, or wrong. That is left to the SDK, errors included.
 */
export function readPlainXml(xml: string): Elements | undefined {
  const [start, root] = ROOT.exec(xml) ?? [];
  if (start === undefined || root === undefined) return undefined;
  try {
    return new PlainXml(xml, start.length).root(root);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class PlainXml {
  private readonly xml: string;
  private readonly names = new Set<string>();
  private position: number;

  constructor(xml: string, position: number) {
    this.xml = xml;
    this.position = position;
  }

  root(name: string): Elements {
    const value = this.content(name);
    if (typeof value === 'string' || !SPACE.test(this.xml.slice(this.position))) throw new NotPlain();
    return value;
  }

  /** Of an element, from behind its opening tag to behind its closing one. */
  private content(name: string): Element {
    const text = this.text();
    if (this.isClosing(name)) {
      const content = decoded(text);
      return isBetween(content) ? '' : content;
    }
    const elements: Elements = {};
    let between = text;
    do {
      if (!isBetween(between)) throw new NotPlain();
      const child = this.name();
      const value = child.endsWith('/') ? '' : this.content(child);
      add(elements, child.endsWith('/') ? child.slice(0, -1) : child, value);
      between = this.text();
    } while (!this.isClosing(name));
    if (!isBetween(between)) throw new NotPlain();
    return elements;
  }

  /** Up to the next tag. */
  private text(): string {
    const end = this.xml.indexOf('<', this.position);
    if (end === -1) throw new NotPlain();
    const text = this.xml.slice(this.position, end);
    this.position = end;
    return text;
  }

  private isClosing(name: string): boolean {
    const { xml, position } = this;
    if (xml[position + 1] !== '/') return false;
    const end = position + 2 + name.length;
    if (!xml.startsWith(name, position + 2) || xml[end] !== '>') throw new NotPlain();
    this.position = end + 1;
    return true;
  }

  /** Of an opening tag, with the slash at its end if it has one. Answers have few names, many times. */
  private name(): string {
    const end = this.xml.indexOf('>', this.position);
    const name = this.xml.slice(this.position + 1, end);
    if (!this.names.has(name)) {
      if (end === -1 || !NAME.test(name.endsWith('/') ? name.slice(0, -1) : name)) throw new NotPlain();
      this.names.add(name);
    }
    this.position = end + 1;
    return name;
  }
}

/** Nothing, or white space as answers are laid out with. */
const isBetween = (text: string): boolean => text === '' || (text.includes('\n') && SPACE.test(text));

function add(elements: Elements, name: string, value: Element): void {
  const known = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (known === undefined) elements[name] = value;
  else if (Array.isArray(known)) known.push(value);
  else elements[name] = [known, value];
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (_, named: string | undefined, decimal: string | undefined) => {
    if (named) return ENTITIES[named] as string;
    if (decimal && Number(decimal) <= 0xffff) return String.fromCharCode(Number(decimal));
    throw new NotPlain();
  });
}
