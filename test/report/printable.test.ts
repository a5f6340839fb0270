import { describe, expect, test } from 'vitest';
import { renderCalls } from '../../src/report/calls.ts';
import { renderDuration } from '../../src/report/duration.ts';
import { printable, printableLines } from '../../src/report/printable.ts';

describe('printable', () => {
  test.each([
    ['plain+=,.@-_ name', 'plain+=,.@-_ name'],
    ['Zoë 李', 'Zoë 李'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['c1\u009b2J', 'c1\\u009b2J'],
    ['two\nlines\r', 'two\\u000alines\\u000d'],
    ['right\u202eto left', 'right\\u202eto left'],
    ['half\ud800', 'half\\ud800'],
    ['none\ufffe', 'none\\ufffe'],
    ['tag\u{e0041}', 'tag\\udb40\\udc41'],
  ])('%j', (name, shown) => {
    expect(printable(name)).toBe(shown);
  });

  test('lines keep their breaks, and JSON keeps its value', () => {
    const value = { name: 'a\u009b\u202e\u{e0041}\n' };
    const json = printableLines(JSON.stringify(value, null, 2));
    expect(json.split('\n')).toHaveLength(3);
    expect(json).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(JSON.parse(json)).toEqual(value);
  });
});

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [119, '1 min'],
  [3_600, '1 h'],
  [3_661, '1 h 1 min'],
  [86_399, '23 h 59 min'],
  [86_400, '1 d'],
  [90_000, '1 d 1 h'],
  [86_400 + 59 * 60, '1 d'],
])('%d seconds are %s', (seconds, text) => {
  expect(renderDuration(seconds)).toBe(text);
});

test('calls are counted by action and reason, with requests where some were repeated', () => {
  const call = { action: 'iam:ListAccessKeys', why: 'keys', attempts: 1, durationMs: 10.4, failed: false };
  const calls = [call, { ...call, attempts: 3 }, { ...call, failed: true }, { ...call, why: 'other' }];
  expect(renderCalls(calls)).toBe(
    [
      'AWS calls: 4',
      '  2 x iam:ListAccessKeys, 4 requests, 21 ms: keys',
      '  1 x iam:ListAccessKeys (no answer to use), 10 ms: keys',
      '  1 x iam:ListAccessKeys, 10 ms: other',
      '',
    ].join('\n'),
  );
});
