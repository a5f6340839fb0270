import type { Scalar } from 'yaml';

/**
 * Where in a YAML file a character of a text stands, however the text is written there. Folding and indenting add and take
 * away nothing but white space, so the n-th character of the text that is none is the n-th of the file.
 *
 * @param index of the character in the text.
 * @returns undefined where it cannot be told.
 */
export function offsetInScalar(yaml: string, { value, range, type }: Scalar, index: number): number | undefined {
  if (typeof value !== 'string' || !range) return undefined;
  const [start, end] = range;
  const isBlock = type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL';
  // The first line of a block says how to read it.
  const first = isBlock ? yaml.indexOf('\n', start) + 1 : start;
  const written = yaml.slice(first, end);
  const offsets =
    type === 'QUOTE_DOUBLE' ? doubleQuoted(written) : type === 'QUOTE_SINGLE' ? singleQuoted(written) : plain(written);
  const before = countInk(value.slice(0, index));
  const isInk = INK.test(value[index] ?? ' ');
  if (isInk) return offsets[before] === undefined ? undefined : first + offsets[before];
  // White space stands behind what is before it.
  const previous = offsets[before - 1];
  return previous === undefined ? first : first + previous + 1;
}

const INK = /\S/;
const countInk = (text: string): number => text.replace(/\s+/g, '').length;

const plain = (written: string): readonly number[] => [...written.matchAll(/\S/g)].map(({ index }) => index);

/** A quote is written twice. */
const singleQuoted = (written: string): readonly number[] =>
  [...written.slice(0, -1).matchAll(/''|\S/g)].slice(1).map(({ index }) => index);

const UNIT = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[\s\S])|\S/g;
/** What stands behind a backslash for white space, or for the end of a line that is none. */
const BLANK_ESCAPES = 'tnvfr LP_\t\n';

const doubleQuoted = (written: string): readonly number[] =>
  [...written.slice(0, -1).matchAll(UNIT)]
    .slice(1)
    .flatMap(({ 0: unit, index }) => Array.from({ length: countInk(charOf(unit)) }, () => index));

function charOf(unit: string): string {
  if (unit.length > 2) return String.fromCodePoint(Number.parseInt(unit.slice(2), 16));
  if (unit.length === 1) return unit;
  return BLANK_ESCAPES.includes(unit.charAt(1)) ? ' ' : unit.charAt(1);
}
