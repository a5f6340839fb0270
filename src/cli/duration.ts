import { IamqlError } from '../iam/error.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** More is a slip of the finger, and no time is that long ago. */
const MOST_DAYS = 36_500;

/** Reads `90s`, `30m`, `4h` or `7d` as milliseconds. @throws IamqlError InvalidInput */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const size = MILLISECONDS[unit ?? ''];
  if (!count || !size)
    throw new IamqlError('InvalidInput', `${JSON.stringify(text)} is not a length of time such as 90s, 30m, 4h or 7d`);
  const milliseconds = Number(count) * size;
  if (milliseconds > MOST_DAYS * 86_400_000)
    throw new IamqlError('InvalidInput', `${JSON.stringify(text)} is longer than ${MOST_DAYS} days`);
  return milliseconds;
}
