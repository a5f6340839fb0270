import type { Command } from 'commander';
import { findBenchmark, findControls, loadLibrary } from '../controls/load-controls.ts';
import { renderBenchmark, renderControl, renderControlList } from '../report/control.ts';
import { addControlsFolders } from './control-options.ts';
import { addAuthoringCommands } from './controls-authoring.ts';
import { addControlsImportCommand } from './controls-import.ts';
import { writeResult } from './output.ts';

interface FolderOptions {
  readonly controls?: readonly string[];
}

interface ListOptions extends FolderOptions {
  readonly benchmark?: string;
}

export function addControlsCommand(program: Command): void {
  const controls = program
    .command('controls')
    .summary('read and write controls')
    .description('Lists, shows, tests and begins controls.');
  addControlsFolders(
    controls
      .command('list')
      .description('Lists the controls: id, severity, title, and where benchmarks point at them.')
      .option('--benchmark <id>', 'the recommendations of a benchmark, and what decides each'),
  ).action(list);
  addControlsFolders(
    controls
      .command('show')
      .description('Prints a control as a person wants to read it.')
      .argument('<control>', 'its id, or a published alias'),
  ).action(show);
  addAuthoringCommands(controls);
  addControlsImportCommand(controls);
}

async function list({ benchmark, controls }: ListOptions): Promise<void> {
  const library = await loadLibrary(controls);
  const text =
    benchmark === undefined
      ? renderControlList(library)
      : renderBenchmark(findBenchmark(benchmark, library), library.controls);
  writeResult(text, undefined);
}

async function show(id: string, { controls }: FolderOptions): Promise<void> {
  const library = await loadLibrary(controls);
  for (const control of await findControls([id], library)) {
    writeResult(renderControl(control, library.benchmarks), undefined);
  }
}
