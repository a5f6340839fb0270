import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

/** Ends, as Ctrl-C ends it, once the file has begun. */
const INTERRUPTED = `
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
const [, output, folder] = process.argv;
const { writeFileWhole } = await import(output);
async function* lines() {
  while (readdirSync(folder).length < 2) {
    yield 'line\\n';
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.exit(130);
}
await writeFileWhole(folder + '/result', Readable.from(lines()));
`;

test('a file that an interruption leaves unwritten is what it was before, with nothing beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iamql-output-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'result'), 'before');
  const output = pathToFileURL(join(packageRoot, 'src', 'cli', 'output.ts')).href;
  const run = () => execFileSync(process.execPath, ['--input-type=module', '-e', INTERRUPTED, output, folder]);
  expect(run).toThrow(expect.objectContaining({ status: 130 }));
  expect(readdirSync(folder)).toEqual(['result']);
});
