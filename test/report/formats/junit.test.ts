import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { renderJUnit } from '../../../src/report/formats/junit.ts';
import { wordsOfAccount } from '../../../src/report/found.ts';
import { printable } from '../../../src/report/printable.ts';
import { type JUnitSuite, readAs } from '../../support/format-readers.ts';
import {
  anyRun,
  DENIED,
  failed,
  fullRun,
  hostileRuns,
  hostileTexts,
  runWithTexts,
  sampleRun,
  severalRun,
  severalUnread,
} from '../example-runs.ts';

/** What an XML parser that forgives nothing reads: each element with its attributes, each text. */
function parse(xml: string): readonly (readonly unknown[] | string)[] {
  const read: (readonly unknown[] | string)[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => read.push([name, attributes]));
  parser.on('text', (text) => text.trim() !== '' && read.push(text));
  parser.write(xml).close();
  return read;
}

const outcomes = (suite: JUnitSuite | undefined): readonly unknown[] =>
  suite?.cases.map(({ name, results }) => [
    name,
    ...results.flatMap(([kind, message, text]) => [kind, message ?? text]),
  ]) ?? [];

describe('renderJUnit', () => {
  test('is read by a published reader: a suite for each section, a case for each rule, an outcome for each fate', async () => {
    const [suites = []] = await readAs('junit', [renderJUnit(fullRun)]);
    expect(suites.map(({ name, counts }) => [name, ...counts])).toEqual([
      ['1 Identity and Access Management', 7, 2, 2, 2],
      ['2 Console', 2, 0, 0, 1],
    ]);
    expect(outcomes(suites[0])).toEqual([
      [
        '1.1 Maintain current contact details',
        'Skipped',
        'not automated: only a person can tell whether a phone number is current',
      ],
      ['1.5 The root user has MFA', 'Error', `ERROR: could not be judged: ${DENIED}`],
      [`1.11 ${failed.control.title}`, 'Failure', 'FAIL: 3 of 10 IAM users'],
      ['1.12 Console passwords are in use', 'Failure', 'FAIL: 3 of 10 IAM users'],
      ['1.12 Console passwords are in use (the rest of it)', 'Error', `could not be judged in full: ${DENIED}`],
      ['1.14 Access keys are rotated (maxAgeDays: 45)'],
      [
        '1.14 Access keys are rotated (maxAgeDays: 45), etl',
        'Skipped',
        'excepted until 2026-12-31, owner Data platform: the nightly job moves to a role in December (OPS-12)',
      ],
    ]);
    expect(suites[0]?.properties).toEqual([
      ['benchmark', 'CIS AWS Foundations Benchmark v9.0'],
      [
        'score',
        '2 of 4 judged passed; 1 could not be judged (ERROR); 1 left out of this run; 1 not automated; 1 finding excepted',
      ],
      ['account', wordsOfAccount(fullRun)],
    ]);
    expect(outcomes(suites[1])).toEqual([
      ['2.1 CloudShell is restricted'],
      ['2.2 aws-iam-left-out', 'Skipped', 'not judged: it was left out of this run'],
    ]);
  });

  test('is valid by the schema of Jenkins and by the one of Ant', async () => {
    const runs = [fullRun, sampleRun, severalRun, severalUnread, { ...sampleRun, controls: [] }, ...hostileRuns];
    const broken = renderJUnit(sampleRun).replace('<failure type="FAIL"', '<failure kind="FAIL"');
    const complaints = await readAs('junitSchemas', [broken, ...runs.map(renderJUnit)]);
    expect(complaints[0]).toHaveLength(3);
    expect(complaints.slice(1).flat()).toEqual([]);
  });

  test('a failure names who and what', async () => {
    const [[suite] = []] = await readAs('junit', [renderJUnit(sampleRun)]);
    const [, , text] = suite?.cases[0]?.results[0] ?? [];
    expect(text).toContain(
      'etl\n  access key 1 AKIASAMPLE007EXAMPLE, since 2024-02-02T02:05:00Z\n  console password: no',
    );
    expect(suite?.cases[0]?.classname).toBe(failed.control.id);
  });

  test('any text is well formed and read back as it is shown', () => {
    fc.assert(
      fc.property(anyRun, (texts) => {
        const read = parse(renderJUnit(runWithTexts(texts)));
        const [name, owner, reason, message] = texts.map(printable);
        expect(read).toContainEqual(['failure', { type: 'FAIL', message: 'FAIL: 1 of 10 IAM users' }]);
        expect(read.filter((part) => typeof part === 'string')[0]).toMatch(/\n {2}access key 1 /);
        expect(read.some((part) => typeof part === 'string' && part.startsWith(`${name}\n`))).toBe(true);
        expect(read[read.findIndex(([element]) => element === 'skipped') + 1]).toBe(
          `excepted until 2026-12-31, owner ${owner}: ${reason} (OPS-12)`,
        );
        expect(read).toContainEqual(['error', { type: 'ERROR', message: `ERROR: could not be judged: ${message}` }]);
      }),
      { examples: hostileTexts.map((text) => [[text, text, text, text]]) },
    );
  });
});
