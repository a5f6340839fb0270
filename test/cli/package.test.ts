import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
