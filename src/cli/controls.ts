import type { Command } from 'commander';
import { findControls, loadControls } from '../controls/load-controls.ts';
import { renderControl, renderControlList } from '../report/control.ts';
import { addControlsImportCommand } from './controls-import.ts';
import { writeResult } from './output.ts';

export function addControlsCommand(program: Command): void {
  const controls = program
    .command('controls')
    .summary('read the controls')
    .description('Lists and shows the controls.');
  controls
    .command('list')
    .description('Lists the controls: id, severity, title.')
    .action(async () => writeResult(renderControlList(await loadControls()), undefined));
  controls
    .command('show')
    .description('Prints a control as a person wants to read it.')
    .argument('<control>', 'its id, or a published alias')
    .action(async (id: string) => {
      for (const control of await findControls([id])) writeResult(renderControl(control), undefined);
    });
  addControlsImportCommand(controls);
}
