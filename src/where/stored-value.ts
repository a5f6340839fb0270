/** The first characters of Unicode, of which PostgreSQL takes all but the first. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
const TO_ESCAPE = /[\u0000-\u0003]/g;
const ESCAPES = ['\u0001\u0002\u0002', '\u0001\u0002\u0003', '\u0001\u0003\u0002', '\u0001\u0003\u0003'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what escapes are written with.
const ESCAPE = /\u0001[\u0002\u0003]{2}/g;

/**
 * A value, or a list of them, as the store keeps it. PostgreSQL has no NUL in a text. It and the three characters that write
 * it are escaped so that the order of texts stays, and what is a part of one text still is: an escape begins with a
 * character that stands nowhere else, so none begins within another. Half of a surrogate pair, which UTF-8 has no bytes for,
 * is kept as U+FFFD, and no question can ask for it.
 */
export function storedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storedValue);
  if (typeof value !== 'string') return value;
  return value.toWellFormed().replace(TO_ESCAPE, (character) => ESCAPES[character.charCodeAt(0)] as string);
}

/** What every escape begins with, and nothing else. */
export const ESCAPED = '\u0001';

/** What a stored value, or each of a list, stands for. */
export function readStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readStored);
  if (typeof value !== 'string' || !value.includes(ESCAPED)) return value;
  return value.replace(ESCAPE, (written) => String.fromCharCode(ESCAPES.indexOf(written)));
}
