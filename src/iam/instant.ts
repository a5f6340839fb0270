/**
 * An instant in canonical form: UTC as `+00:00`, which is how AWS writes it, and no zeros at the end of a fraction. Equal
 * instants are equal strings, and comparing the strings compares the instants ("+" sorts before "." and every digit).
 */
export type Instant = string;

/** What AWS writes, of days that every month has: canonical already, so nothing needs to be built. */
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\+00:00$/;

/** What it looks like; which days a month has is another matter. */
export const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d)))?$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Parses an RFC 3339 time with an offset, or a date alone, which is 00:00 UTC. Fractions are kept to the last digit.
 * Returns undefined for anything else: a time without an offset, a 30th of February.
 */
export function parseInstant(text: string): Instant | undefined {
  if (CANONICAL.test(text)) return text;
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  if (hour === undefined) return `${text}T00:00:00+00:00`;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const digits = fraction?.replace(/0+$/, '');
  const tail = digits ? `.${digits}+00:00` : '+00:00';
  const offset = Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0);
  if (offset === 0) return `${text.slice(0, 10)}T${hour}:${minute}:${second}${tail}`;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const local = Date.parse(`${text.slice(0, 10)}T${hour}:${minute}:${second}Z`);
  const utc = new Date(local - (sign === '-' ? -offset : offset) * 60_000).toISOString();
  // Beyond the years 0 to 9999 it has a sign and six digits, which would not sort.
  return /^\d{4}-/.test(utc) ? utc.slice(0, -5) + tail : undefined;
}

/** Milliseconds since 1970; anything below a millisecond is dropped. */
export function instantToMs(instant: Instant): number {
  return Date.parse(instant);
}

/** The instant of a clock reading or of an SDK's Date. */
export function instantOf(date: Date): Instant {
  return date.toISOString().replace(/\.?0*Z$/, '+00:00');
}

/** As people and GraphQL clients write it: `2026-03-01T10:20:30Z`. */
export function renderInstant(instant: Instant): string {
  return instant.replace('+00:00', 'Z');
}

function isDate(year: number, month: number, day: number): boolean {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  const days = DAYS_IN_MONTH[month - 1];
  return days !== undefined && day >= 1 && day <= days + leap;
}
