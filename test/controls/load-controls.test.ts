import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBenchmark, findControls, loadLibrary, readLibrary } from '../../src/controls/load-controls.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-controls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const control = (id: string, ...more: readonly string[]): string =>
  [
    `id: ${id}`,
    'title: A title',
    'severity: low',
    'connectors: [AWS]',
    'assetTypes: [IAMUser]',
    'overview: What.',
    'remediation: {console: a, cli: b, iac: c}',
    'why: Why.',
    'falsePositives: None.',
    'rules:',
    "  - {name: one, title: One, query: 'query($maxAgeDays: Int!) {AWSIAM4(days: $maxAgeDays) {arn}}', expect: 'eq []'}",
    'parameters: {maxAgeDays: {default: 90, description: How old.}}',
    ...more,
  ].join('\n');

const benchmark = (pointsAt: string): string =>
  `id: mine-1\ntitle: Mine\nsections:\n  - number: '1'\n    title: All\n    recommendations:\n      - ${pointsAt}\n`;

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

describe("a person's own controls", () => {
  test('stand beside the bundled ones, with benchmarks that may point at both', async () => {
    write('deep/mine.yaml', control('mine'));
    write(
      'benchmarks/mine-1.yaml',
      benchmark("{number: '1.1', level: 1, control: mine, parameters: {maxAgeDays: 30}}"),
    );
    const library = await loadLibrary([folder]);
    const ids = library.controls.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toContain('mine');
    expect(ids).toContain('aws-iam-no-initial-access-keys');
    expect(findBenchmark('mine-1', library).title).toBe('Mine');
    expect(() => findBenchmark('mine-2', library)).toThrow('did you mean mine-1?');
    await expect(findControls(['mime'], library)).rejects.toThrow('there is no control "mime"; did you mean mine?');
  });

  test.each([
    [
      'a bundled id',
      'a.yaml',
      control('aws-iam-no-initial-access-keys'),
      /a\.yaml:1:5: the id .* controls\/aws-iam\/\S+:1:5/,
    ],
    [
      'a bundled alias',
      'a.yaml',
      control('mine', 'aliases: [aws-1-3-0-iam-11]'),
      /a\.yaml:13:11: .* controls\/aws-iam\/\S+:\d+:5/,
    ],
    [
      'no such control',
      'b.yaml',
      benchmark("{number: '1', level: 1, control: nothing-like-it}"),
      /b\.yaml:7:\d+: there is no control/,
    ],
    [
      'a control meant',
      'b.yaml',
      benchmark("{number: '1', level: 1, control: aws-iam-no-initial-access-key}"),
      /did you mean aws-iam-no-initial-access-keys\?/,
    ],
    [
      'a parameter that is none',
      'b.yaml',
      benchmark("{number: '1', level: 1, control: aws-iam-no-initial-access-keys, parameters: {a: 1}}"),
      /b\.yaml:7:\d+: .* has no parameter a/,
    ],
  ])('%s is an error with its place', async (_name, file, text, message) => {
    write(file, text);
    await expect(loadLibrary([folder])).rejects.toThrow(message);
  });

  test('a folder that is not there, or holds none, is an error', async () => {
    await expect(loadLibrary([join(folder, 'none')])).rejects.toThrow(
      /cannot read .*none: there is no such file or folder/,
    );
    await expect(loadLibrary([folder])).rejects.toThrow('there is no .yaml file in');
  });
});

describe('the bundled library', () => {
  test('is as it is written, whether it was built or not', async () => {
    const written = JSON.parse(JSON.stringify(await readLibrary()));
    expect(JSON.parse(JSON.stringify(await loadLibrary()))).toEqual(written);
    expect(written.controls.length).toBeGreaterThan(0);
  });
});
