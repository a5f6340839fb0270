import { type Command, Option } from 'commander';
import type { Control } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import { EXPIRING_DAYS, type ExceptionsRun, exceptionsRun, stateOf } from '../controls/exceptions-run.ts';
import { findBenchmark, type Library, loadLibrary } from '../controls/load-controls.ts';
import { askedByBenchmark, runControls } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import type { Source } from '../inventory/inventory.ts';
import { renderExceptionNotes, renderExceptionTable } from '../report/exceptions.ts';
import { addAskedOptions, addControlsFolders, type ControlOptions, readOverrides } from './control-options.ts';
import { exitCodes } from './exit-code.ts';
import { writeResult } from './output.ts';
import { addSourceOptions, durationOption, type SourceOptions, withSource } from './source-options.ts';

export interface ExceptionOptions {
  readonly exceptions: readonly string[];
  /** In milliseconds. */
  readonly expiring: number;
}

interface ListOptions extends ExceptionOptions {
  readonly controls?: readonly string[];
}

interface CheckOptions extends ListOptions, SourceOptions, Pick<ControlOptions, 'benchmark' | 'param'> {
  readonly live?: boolean;
}

/** The flags of every command that takes exceptions. */
export function addExceptionOptions(command: Command): Command {
  return command
    .addOption(exceptionsOption())
    .addOption(
      durationOption('--expiring <time>', 'how long before its end an exception is about to end', `${EXPIRING_DAYS}d`),
    );
}

export const exceptionsOption = (): Option =>
  new Option('--exceptions <file>', 'findings that somebody has agreed to live with, for a time; repeatable')
    .argParser((file: string, files: readonly string[]) => [...files, file])
    .default([]);

export function addExceptionsCommand(program: Command): void {
  const exceptions = program
    .command('exceptions')
    .summary('look after the findings that somebody lives with')
    .description('Lists and checks exceptions: findings that somebody has agreed to live with, for a time.');
  const list = exceptions.command('list').description('Lists exceptions, the one that ends first on top.');
  addControlsFolders(addExceptionOptions(list)).action(listExceptions);
  const check = exceptions
    .command('check')
    .description(
      'Checks exceptions: that they are whole and have not expired; with a source, also that they cover what is found there.',
    )
    .option('--live', 'compare them with the live account of your credentials');
  addSourceOptions(addAskedOptions(addControlsFolders(addExceptionOptions(check)))).action(checkExceptions);
}

async function listExceptions(options: ListOptions): Promise<void> {
  const { exceptions } = await openExceptions(options, options.controls);
  writeResult(renderExceptionTable(exceptions, { now: nowInstant(), expiringMs: options.expiring }), undefined);
}

async function checkExceptions(options: CheckOptions): Promise<void> {
  const { library, exceptions } = await openExceptions(options, options.controls);
  if (!hasSource(options) && (options.benchmark ?? options.param) !== undefined) {
    const message = '--benchmark and --param say how controls are asked: name what they are asked of too, or --live';
    throw new IamqlError('InvalidInput', message);
  }
  const clock = { now: nowInstant(), expiringMs: options.expiring };
  const ofState = (state: string) => exceptions.filter((one) => stateOf(one, clock) === state);
  const found = hasSource(options) ? await compare(library, exceptions, { ...clock, options }) : undefined;
  const run: ExceptionsRun = {
    expired: ofState('expired'),
    expiring: ofState('expiring'),
    orphans: found?.run.orphans ?? [],
    unfit: found?.run.unfit ?? [],
  };
  const isBad = run.expired.length + run.orphans.length + run.unfit.length > 0;
  process.exitCode = found?.isUnjudged ? exitCodes.error : isBad ? exitCodes.fail : exitCodes.pass;
  const notes = [...renderExceptionNotes(run, clock.now), ...(found?.notes ?? [])];
  const counts = `${counted(exceptions.length)}: ${run.expired.length} expired, ${run.expiring.length} about to expire`;
  const compared = found
    ? `, ${run.orphans.length} that cover nothing, ${run.unfit.length} that do not cover what they name`
    : '; not compared with an account';
  writeResult(`${[...notes, `${counts}${compared}`].join('\n')}\n`, undefined);
}

/** The exceptions of the files that the flags name, and the library whose controls they may be about. */
export async function openExceptions(
  { exceptions: files }: Pick<ExceptionOptions, 'exceptions'>,
  folders?: readonly string[],
) {
  if (files.length === 0) throw new IamqlError('InvalidInput', 'no exceptions: name a file with --exceptions');
  const library = await loadLibrary(folders);
  const { readExceptions } = await import('../controls/authoring/read-exceptions.ts');
  return { library, exceptions: await readExceptions(files, library.controls) };
}

const hasSource = ({ live, profile, roleArn, report, snapshot, sample, store }: CheckOptions): boolean =>
  live === true || sample === true || [profile, roleArn, report, snapshot, store].some((value) => value !== undefined);

/** Judges what the exceptions are about, over the account that there is. */
const compare = (library: Library, exceptions: readonly Exception[], asked: Asked) =>
  withSource(asked.options, (source) => compareWith(source, library, exceptions, asked));

interface Asked {
  readonly options: CheckOptions;
  readonly now: Instant;
  readonly expiringMs: number;
}

async function compareWith(
  source: Source,
  library: Library,
  exceptions: readonly Exception[],
  { options, ...clock }: Asked,
) {
  const { accountId, accounts } = await source.identify();
  const ofAccounts = exceptions.filter((one) => accounts.includes(one.account));
  const about = library.controls.filter(({ id }) => ofAccounts.some(({ control }) => control === id));
  const asked = askAbout(about, library, options);
  const runs = await runControls(source.inventory(), asked, { exceptions, now: clock.now });
  const unjudged = runs.flatMap(({ control, rules }) =>
    rules
      .filter(({ rule }) => !rule.informative)
      .flatMap(({ errors }) =>
        errors.slice(0, 1).map(({ message }) => `${control.id} could not be judged: ${message}`),
      ),
  );
  const others = exceptions.length - ofAccounts.length;
  const elsewhere = others > 0 ? [`not compared, because of other accounts than ${accountId}: ${counted(others)}`] : [];
  const run = exceptionsRun(exceptions, runs, { ...clock, accounts });
  return { run, isUnjudged: unjudged.length > 0, notes: [...unjudged, ...elsewhere] };
}

/** As `check` asks them with these flags; those that no benchmark points at as they ask by themselves. */
function askAbout(about: readonly Control[], library: Library, { benchmark: name, param = [] }: CheckOptions) {
  const benchmark = name === undefined ? undefined : findBenchmark(name, library);
  const pointedAt = benchmark ? askedByBenchmark(benchmark, library.controls, () => ({})) : [];
  const overrides = readOverrides(param, [...new Set([...pointedAt.map(({ control }) => control), ...about])]);
  const ofBenchmark = benchmark ? askedByBenchmark(benchmark, about, overrides) : [];
  const others = about.filter((control) => !ofBenchmark.some((one) => one.control === control));
  return [...ofBenchmark, ...others.map((control) => ({ control, parameters: overrides(control) }))];
}

const counted = (count: number): string => `${count} ${count === 1 ? 'exception' : 'exceptions'}`;

const nowInstant = (): Instant => instantOf(new Date());
