import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Control } from '../controls/control.ts';
import { loadControls } from '../controls/load-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { writeFileWhole, writeResult } from './output.ts';

interface ImportOptions {
  readonly output: string;
  readonly force?: boolean;
}

/** @param controls the command that it is a part of. */
export function addControlsImportCommand(controls: Command): void {
  controls
    .command('import')
    .description(
      'Reads a published library (controls/*.json, queries/*.json) and writes what can run as control files.',
    )
    .argument('<dir>', 'the folder of the library')
    .option('--output <dir>', 'the folder to write to', 'controls')
    .option('--force', 'write over files that are there')
    .action(importControls);
}

async function importControls(dir: string, { output, force = false }: ImportOptions): Promise<void> {
  const [{ importLibrary }, { readPublishedLibrary }, { renderImport }] = await Promise.all([
    import('../controls/authoring/import-library.ts'),
    import('../controls/authoring/published-library.ts'),
    import('../report/import.ts'),
  ]);
  const used = new Map((await loadControls()).flatMap(({ id, aliases }) => [id, ...aliases].map((name) => [name, id])));
  const imported = await importLibrary(await readPublishedLibrary(dir), used);
  const files = await Promise.all(
    imported.flatMap(({ control, file }) => (control ? [controlFile(control, file, output)] : [])),
  );
  const there = files.filter(({ path }) => existsSync(path));
  if (there[0] && !force)
    throw new IamqlError('InvalidInput', `${there[0].path} is there already; --force writes over it`);
  if (files.length > 0) makeFolder(output);
  for (const { path, text } of files) await writeFileWhole(path, Readable.from([text]));
  writeResult(renderImport(imported, output), undefined);
  if (files.length === 0) throw new IamqlError('InvalidInput', `nothing in ${dir} can be imported`);
}

/** A file that does not read as it was meant would be found by its reader, later. */
async function controlFile(control: Control, from: string, folder: string) {
  const [{ renderControlFile }, { parseControl }] = await Promise.all([
    import('../controls/authoring/render-control-file.ts'),
    import('../controls/authoring/parse-control.ts'),
  ]);
  const path = join(folder, `${control.id}.yaml`);
  const text = renderControlFile(control, ` Imported from ${from}; its queries are as they were published.`);
  const read = parseControl(text, path);
  const isSame = control.rules.every(({ query }, index) => read.rules[index]?.query === query);
  if (!isSame) throw new IamqlError('InvalidInput', `${from}: a query cannot be written to ${path} as it is`);
  return { path, text };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw fileError(`cannot make ${folder}`, cause);
  }
}
