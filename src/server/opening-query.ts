import { parse, print } from 'graphql';

/**
 * A bare stored text as an operation with a name, one condition a line: what the explorer opens on. The page's editor
 * knows operations only, and does not wrap lines.
 */
export function openingQuery(name: string, bareText: string): string {
  return breakArguments(print(parse(`query ${name} { ${bareText} }`)));
}

/** graphql-js prints an argument on one line: within parentheses every bracket gets lines of its own. */
function breakArguments(text: string): string {
  let output = '';
  let depth = 0;
  let indent = 0;
  let inArguments = false;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|, |[()[\]{}]|[^",()[\]{}]+/g) ?? []) {
    if (token === '(' || token === ')') inArguments = token === '(';
    if (inArguments && depth === 0) indent = (/( *)[^ \n]*[^\n]*$/.exec(output)?.[1] ?? '').length;
    if (!inArguments || !/^(, |[[\]{}])$/.test(token)) output += token;
    else if (/[[{]/.test(token)) output += token + newLine(indent + 2 * ++depth);
    else if (token === ', ') output += newLine(indent + 2 * depth);
    else output += newLine(indent + 2 * --depth) + token;
  }
  return output;
}

const newLine = (indent: number): string => `\n${' '.repeat(indent)}`;
