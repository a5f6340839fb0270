import { describe, expect, test } from 'vitest';
import { parseBenchmark } from '../../../src/controls/authoring/parse-benchmark.ts';

const LINES = [
  'id: some-1.0',
  'title: Some Benchmark v1.0',
  'sections:',
  "  - number: '1'",
  '    title: Identity',
  '    recommendations:',
  "      - {number: '1.1', level: 1, title: Contacts, notAutomated: A person must look.}",
  "      - {number: '1.10', level: 2, control: some-control, parameters: {maxAgeDays: 45}}",
];
const withLine = (line: number, text: string): string => LINES.with(line - 1, text).join('\n');

test('a recommendation is decided by a control or by nobody', () => {
  expect(parseBenchmark(LINES.join('\n'), 'x.yaml')).toEqual({
    id: 'some-1.0',
    title: 'Some Benchmark v1.0',
    sections: [
      {
        number: '1',
        title: 'Identity',
        recommendations: [
          { number: '1.1', level: 1, control: undefined, title: 'Contacts', notAutomated: 'A person must look.' },
          { number: '1.10', level: 2, control: 'some-control', parameters: { maxAgeDays: 45 } },
        ],
      },
    ],
  });
});

describe('what is wrong, with file, line and column', () => {
  test.each([
    ['an empty file', '', /^x\.yaml:1:1: a benchmark file is a map/],
    [
      'a number that is none in quotes',
      withLine(8, '      - {number: 1.10, level: 1, control: a}'),
      /^x\.yaml:8:18: number is not text: write it in quotes, because YAML reads 1\.10 as 1\.1/,
    ],
    [
      'a number twice',
      withLine(8, "      - {number: '1.1', level: 1, control: a}"),
      /^x\.yaml:8:18: the number 1\.1 is used already/,
    ],
    ['a level that is none', withLine(8, "      - {number: '2', level: 3, control: a}"), /8:30: level is not 1 or 2/],
    [
      'neither control nor title',
      withLine(8, "      - {number: '2', level: 1}"),
      /8:9: title is missing, or the control/,
    ],
    ['no reason', withLine(8, "      - {number: '2', level: 1, title: A}"), /8:9: notAutomated is missing/],
    ['both', withLine(8, "      - {number: '2', level: 1, control: a, title: A}"), /8:9: a control decides it/],
    [
      'parameters for nobody',
      withLine(8, "      - {number: '2', level: 1, title: A, notAutomated: B, parameters: {a: 1}}"),
      /8:9: there is no control that would take parameters/,
    ],
    ['an unknown key', withLine(5, '    name: Identity'), /5:\d+: unknown key name; known are number, title/],
  ])('%s', (_name, yaml, message) => {
    expect(() => parseBenchmark(yaml, 'x.yaml')).toThrow(message);
  });
});
