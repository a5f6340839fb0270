import { printable } from '../printable.ts';

/** A test case of JUnit XML. */
export interface TestCase {
  readonly classname: string;
  readonly name: string;
  /** Undefined for what passed. */
  readonly outcome?: {
    readonly kind: 'failure' | 'error' | 'skipped';
    readonly message: string;
    readonly text?: string;
  };
}

export function renderCase({ classname, name, outcome }: TestCase): string {
  const head = `    <testcase classname=${quoted(classname)} name=${quoted(name)} time="0"`;
  if (!outcome) return `${head}/>\n`;
  const { kind, message, text = '' } = outcome;
  const type = kind === 'failure' ? 'FAIL' : 'ERROR';
  const element =
    kind === 'skipped'
      ? `<skipped>${markup(printable(message))}</skipped>`
      : `<${kind} type="${type}" message=${quoted(message)}>${markup(text)}</${kind}>`;
  return `${head}>\n      ${element}\n    </testcase>\n`;
}

/** An attribute holds one line: a line break in it would be read back as a space. */
export const quoted = (text: string): string => `"${markup(printable(text))}"`;

const references: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

/** @param text without characters that XML cannot hold, as `printable` leaves it. */
const markup = (text: string): string => text.replace(/[<>&"]/g, (character) => references[character] ?? '');
