import { existsSync, globSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { builtPackage } from '../support/built-package.ts';
import { runCli } from '../support/run-cli.ts';

const folder = builtPackage();
afterAll(() => rmSync(folder, { recursive: true }));
const inPackage = { bin: join(folder, 'bin', 'iamql.js') };

test('the package judges without its sources and without packages of others', async () => {
  const { code, stdout, stderr } = await runCli(['check', '--sample', '--format', 'json'], inPackage);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout).controls[0]).toMatchObject({ id: 'aws-iam-no-initial-access-keys', verdict: 'FAIL' });
  expect(code).toBe(1);
});

test('the package has every control as its file says it', async () => {
  const list = ['controls', 'list'];
  expect(await runCli(list, inPackage)).toEqual(await runCli(list));
  const show = ['controls', 'show', 'aws-iam-no-initial-access-keys'];
  expect(await runCli(show, inPackage)).toEqual(await runCli(show));
});

test('the package tests its controls as a checkout does, and begins one', async () => {
  const tests = ['controls', 'test'];
  const { code, stdout } = await runCli(tests, inPackage);
  expect(stdout).toMatch(/ tests: no problem\n$/);
  expect(stdout.split('\n')).toHaveLength((await runCli(tests)).stdout.split('\n').length);
  expect(code).toBe(0);
  expect(await runCli(['controls', 'new', 'mine'], inPackage)).toMatchObject({ code: 0, stdout: '' });
});

test('the package writes a rule of AWS Config, with the function in it', async () => {
  const rule = join(folder, 'rule');
  expect(await runCli(['guardrails', 'config', '--output', rule], inPackage)).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(join(rule, 'function', 'index.mjs'), 'utf8')).toContain('handler');
});

test('the package keeps a store, with the packages that come with it', async () => {
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  const store = ['--store', join(folder, 'store')];
  const scanned = await runCli(['scan', '--sample', '--no-judge', ...store], inPackage);
  expect(scanned.stderr).toBe('');
  expect(scanned.code).toBe(0);
  expect((await runCli(['check', ...store], inPackage)).stdout).toContain('aws-iam-no-initial-access-keys');
}, 60_000);

describe('what writes to AWS in the bundle', () => {
  const cli = join(folder, 'dist', 'cli');
  const textOf = (file: string): string => readFileSync(join(cli, file), 'utf8');
  const sentBy = (file: string): readonly string[] =>
    [...textOf(file).matchAll(/\bnew ([A-Z]\w+)Command\(/g)].map(([, name]) => name as string);

  /** Every file that may ever be loaded from one on, but for those of `remediate`. */
  function loadable(begin: string): ReadonlySet<string> {
    const seen = new Set([begin]);
    for (const file of seen) {
      const imported = [...textOf(file).matchAll(/(?:from|import\()\s*["'](\.[^"']+)["']/g)];
      const files = imported.map(([, path]) => join(dirname(file), path as string));
      // Comments speak of files too.
      for (const next of files) if (!/chunks\/remediate-/.test(next) && existsSync(join(cli, next))) seen.add(next);
    }
    return seen;
  }

  test('is out of the reach of every command but remediate', () => {
    const files = loadable('main.js');
    const sent = [...files].flatMap(sentBy);
    expect(sent).toEqual(expect.arrayContaining(['ListAccessKeys', 'GetCredentialReport', 'AssumeRole']));
    // Tokens of a sign-in, which change nothing in an account.
    const reading = /^(?:Get|List|Describe|AssumeRole|GenerateCredentialReport$|Create(?:OAuth2)?Token$)/;
    expect(sent.filter((name) => !reading.test(name))).toEqual([]);
  });

  test('is in the files of remediate, and loaded by the name of one', () => {
    const files = globSync('**/*.js', { cwd: cli });
    const writing = files.filter((file) => sentBy(file).some((name) => /^(?:Update|Delete)/.test(name)));
    expect(writing).toEqual([expect.stringMatching(/^chunks\/remediate-\w+\.js$/)]);
    const asked = files.flatMap((file) => [...textOf(file).matchAll(/import\(\s*["'](\.[^"']*remediate-[^"']+)["']/g)]);
    expect(asked).toHaveLength(3);
  });
});
