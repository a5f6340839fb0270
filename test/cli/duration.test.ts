import { expect, test } from 'vitest';
import { parseDuration } from '../../src/cli/duration.ts';

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['4h', 14_400_000],
  ['7d', 604_800_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '4', 'h', '4 h', '-1s', '1.5h', '4H', '4h30m', '4w', '1e3s'])('%j is no length of time', (text) => {
  expect(() => parseDuration(text)).toThrow(/is not a length of time such as 90s, 30m, 4h or 7d/);
});

test.each(['36501d', '99999999999999999999d'])('%s is a slip of the finger', (text) => {
  expect(() => parseDuration(text)).toThrow(/is longer than 36500 days/);
});
