/** Of a terminal, in characters. */
const WIDTH = 100;

/** A text in lines that fit a terminal. */
export const wrap = (text: string, spaces: number): string =>
  indent(text.replace(new RegExp(`(.{1,${WIDTH - spaces}})(?: +|$)`, 'gm'), '$1\n').trimEnd(), spaces);

/** Each line of a text, moved to the right. */
export const indent = (text: string, spaces: number): string =>
  text
    .split('\n')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n');
