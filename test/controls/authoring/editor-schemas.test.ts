import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readControl } from '../../../src/controls/authoring/parse-control.ts';
import { buildTestAccount } from '../../../src/controls/authoring/test-account.ts';
import { parseInstant } from '../../../src/iam/instant.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { YamlSource } from '../../../src/yaml/yaml-source.ts';

const compile = (name: string) => {
  const schema = JSON.parse(readFileSync(join(packageRoot, 'controls', name), 'utf8'));
  return new Ajv2020({ strict: false }).compile(schema);
};
const schemas = { control: compile('control.schema.json'), benchmark: compile('benchmark.schema.json') };

const files = globSync(['controls/**/*.yaml', 'test/fixtures/library/**/*.yaml'], { cwd: packageRoot }).sort();

type Path = readonly (string | number)[];
type Change = (control: unknown, path: Path) => void;

/** Every place in a value, from the top. */
const placesIn = (value: unknown, path: Path): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => {
        const place = [...path, Array.isArray(value) ? Number(key) : key];
        return [place, ...placesIn(inner, place)];
      })
    : [];

/** What a text says, and with which parameters, no schema for editors can read. */
const isOfTexts = ([first, second, third]: Path): boolean =>
  ['parameters', 'applicable'].includes(String(first)) ||
  (first === 'rules' && (second === undefined || third === undefined || third === 'query'));

/** @param path of a place that is there: what it is in, and its key there. */
const at = (control: unknown, path: Path): readonly [Record<string | number, unknown>, string | number] => [
  path.slice(0, -1).reduce((value, key) => (value as Record<string | number, unknown>)[key], control) as never,
  path.at(-1) as string | number,
];

const VALUES: readonly unknown[] = [
  ...[null, 0, -1, 1.5, true, false, '', 'x', 'unread', '1 day ago', '2026-01-01T00:00:00Z', 'FAIL', 'IAMUser'],
  ...[[], {}, ['x'], [null], [{}], { x: 1 }, 'eq []', 'neq null', 'eq', 'a b', 'A', '-', '0'],
];
const CHANGES: readonly Change[] = [
  (control, path) => {
    const [parent, key] = at(control, path);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  (control, path) => {
    const [parent, key] = at(control, path);
    if (!Array.isArray(parent)) parent[`${key}x`] = 'x';
  },
  ...VALUES.map(
    (value): Change =>
      (control, path) => {
        const [parent, key] = at(control, path);
        parent[key] = structuredClone(value);
      },
  ),
];

/** What the parser says, and what is said of the assets of the tests before these are run. */
function problemsOf(value: unknown): readonly string[] {
  const source = new YamlSource(stringify(value), 'x.yaml');
  const control = readControl(source);
  for (const [index, { now, ...test }] of (control?.tests ?? []).entries()) {
    if (now !== undefined && parseInstant(now) === undefined) source.wrong(['tests', index, 'now'], 'not a time');
    buildTestAccount(
      { ...test, now },
      { now: '2026-01-01T00:00:00+00:00', path: ['tests', index, 'assets'], complaints: source },
    );
  }
  return source.problems.map(({ message }) => message);
}

describe('what an editor says', () => {
  test.each(files)('of %s is what the parser says: nothing', (file) => {
    const validate = file.includes('benchmarks') ? schemas.benchmark : schemas.control;
    validate(parse(readFileSync(join(packageRoot, file), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  test('of a control in which anything but its texts was changed is what the parser says', () => {
    const controls = files
      .filter((file) => file.startsWith('controls/aws-iam'))
      .map((file) => readFileSync(join(packageRoot, file), 'utf8'));
    fc.assert(
      fc.property(fc.constantFrom(...controls), fc.nat(), fc.constantFrom(...CHANGES), (yaml, which, change) => {
        const control = parse(yaml);
        const places = placesIn(control, []).filter((path) => !isOfTexts(path));
        change(control, places[which % places.length] as Path);
        const problems = problemsOf(control);
        expect([schemas.control(control), problems]).toEqual([problems.length === 0, problems]);
      }),
      { numRuns: 400 },
    );
  });

  test('of a wrong field in a test is that it is wrong', () => {
    const control = parse(
      readFileSync(join(packageRoot, files.find((file) => !file.includes('benchmarks')) ?? ''), 'utf8'),
    );
    const withAssets = (assets: unknown) => ({ ...control, tests: [{ name: 'a', verdict: 'PASS', assets }] });
    expect(
      schemas.control(withAssets({ IAMUser: [{ userName: 'ana', accessKeys: 'unread' }], IAMRole: 'unread' })),
    ).toBe(true);
    expect(schemas.control(withAssets({ IAMUser: [{ userNam: 'ana' }] }))).toBe(false);
    expect(schemas.control(withAssets({ IAMUsr: [] }))).toBe(false);
  });
});
