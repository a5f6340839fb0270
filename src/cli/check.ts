import { type Command, Option } from 'commander';
import { exceptionsRun } from '../controls/exceptions-run.ts';
import { findControls, foundingControlId } from '../controls/load-controls.ts';
import { type ControlRun, runControl } from '../controls/run-control.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import { renderExceptionNotes } from '../report/exceptions.ts';
import type { Run } from '../report/run.ts';
import { addExceptionOptions, type ExceptionOptions, openExceptions } from './exceptions.ts';
import { exitCodeOfError, exitCodeOfVerdicts, exitCodes } from './exit-code.ts';
import { addLimitOptions, type LimitOptions, limitsOf } from './limit-options.ts';
import { writeNote, writeResult } from './output.ts';
import { addSourceOptions, openSource, type SourceOptions } from './source-options.ts';

interface CheckOptions extends SourceOptions, LimitOptions, ExceptionOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly explain?: boolean;
}

export function addCheckCommand(program: Command): void {
  const command = program
    .command('check')
    .summary('judge controls: pass, fail or could not judge')
    .description(`Judges controls over one account; the founding one, ${foundingControlId}, when none is named.`)
    .argument('[control...]', 'ids of controls')
    .addOption(new Option('--format <format>', 'how the result is written').choices(['text', 'json']).default('text'))
    .option('--output <file>', 'write the result to a file')
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addLimitOptions(addSourceOptions(addExceptionOptions(command))).action(check);
}

async function check(ids: readonly string[], options: CheckOptions): Promise<void> {
  const source = await openSource(options);
  const inventory = source.inventory();
  // What the founding control covers is on its way while its file and its texts are made ready.
  if (ids.length === 0) inventory.prefetch(['IAMUser']);
  const controls = await findControls(ids.length > 0 ? ids : [foundingControlId]);
  inventory.prefetch(controls.flatMap(({ assetTypes }) => assetTypes));
  const judgedAt = new Date();
  const now = instantOf(judgedAt);
  const exceptions = options.exceptions.length > 0 ? (await openExceptions(options)).exceptions : [];
  const runs: ControlRun[] = [];
  const settings = { limits: limitsOf(options), exceptions, now };
  for (const control of controls) runs.push(await runControl(inventory, control, settings));
  if (options.explain) writeNote((await import('../report/calls.ts')).renderCalls(source.calls));
  throwIfNotRun(runs);
  const { account } = inventory.evidence();
  const clock = { now, expiringMs: options.expiring };
  const excepted = options.exceptions.length > 0 ? exceptionsRun(exceptions, runs, { ...clock, account }) : undefined;
  if (excepted) for (const line of renderExceptionNotes(excepted, clock)) writeNote(`iamql: ${line}`);
  // First, because a reader that closes the pipe early ends the process with it.
  process.exitCode = exitCodeOfVerdicts(runs.map(({ verdict }) => verdict));
  writeResult(
    await render(
      {
        evidence: inventory.evidence(),
        controls: runs,
        exceptions: excepted,
        judgedAt,
      },
      options,
    ),
    options.output,
  );
}

/** Without credentials or a file nothing was judged: that is an error of the run, not of a control. */
function throwIfNotRun(runs: readonly ControlRun[]): void {
  const errors = runs
    .flatMap(({ rules }) => rules.filter(({ rule }) => !rule.informative))
    .flatMap((rule) => rule.errors);
  const fatal = errors.find(({ code }) => exitCodeOfError(code) !== exitCodes.error);
  if (fatal) throw new IamqlError(fatal.code === 'NoCredentials' ? 'NoCredentials' : 'InvalidInput', fatal.message);
}

async function render(run: Run, { format }: CheckOptions): Promise<string> {
  if (format === 'json') return (await import('../report/json.ts')).renderJson(run);
  return (await import('../report/text.ts')).renderText(run);
}
