import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { libraryFolder, loadLibrary } from '../controls/load-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { addControlsFolders } from './control-options.ts';
import { exitCodes } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';

/** The commands by which people write controls. */
export function addAuthoringCommands(controls: Command): void {
  addControlsFolders(
    controls
      .command('test')
      .description('Checks files of controls and benchmarks and runs their tests, without AWS.')
      .argument('[file...]', 'files or folders (default: the folders of --controls, or else the bundled controls)'),
  ).action(test);
  controls
    .command('new')
    .description('Begins a control: writes a file with blanks, which `controls test` helps to fill in.')
    .argument('<id>', 'states the good condition, in lower case with hyphens')
    .option('--controls <dir>', 'the folder to write it into', '.')
    .action(begin);
}

async function test(files: readonly string[], { controls = [] }: { readonly controls?: readonly string[] }) {
  const [{ testLibrary }, { renderTestedFiles }] = await Promise.all([
    import('../controls/authoring/test-library.ts'),
    import('../report/tested-files.ts'),
  ]);
  const tested = await testLibrary(files, controls);
  process.exitCode = tested.some(({ problems }) => problems.length > 0) ? exitCodes.fail : exitCodes.pass;
  writeResult(renderTestedFiles(tested), undefined);
}

async function begin(id: string, { controls: folder }: { readonly controls: string }): Promise<void> {
  if (!/^[a-z0-9-]+$/.test(id)) {
    throw new IamqlError('InvalidInput', `${JSON.stringify(id)}: an id is lower case letters, digits and hyphens`);
  }
  const { controls } = await loadLibrary();
  if (controls.some((control) => control.id === id || control.aliases.includes(id))) {
    throw new IamqlError('InvalidInput', `the id ${id} is used already: \`iamql controls show ${id}\``);
  }
  const file = join(folder, `${id}.yaml`);
  if (existsSync(file)) throw new IamqlError('InvalidInput', `${file} is there already`);
  const { newControl } = await import('../controls/authoring/new-control.ts');
  writeNew(folder, file, newControl(id, schemaFrom(folder)));
  writeNote(`wrote ${file}; what is left to fill in: iamql controls test ${file}`);
}

function writeNew(folder: string, file: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    throw fileError(`cannot write ${file}`, cause);
  }
}

/** The schema of control files, where the package is installed below the current folder: another path holds for one machine only. */
function schemaFrom(folder: string): string | undefined {
  const schema = join(libraryFolder, 'control.schema.json');
  if (relative(process.cwd(), schema).startsWith('..')) return undefined;
  return relative(resolve(folder), schema);
}
