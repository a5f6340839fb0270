import { describe, expect, test } from 'vitest';
import { instantOf, instantToMs, parseInstant, renderInstant } from '../../src/iam/instant.ts';

describe('a time in any form of RFC 3339 becomes the one canonical text', () => {
  test.each<[name: string, text: string, instant: string]>([
    ['as AWS writes it', '2024-03-01T10:20:30+00:00', '2024-03-01T10:20:30+00:00'],
    ['on a day that not every month has', '2024-03-31T10:20:30+00:00', '2024-03-31T10:20:30+00:00'],
    ['with Z', '2024-03-01T10:20:30Z', '2024-03-01T10:20:30+00:00'],
    ['with small letters', '2024-03-01t10:20:30z', '2024-03-01T10:20:30+00:00'],
    ['with a space for the T', '2024-03-01 10:20:30Z', '2024-03-01T10:20:30+00:00'],
    ['a date alone', '2024-03-01', '2024-03-01T00:00:00+00:00'],
    ['the last second of a day', '2024-03-01T23:59:59Z', '2024-03-01T23:59:59+00:00'],
    ['an unknown offset', '2024-03-01T10:20:30-00:00', '2024-03-01T10:20:30+00:00'],
    ['east of UTC', '2024-03-01T10:20:30+02:00', '2024-03-01T08:20:30+00:00'],
    ['west of UTC, into the next day', '2024-12-31T22:00:00-05:30', '2025-01-01T03:30:00+00:00'],
    ['east of UTC, into the leap day', '2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00+00:00'],
    ['the largest offset', '2024-03-02T00:00:00+23:59', '2024-03-01T00:01:00+00:00'],
    ['a fraction', '2024-03-01T10:20:30.5Z', '2024-03-01T10:20:30.5+00:00'],
    ['a fraction of zeros', '2024-03-01T10:20:30.000Z', '2024-03-01T10:20:30+00:00'],
    ['zeros at the end of a fraction', '2024-03-01T10:20:30.120+00:00', '2024-03-01T10:20:30.12+00:00'],
    ['finer than a millisecond', '2024-03-01T10:20:30.123456789Z', '2024-03-01T10:20:30.123456789+00:00'],
    ['a fraction and an offset', '2024-03-01T10:20:30.1234567+02:00', '2024-03-01T08:20:30.1234567+00:00'],
    ['the leap day', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00+00:00'],
    ['the leap day of a year that 400 divides', '2000-02-29', '2000-02-29T00:00:00+00:00'],
    ['the first second of year 0', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00+00:00'],
    ['the last second of year 9999', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59+00:00'],
  ])('%s', (_, text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });
});

test.each<[name: string, text: string]>([
  ['nothing', ''],
  ['a word', 'N/A'],
  ['a time without an offset', '2024-03-01T10:20:30'],
  ['a time without seconds', '2024-03-01T10:20Z'],
  ['a year and a month', '2024-03'],
  ['a 30th of February', '2024-02-30T00:00:00Z'],
  ['a leap day in a common year', '2023-02-29T00:00:00Z'],
  ['a leap day in a year that 100 divides', '1900-02-29'],
  ['a 31st of April', '2024-04-31'],
  ['month 0, in the form AWS writes', '2024-00-01T10:20:30+00:00'],
  ['month 13', '2024-13-01T10:20:30+00:00'],
  ['day 0', '2024-03-00T10:20:30+00:00'],
  ['day 32', '2024-03-32'],
  ['hour 24', '2024-03-01T24:00:00Z'],
  ['minute 60', '2024-03-01T10:60:00Z'],
  ['second 60, which no clock of AWS shows', '2024-03-01T10:20:60Z'],
  ['offset hour 24', '2024-03-01T10:20:30+24:00'],
  ['offset minute 60', '2024-03-01T10:20:30+01:60'],
  ['an offset without a colon', '2024-03-01T10:20:30+0000'],
  ['half an offset', '2024-03-01T10:20:30+00:0'],
  ['a fraction without digits', '2024-03-01T10:20:30.Z'],
  ['a year of five digits', '12024-03-01T10:20:30Z'],
  ['a space before', ' 2024-03-01T10:20:30Z'],
  ['a line break after', '2024-03-01T10:20:30Z\n'],
  ['a spreadsheet’s date', '3/1/2024 10:20'],
  ['before year 0, once in UTC: no four digits can say so', '0000-01-01T00:00:00+01:00'],
  ['after year 9999, once in UTC', '9999-12-31T23:59:59-01:00'],
])('not a time: %s', (_, text) => {
  expect(parseInstant(text)).toBeUndefined();
});

describe('comparing the texts compares the instants', () => {
  const inOrder = [
    '0001-01-01',
    '1999-12-31T23:59:59.999999Z',
    '2024-03-01T00:00:00+01:00',
    '2024-03-01',
    '2024-03-01T10:20:30Z',
    '2024-03-01T10:20:30.000000001Z',
    '2024-03-01T10:20:30.05Z',
    '2024-03-01T12:20:30.5+02:00',
    '2024-03-01T10:20:30.55Z',
    '2024-03-01T05:20:31-05:00',
    '2024-03-01T23:59:59.9Z',
    '2024-03-02T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ];

  test('sorted as texts they stand in the order of time', () => {
    const instants = inOrder.map((text) => parseInstant(text) as string);
    expect([...instants].reverse().sort()).toEqual(instants);
    expect(new Set(instants).size).toBe(inOrder.length);
  });

  test.each<[string, string]>([
    ['2024-03-01T10:20:30Z', '2024-03-01T12:20:30.000+02:00'],
    ['2024-03-01', '2024-02-29T19:00:00-05:00'],
    ['2024-03-01T10:20:30.5Z', '2024-03-01t10:20:30.5000-00:00'],
  ])('%s and %s are one instant and one text', (a, b) => {
    expect(parseInstant(a)).toBe(parseInstant(b));
  });
});

test.each<[name: string, date: string, instant: string]>([
  ['whole seconds', '2024-03-01T10:20:30.000Z', '2024-03-01T10:20:30+00:00'],
  ['seconds that end in zeros', '2024-03-01T10:00:00.000Z', '2024-03-01T10:00:00+00:00'],
  ['milliseconds', '2024-03-01T10:20:30.120Z', '2024-03-01T10:20:30.12+00:00'],
])('a Date becomes the text that parsing gives: %s', (_, date, instant) => {
  expect(instantOf(new Date(date))).toBe(instant);
  expect(parseInstant(date)).toBe(instant);
});

test('milliseconds since 1970 drop what is below a millisecond', () => {
  expect(instantToMs('1970-01-01T00:00:01+00:00')).toBe(1000);
  expect(instantToMs('1970-01-01T00:00:01.123456789+00:00')).toBe(1123);
});

test('people are shown Z, and a fraction as it is', () => {
  expect(renderInstant('2024-03-01T10:20:30+00:00')).toBe('2024-03-01T10:20:30Z');
  expect(renderInstant('2024-03-01T10:20:30.5+00:00')).toBe('2024-03-01T10:20:30.5Z');
});
