import { describe, expect, test } from 'vitest';
import type { Recommendation } from '../../src/controls/benchmark.ts';
import { foundingControlId, loadLibrary } from '../../src/controls/load-controls.ts';

const { benchmarks } = await loadLibrary();

/** By version: how many recommendations its section has, how many of these no control decides, and the founding control's number. */
const VERSIONS: readonly (readonly [string, number, number, string | undefined])[] = [
  ['1.2', 22, 4, '1.21'],
  ['1.3', 22, 7, '1.11'],
  ['1.4', 21, 6, '1.11'],
  ['1.5', 21, 6, '1.11'],
  ['2.0', 22, 6, '1.11'],
  ['3.0', 22, 6, '1.11'],
  ['4.0', 22, 6, '1.11'],
  ['5.0', 21, 5, '1.10'],
  ['6.0', 21, 5, '2.10'],
  ['7.0', 26, 12, undefined],
];

const recommendationsOf = (version: string): readonly Recommendation[] =>
  benchmarks
    .find(({ id }) => id === `cis-aws-${version}`)
    ?.sections.flatMap(({ recommendations }) => recommendations) ?? [];

test('every version of the CIS AWS benchmark is here, and nothing else', () => {
  expect(benchmarks.map(({ id }) => id)).toEqual(VERSIONS.map(([version]) => `cis-aws-${version}`));
});

describe.each(VERSIONS)('version %s', (version, count, undecided, founding) => {
  const recommendations = recommendationsOf(version);

  test('is whole', () => {
    expect(recommendations).toHaveLength(count);
    expect(recommendations.filter(({ control }) => control === undefined)).toHaveLength(undecided);
  });

  test('numbers its recommendations one after the other', () => {
    const prefix = Number(version) < 6 ? '1' : '2';
    const ofSection = recommendations.map(({ number }) => number).filter((number) => /^\d+\.\d+$/.test(number));
    const first = version === '7.0' ? 2 : 1;
    expect(ofSection).toEqual(ofSection.map((_, index) => `${prefix}.${index + first}`));
  });

  test('asks of initial access keys, until they were retired', () => {
    expect(recommendations.find(({ control }) => control === foundingControlId)?.number).toBe(founding);
  });
});

test('the first two let credentials lie unused for 90 days, the others for 45', () => {
  const asked = VERSIONS.map(([version]) => {
    const found = recommendationsOf(version).find(
      ({ control }) => control === 'aws-iam-unused-credentials-are-disabled',
    );
    return found?.control === undefined ? undefined : (found.parameters['maxUnusedDays'] ?? 45);
  });
  expect(asked).toEqual([90, 90, 45, 45, 45, 45, 45, 45, 45, 45]);
});
