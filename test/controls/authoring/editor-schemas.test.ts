import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/package-root.ts';

const compile = (name: string) => {
  const schema = JSON.parse(readFileSync(join(packageRoot, 'controls', name), 'utf8'));
  return new Ajv2020({ strict: false }).compile(schema);
};
const schemas = { control: compile('control.schema.json'), benchmark: compile('benchmark.schema.json') };

const files = globSync(['controls/**/*.yaml', 'test/fixtures/library/**/*.yaml'], { cwd: packageRoot }).sort();

describe('what an editor says', () => {
  test.each(files)('of %s is what the parser says: nothing', (file) => {
    const validate = file.includes('benchmarks') ? schemas.benchmark : schemas.control;
    validate(parse(readFileSync(join(packageRoot, file), 'utf8')));
    expect(validate.errors).toBeNull();
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
