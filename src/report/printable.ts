/**
 * Characters that command a terminal or hide in a line: controls, format characters such as bidi overrides, separators;
 * and what an encoding, XML or HTML cannot hold: halves of pairs, noncharacters such as U+FFFE.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{NChar}]/gu;
const UNPRINTABLE_IN_LINES = /(?!\r?\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{NChar}]/gu;

/**
 * A name as it may be shown. AWS allows few characters in one, but a report file may hold anything, and what a terminal
 * takes for a command could rewrite the verdict above it.
 */
export const printable = (name: string): string => name.replace(UNPRINTABLE, escapeUnits);

/** The same for whole lines. In JSON the escapes stand for the same characters, so the value does not change. */
export const printableLines = (text: string): string => text.replace(UNPRINTABLE_IN_LINES, escapeUnits);

const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => unitEscape(character.charCodeAt(index))).join('');

const unitEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
