import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseControl } from '../../src/controls/authoring/parse-control.ts';
import type { Control } from '../../src/controls/control.ts';
import { type LibraryFiles, writeLibrary } from './published-library.ts';
import { runCli } from './run-cli.ts';

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes a published library and imports it, as a person does. */
export async function importLibrary(files: LibraryFiles) {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-import-'));
  folders.push(folder);
  await writeLibrary(folder, files);
  const output = join(folder, 'imported');
  const result = await runCli(['controls', 'import', folder, '--output', output]);
  return { ...result, output, folder };
}

/** The files that were written, read as control files are. */
export async function controlsIn(output: string): Promise<ReadonlyMap<string, Control>> {
  const names = await readdir(output);
  const read = names.map(async (name) => parseControl(await readFile(join(output, name), 'utf8'), name));
  return new Map((await Promise.all(read)).map((one) => [one.id, one]));
}
