import { globSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
test('what writes to AWS is in files of its own, which no other command loads', () => {
  const files = globSync('dist/cli/**/*.js', { cwd: folder });
  const sends = files.filter((file) =>
    /new (?:Update|Delete)AccessKeyCommand\(/.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(sends.length).toBeGreaterThan(0);
  expect(sends.filter((file) => !/chunks\/remediate-/.test(file))).toEqual([]);
});
