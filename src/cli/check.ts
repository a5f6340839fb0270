import type { Command } from 'commander';
import { findControls, foundingControlId } from '../controls/load-controls.ts';
import { type ControlRun, runControl } from '../controls/run-control.ts';
import { IamqlError } from '../iam/error.ts';
import { exitCodeOfError, exitCodeOfVerdicts, exitCodes } from './exit-code.ts';
import { addFormatOptions, type FormatOptions, outputsOf, writeOutputs } from './format-options.ts';
import { addLimitOptions, type LimitOptions, limitsOf } from './limit-options.ts';
import { writeNote } from './output.ts';
import { startProgress } from './progress.ts';
import { addSourceOptions, openSource, type SourceOptions, verifyOption } from './source-options.ts';

interface CheckOptions extends SourceOptions, LimitOptions, FormatOptions {
  readonly explain?: boolean;
}

export function addCheckCommand(program: Command): void {
  const command = program
    .command('check')
    .summary('judge controls: pass, fail or could not judge')
    .description(`Judges controls over one account; the founding one, ${foundingControlId}, when none is named.`)
    .argument('[control...]', 'ids of controls')
    .addOption(verifyOption())
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addLimitOptions(addSourceOptions(addFormatOptions(command))).action(check);
}

async function check(ids: readonly string[], options: CheckOptions): Promise<void> {
  const outputs = outputsOf(options);
  const source = await openSource(options);
  const inventory = source.inventory();
  // What the founding control covers is on its way while its file and its texts are made ready.
  if (ids.length === 0) inventory.prefetch(['IAMUser']);
  const controls = await findControls(ids.length > 0 ? ids : [foundingControlId]);
  inventory.prefetch(controls.flatMap(({ assetTypes }) => assetTypes));
  const runs: ControlRun[] = [];
  const progress = startProgress(controls.length, () => source.calls.length);
  try {
    for (const control of controls) {
      runs.push(await runControl(inventory, control, { limits: limitsOf(options) }));
      progress.judged();
    }
  } finally {
    progress.end();
  }
  if (options.explain) writeNote((await import('../report/calls.ts')).renderCalls(source.calls));
  throwIfNotRun(runs);
  // First, because a reader that closes the pipe early ends the process with it.
  process.exitCode = exitCodeOfVerdicts(runs.map(({ verdict }) => verdict));
  await writeOutputs({ evidence: inventory.evidence(), controls: runs, judgedAt: new Date() }, outputs);
}

/** Without credentials or a file nothing was judged: that is an error of the run, not of a control. */
function throwIfNotRun(runs: readonly ControlRun[]): void {
  const errors = runs
    .flatMap(({ rules }) => rules.filter(({ rule }) => !rule.informative))
    .flatMap((rule) => rule.errors);
  const fatal = errors.find(({ code }) => exitCodeOfError(code) !== exitCodes.error);
  if (fatal) throw new IamqlError(fatal.code === 'NoCredentials' ? 'NoCredentials' : 'InvalidInput', fatal.message);
}
