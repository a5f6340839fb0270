import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { iamqlBin } from '../support/run-cli.ts';

const page = readFileSync(join(packageRoot, 'docs', 'first-control.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

const folder = mkdtempSync(join(tmpdir(), 'iamql-first-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a line as a person types it. */
function run(line: string): Promise<{ readonly code: number; readonly output: string }> {
  const shell = `iamql() { "$NODE" "${iamqlBin()}" "$@"; }\n${line}`;
  const env = { PATH: process.env['PATH'], NODE: process.execPath };
  return new Promise((resolve) => {
    execFile('sh', ['-c', shell], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

test('docs/first-control.md, from begin to end', async () => {
  let output = '';
  for (const { language, text } of blocks) {
    if (language === 'yaml') writeFileSync(join(folder, 'users-have-an-owner.yaml'), text);
    if (language === 'text') expect(output).toContain(text);
    if (language !== 'sh') continue;
    const ran = await run(text);
    expect(ran.code, text + ran.output).toBe(Number(/# exits with (\d)/.exec(text)?.[1] ?? 0));
    output = ran.output;
  }
  expect(blocks.map(({ language }) => language)).toEqual([
    'sh',
    'sh',
    'sh',
    'text',
    'yaml',
    'sh',
    'text',
    'sh',
    'text',
    'sh',
  ]);
});

test('what the page says of the sample is so', async () => {
  const [first] = blocks;
  expect((await run(first?.text ?? '')).output).toContain('"etl"');
});
