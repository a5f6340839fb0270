import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../support/run-cli.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-authoring-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => runCli(['controls', ...args], { cwd: folder });
const BUNDLED = 'aws-iam-no-initial-access-keys';

describe('controls test', () => {
  test('finds no problem in the bundled library', async () => {
    const { code, stdout, stderr } = await run('test');
    expect(stderr).toBe('');
    expect(stdout).toContain(`ok     ${BUNDLED} (controls/aws-iam/${BUNDLED}.yaml)\n    ok     `);
    expect(stdout).toMatch(/\n\n\d+ files?, \d+ tests: no problem\n$/);
    expect(code).toBe(0);
  });

  test('tests a folder beside the bundled library, benchmarks included', async () => {
    writeFileSync(join(folder, 'mine.yaml'), readFileSync(join(packageRoot, 'controls', 'aws-iam', `${BUNDLED}.yaml`)));
    writeFileSync(
      join(folder, 'mine-1.yaml'),
      "id: mine-1\ntitle: Mine\nsections:\n  - number: '1'\n    title: All\n    recommendations:\n      - {number: '1', level: 1, control: no-such-control}\n      - {number: '2', level: 1, control: aws-iam-no-initial-access-key}\n",
    );
    const { code, stdout } = await run('test', '--controls', '.');
    expect(stdout).toContain('WRONG  mine-1.yaml\n');
    expect(stdout).toContain(
      `\nmine.yaml:1:5: the id ${BUNDLED} is used already: controls/aws-iam/${BUNDLED}.yaml:1:5\n`,
    );
    expect(stdout).toContain('\nmine-1.yaml:7:42: there is no control no-such-control');
    expect(stdout).toContain(
      `\nmine-1.yaml:8:42: there is no control aws-iam-no-initial-access-key; did you mean ${BUNDLED}?`,
    );
    expect(code).toBe(1);
  });

  test('goes on after a file that cannot be read as YAML', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'id: [');
    writeFileSync(join(folder, 'b.yaml'), 'id: b\ntitle: 7\n');
    const { code, stdout } = await run('test', 'a.yaml', 'b.yaml');
    expect(stdout).toMatch(/\na\.yaml:1:\d+: /);
    expect(stdout).toContain('\nb.yaml:2:8: title is not text\n');
    expect(stdout).toContain('\nb.yaml:1:1: severity is missing\n');
    expect(code).toBe(1);
  });

  test('could not run without such a file', async () => {
    expect(await run('test', 'none.yaml')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'iamql: cannot open none.yaml: there is no such file or folder\n',
    });
    expect(await run('test', '--controls', '.')).toMatchObject({
      code: 3,
      stderr: 'iamql: there is no .yaml file in .\n',
    });
  });
});

describe('controls new', () => {
  test('writes a file whose blanks controls test names, one by one', async () => {
    const begun = await run('new', 'my-control', '--controls', 'deep/controls');
    const file = join('deep', 'controls', 'my-control.yaml');
    expect(begun).toEqual({
      code: 0,
      stdout: '',
      stderr: `wrote ${file}; what is left to fill in: iamql controls test ${file}\n`,
    });
    const { code, stdout } = await run('test', file);
    const blanks = [...stdout.matchAll(/: (\w+) is blank: /g)].map(([, key]) => key);
    expect(blanks).toEqual([
      'title',
      'severity',
      'overview',
      'why',
      'console',
      'cli',
      'iac',
      'falsePositives',
      'title',
      'query',
    ]);
    expect(code).toBe(1);
  });

  test('writes over nothing', async () => {
    await run('new', 'my-control');
    const written = readFileSync(join(folder, 'my-control.yaml'), 'utf8');
    expect(await run('new', 'my-control')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'iamql: my-control.yaml is there already\n',
    });
    expect(readFileSync(join(folder, 'my-control.yaml'), 'utf8')).toBe(written);
  });

  test.each([
    [BUNDLED, `the id ${BUNDLED} is used already: \`iamql controls show ${BUNDLED}\``],
    ['aws-1-3-0-iam-11', 'the id aws-1-3-0-iam-11 is used already: `iamql controls show aws-1-3-0-iam-11`'],
    ['../Mine', '"../Mine": an id is lower case letters, digits and hyphens'],
  ])('%s is no id for a new one', async (id, message) => {
    expect(await run('new', id)).toEqual({ code: 3, stdout: '', stderr: `iamql: ${message}\n` });
    expect(existsSync(join(folder, `${id}.yaml`))).toBe(false);
  });

  test('names the schema for editors where the package is installed below', async () => {
    const { stderr } = await runCli(['controls', 'new', 'x-control', '--controls', folder], { cwd: packageRoot });
    expect(stderr).toMatch(/^wrote /);
    expect(readFileSync(join(folder, 'x-control.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=(\.\.\/)+.*controls\/control\.schema\.json\n/,
    );
  });
});
