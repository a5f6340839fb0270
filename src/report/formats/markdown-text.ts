import { printable } from '../printable.ts';

/** How many rows or reasons are shown before they are only counted. */
const MOST_ROWS = 50;

/** A table of Markdown, cut after some rows. The cells are escaped already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.slice(0, MOST_ROWS)].map((cells) => `| ${cells.join(' | ')} |`);
  return [lines.join('\n'), ...andMore(rows)].join('\n\n');
}

export const list = (lines: readonly string[]): string =>
  [
    lines
      .slice(0, MOST_ROWS)
      .map((line) => `- ${line}`)
      .join('\n'),
    ...andMore(lines),
  ].join('\n\n');

const andMore = (rows: readonly unknown[]): readonly string[] =>
  rows.length > MOST_ROWS ? [`and ${rows.length - MOST_ROWS} more`] : [];

/**
 * Everything that Markdown, a table or HTML could take for syntax, as character references. GitHub links what looks like a
 * mail address even then, unless an element comes before the @.
 */
export const plain = (text: string): string =>
  printable(text)
    .replace(/[^\p{L}\p{N} ,;()/-]/gu, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll('&#64;', '<wbr>&#64;');

/** In code nobody is mentioned and nothing is linked. Spaces at the ends, and runs of them, are kept. */
export const code = (text: string): string => `<code>${plain(text).replace(/^ | $| (?= )/g, '&#32;')}</code>`;
