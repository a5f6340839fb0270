/** The first characters of Unicode, of which PostgreSQL takes all but the first. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
const TO_ESCAPE = /[\u0000-\u0003]/g;
const ESCAPES = ['\u0001\u0002\u0002', '\u0001\u0002\u0003', '\u0001\u0003\u0002', '\u0001\u0003\u0003'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what escapes are written with.
const ESCAPE = /\u0001[\u0002\u0003]{2}/g;

/**
 * A value, a list of values or an object with values, as the store keeps it. PostgreSQL takes no NUL in a text: NUL, and the
 * three characters that escapes are written with, are escaped. Texts keep their order by it, and a part of a text stays a
 * part of it, because an escape begins with a character that stands nowhere else. Half of a surrogate pair, for which UTF-8
 * has no bytes, is kept as U+FFFD, and no question can ask for it.
 */
export function storedValue(value: unknown): unknown {
  if (typeof value !== 'string') return inside(value, storedValue);
  return value.toWellFormed().replace(TO_ESCAPE, (character) => ESCAPES[character.charCodeAt(0)] as string);
}

/** What every escape begins with, and nothing else. */
export const ESCAPED = '\u0001';

/** What a stored value, or each of a list or an object, stands for. */
export function readStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.some(mayBeEscaped) ? value.map(readStored) : value;
  if (typeof value !== 'string') return inside(value, readStored);
  if (!value.includes(ESCAPED)) return value;
  return value.replace(ESCAPE, (written) => String.fromCharCode(ESCAPES.indexOf(written)));
}

const mayBeEscaped = (item: unknown): boolean => typeof item !== 'string' || item.includes(ESCAPED);

function inside(value: unknown, each: (one: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(each);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, each(one)]));
}
