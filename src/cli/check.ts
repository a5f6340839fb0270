import { type Command, Option } from 'commander';
import { splitRun, withPlaces } from '../controls/by-account.ts';
import { type Severity, severities } from '../controls/control.ts';
import { exceptionsRun } from '../controls/exceptions-run.ts';
import { foundingControlId } from '../controls/load-controls.ts';
import type { ControlRun } from '../controls/run-control.ts';
import { runControls, runOfRecommendation } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import { accountsOf, type Inventory, type Source } from '../inventory/inventory.ts';
import { renderExceptionNotes } from '../report/exceptions.ts';
import type { Run } from '../report/run.ts';
import { addControlOptions, type ControlOptions, selectControls } from './control-options.ts';
import { addExceptionOptions, type ExceptionOptions, openExceptions } from './exceptions.ts';
import { exitCodeOfControls, exitCodeOfError, exitCodes } from './exit-code.ts';
import { addFormatOptions, type FormatOptions, outputsOf, writeOutputs } from './format-options.ts';
import { addLimitOptions, type LimitOptions, limitsOf } from './limit-options.ts';
import { writeCalls, writeNote } from './output.ts';
import { startProgress } from './progress.ts';
import { addSourceOptions, type SourceOptions, verifyOption, withSource } from './source-options.ts';

export interface CheckOptions extends ControlOptions, SourceOptions, LimitOptions, FormatOptions, ExceptionOptions {
  readonly failOn: Severity;
  readonly explain?: boolean;
}

export function addCheckCommand(program: Command): void {
  const command = program
    .command('check')
    .summary('judge controls: pass, fail or could not judge')
    .description(`Judges controls over one account; the founding one, ${foundingControlId}, when none is named.`)
    .argument('[control...]', 'ids of controls')
    .addOption(verifyOption())
    .addOption(
      new Option('--fail-on <least>', 'exit with 1 only where a control of at least that severity failed')
        .choices(severities)
        .default('low'),
    )
    .option('--explain', 'print every call that was made to AWS, and what patterns cost over a store, on stderr');
  for (const add of [addExceptionOptions, addControlOptions, addFormatOptions, addSourceOptions]) add(command);
  addLimitOptions(command).action(check);
}

async function check(ids: readonly string[], options: CheckOptions): Promise<void> {
  const outputs = outputsOf(options);
  const run = await withSource(options, (source) => judge(ids, options, source));
  // The text ends with them, so whoever reads it need not see them twice.
  const isTold = outputs.some(({ format, file }) => format === 'text' && file === undefined);
  if (run.exceptions && !isTold)
    for (const line of renderExceptionNotes(run.exceptions, instantOf(run.judgedAt))) writeNote(`iamql: ${line}`);
  await writeOutputs(run, outputs);
}

/** Judges what the flags select, and sets the exit code. */
export async function judge(
  ids: readonly string[],
  options: CheckOptions,
  source: Source,
  inventory: Inventory = source.inventory(),
): Promise<Run> {
  const isFounding = [...ids, options.benchmark, options.severity].every((one) => one === undefined);
  // What the founding control covers is on its way while its file and its texts are made ready.
  if (isFounding) inventory.prefetch?.(['IAMUser']);
  const { asked, benchmark, overrides } = await selectControls(ids, options);
  if (asked.length === 0) writeNote(`iamql: nothing is judged: ${whyNothing(options)}`);
  const judgedAt = new Date();
  const now = instantOf(judgedAt);
  const hasExceptions = options.exceptions.length > 0;
  const exceptions = hasExceptions ? (await openExceptions(options, options.controls)).exceptions : [];
  let judged = 0;
  const progress = startProgress(
    () => `judged ${judged} of ${asked.length} controls, ${source.calls.length} AWS calls so far`,
  );
  const onJudged = (): void => {
    judged += 1;
    progress.changed();
  };
  const settings = { limits: limitsOf(options), exceptions, now, onJudged };
  const runs = await runControls(inventory, asked, settings).finally(progress.end);
  if (options.explain) {
    await writeCalls(source);
    await writePatternCosts(runs, inventory);
  }
  throwIfNotRun(runs);
  const accounts = await accountsAsked(inventory, runs);
  const clock = { now, expiringMs: options.expiring, accounts: accountsOf(inventory.evidence()) };
  const excepted = hasExceptions ? exceptionsRun(exceptions, runs, clock) : undefined;
  // First, because a reader that closes the pipe early ends the process with it.
  const several = accounts && accounts.length > 1 ? accounts : undefined;
  // A verdict is one of a control and an account: what failed in one does not hide that another could not be judged.
  const verdicts = several ? runs.flatMap((one) => splitRun(one, several)) : [];
  process.exitCode = exitCodeOfControls([...runs, ...verdicts], options.failOn);
  const placed = several ? runs.map((one) => withPlaces(one, several)) : runs;
  return {
    evidence: inventory.evidence(),
    controls: placed,
    benchmark: benchmark && { benchmark, runOf: runOfRecommendation(placed, overrides) },
    exceptions: excepted,
    accounts: several,
    judgedAt,
  };
}

/** Where they cannot be told, because the store went away, the controls have said so already. */
async function accountsAsked(inventory: Inventory, runs: readonly ControlRun[]) {
  try {
    return await inventory.accounts?.();
  } catch (error) {
    if (runs.some(({ verdict }) => verdict === 'ERROR')) return undefined;
    throw error;
  }
}

/** What the patterns of the controls cost, over a store. */
async function writePatternCosts(runs: readonly ControlRun[], inventory: Inventory): Promise<void> {
  if (!inventory.leftOpen) return;
  const [{ patternCosts }, { renderPatternCosts }] = await Promise.all([
    import('../controls/pattern-costs.ts'),
    import('../report/explanation.ts'),
  ]);
  const costs = renderPatternCosts(await patternCosts(runs, inventory));
  if (costs !== '') writeNote(costs);
}

const whyNothing = ({ severity }: CheckOptions): string =>
  severity === undefined
    ? 'no control decides any of it'
    : `no control that was asked for is of severity ${severity}${severity === 'high' ? '' : ' or more'}`;

/** Without credentials or a file nothing was judged: that is an error of the run, not of a control. */
export function throwIfNotRun(runs: readonly ControlRun[]): void {
  const errors = runs
    .flatMap(({ rules }) => rules.filter(({ rule }) => !rule.informative))
    .flatMap((rule) => rule.errors);
  // What one account among several lacks leaves the others judged.
  const fatal = errors.find(({ code, account }) => account === undefined && exitCodeOfError(code) !== exitCodes.error);
  if (fatal) throw new IamqlError(fatal.code === 'NoCredentials' ? 'NoCredentials' : 'InvalidInput', fatal.message);
}
