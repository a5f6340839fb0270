import { printable, printableLines } from '../printable.ts';

/** HTML that was written here: what came from elsewhere is escaped in it. */
export interface Markup {
  readonly html: string;
}

type Part = string | number | Markup | readonly Markup[];

/** A template in which every text is shown as text, whatever it holds. */
export const markup = (sources: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  html: sources.map((source, index) => source + htmlOf(parts[index] ?? '')).join(''),
});

/** Text of several lines, such as a control's own. */
export const lines = (text: string): Markup => ({ html: referenced(printableLines(text)) });

function htmlOf(part: Part): string {
  if (typeof part === 'string') return referenced(printable(part));
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(({ html }) => html).join('');
}

const references: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
};

const referenced = (text: string): string => text.replace(/[<>&"']/g, (character) => references[character] ?? '');
