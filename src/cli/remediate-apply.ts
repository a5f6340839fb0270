import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { getCallerIdentity } from '../aws/account.ts';
import type { AwsAccount } from '../aws/aws-account.ts';
import { CallLog } from '../aws/call-log.ts';
import type { Parameters } from '../controls/control.ts';
import { parametersOf } from '../controls/parameters.ts';
import type { AskedControl } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { shellOption } from '../iam/shell.ts';
import type { FactSource } from '../inventory/fact-source.ts';
import { type Applied, applyPlan } from '../remediate/apply.ts';
import { callerOf, unknownOriginOf } from '../remediate/caller.ts';
import { Journal } from '../remediate/journal.ts';
import type { PlannedControl } from '../remediate/judge-user.ts';
import { definitionOf } from '../remediate/make-plan.ts';
import type { Plan } from '../remediate/plan-shape.ts';
import { checkPlanAge, readPlan } from '../remediate/read-plan.ts';
import { renderDuration } from '../report/duration.ts';
import { renderAppliedJson } from '../report/remediation-json.ts';
import { renderApplied, wordsOfStep } from '../report/remediation-run.ts';
import { selectControls } from './control-options.ts';
import { openExceptions } from './exceptions.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';
import type { ApplyOptions, RunOptions } from './remediate.ts';
import { openLive, rejectLiveContradictions, setupSecondsOf } from './source-options.ts';

/** Before the first of the pauses after which AWS is asked again, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;

/** `iamql remediate apply`: without `--yes` it only looks. */
export async function apply(file: string, options: ApplyOptions): Promise<void> {
  rejectContradictions(options);
  if (options.delete) Journal.requireThere(options.journal);
  const plan = await openPlan(file);
  const [controls, exceptions] = await Promise.all([controlsOf(plan, options), exceptionsOf(plan, options)]);
  const run = await openRun(options);
  checkPlanAge(plan, run.clock());
  checkAccount(plan, run.identity);
  const caller = await callerOf(run.account, run.identity, run.log);
  noteUnknownOrigin(await unknownOriginOf(run.account, caller));
  const { yes = false } = options;
  const journal = yes ? await Journal.open(options.journal) : undefined;
  try {
    const entries = journal?.entries.slice() ?? Journal.read(options.journal);
    const report = await run.source.read('CREDENTIAL_REPORT', undefined);
    const applied = await applyPlan(plan, entries, journal, {
      ...{ account: run.account, source: run.source, log: run.log, caller, report, controls, exceptions },
      setupSeconds: setupSecondsOf(options),
      // A plan may ask for more, never for less than whoever applies it.
      minAgeMs: Math.max(plan.minAgeSeconds * 1000, options.minAge),
      holdMs: options.hold,
      clock: run.clock,
      action: options.delete ? 'delete' : 'deactivate',
      batches: options.all ? 'all' : (options.batch ?? 'next'),
      pauseMs: FIRST_PAUSE_MS,
      isInterrupted: finishStepOnInterrupt(yes),
      // A dry run is over soon, and its result says the same.
      onStep: (step) => yes && writeNote(`iamql: ${wordsOfStep(step)}`),
    });
    process.exitCode = exitCodeOf(applied);
    const isJson = options.format === 'json';
    const text = () => renderApplied(applied, plan, { file: options.journal, isNew: entries.length === 0 });
    writeResult(isJson ? renderAppliedJson(applied, plan.account) : text(), undefined);
    if (applied.stopped) writeNote(`iamql: stopped: ${applied.stopped.message}`);
  } finally {
    journal?.close();
    if (options.explain) await writeCalls(run);
  }
}

function rejectContradictions({ all, batch, ...options }: ApplyOptions): void {
  rejectLiveContradictions(options);
  if (all && batch !== undefined) throw new IamqlError('InvalidInput', '--all and --batch: name one of them');
}

async function openPlan(file: string): Promise<Plan> {
  const json = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new IamqlError('InvalidInput', `cannot open ${file}: ${cause.code}`, { cause });
  });
  const plan = readPlan(json, file);
  if (plan.source.kind === 'sample')
    throw new IamqlError('InvalidInput', `${file}: it is a plan for the bundled sample account, which is nobody's`);
  return plan;
}

/** Each control as it is now, which must ask what it asked when the plan was made, with the values that are named here too. */
async function controlsOf(plan: Plan, options: ApplyOptions): Promise<ReadonlyMap<string, readonly PlannedControl[]>> {
  const ids = options.benchmark === undefined ? [...new Set(plan.controls.map(({ id }) => id))] : [];
  const { asked } = await selectControls(ids, options);
  return Map.groupBy(
    plan.controls.map((planned) => askedAs(planned, asked)),
    ({ control }) => control.id,
  );
}

/** @throws IamqlError InvalidInput where nobody asks it like that here. */
function askedAs({ id, definition, parameters: planned }: Plan['controls'][number], asked: readonly AskedControl[]) {
  const ofId = asked.filter(({ control }) => control.id === id);
  if (ofId.length === 0)
    throw new IamqlError('InvalidInput', `the plan is for ${id} too, which the benchmark does not have`);
  if (ofId.some(({ control }) => definitionOf(control) !== definition))
    throw new IamqlError(
      'InvalidInput',
      `the control ${id} asks something else than when the plan was made: plan again`,
    );
  const sets = ofId.map(({ control, parameters }) => ({ control, parameters: parametersOf(control, parameters) }));
  const isPlanned = ({ parameters }: PlannedControl): boolean => differing(parameters, planned).length === 0;
  const found = sets.find(isPlanned);
  if (found) return found;
  const other = differing(sets[0]?.parameters ?? {}, planned);
  const flags = other.map((name) => shellOption('--param', `${id}.${name}=${planned[name]}`)).join(' ');
  const why = `the plan was made with other values: name them here too, ${flags}, or the --benchmark that has them`;
  throw new IamqlError('InvalidInput', why);
}

const differing = (some: Parameters, others: Parameters): readonly string[] =>
  [...new Set([...Object.keys(some), ...Object.keys(others)])].filter((name) => some[name] !== others[name]);

/** A plan that was made with files of exceptions is not applied without each: what has been agreed since must count. */
async function exceptionsOf(plan: Plan, options: ApplyOptions) {
  const named = new Set(options.exceptions.map((file) => resolve(file)));
  const missing = plan.exceptions.filter((file) => !named.has(resolve(file)));
  if (missing.length === 0)
    return options.exceptions.length > 0 ? (await openExceptions(options, options.controls)).exceptions : [];
  const files = missing.map((one) => shellOption('--exceptions', one)).join(' ');
  throw new IamqlError('InvalidInput', `the plan was made with exceptions: name them here too, ${files}`);
}

/** What a run works with. */
export interface LiveRun {
  readonly account: AwsAccount;
  readonly source: FactSource;
  readonly log: CallLog;
  readonly identity: Awaited<ReturnType<typeof getCallerIdentity>>;
  /** AWS's: this machine's may be wrong, and ages would be too. */
  readonly clock: () => Date;
}

/** Opens the account, asks AWS whose it is and what time it is there. @throws IamqlError when AWS does not answer that. */
export async function openRun(options: RunOptions): Promise<LiveRun> {
  const { account, source } = await openLive(options);
  const log = new CallLog();
  const identity = await getCallerIdentity(account, { why: 'whose account it is', log });
  const clock = await account.clock();
  noteWrongClock(clock);
  return { account, source, log, identity, clock };
}

function noteWrongClock(clock: () => Date): void {
  const aheadMinutes = Math.round((Date.now() - clock().getTime()) / 60_000);
  if (aheadMinutes === 0) return;
  const time = renderDuration(Math.abs(aheadMinutes) * 60);
  const where = aheadMinutes > 0 ? 'ahead of' : 'behind';
  writeNote(`iamql: the clock of this machine is ${time} ${where} that of AWS, which counts`);
}

/** A key that somebody works with is left alone where it is known. */
function noteUnknownOrigin(session: string | undefined): void {
  if (session === undefined) return;
  const why = 'credentials that a program, the environment or a file gives do not tell it';
  writeNote(`iamql: who has assumed ${session} is not known: ${why}; see that no key of theirs is in the plan`);
}

function checkAccount(plan: Plan, { accountId, partition, arn }: LiveRun['identity']): void {
  if (plan.account === accountId && plan.partition === partition) return;
  const planned = `account ${plan.account} (${plan.partition})`;
  throw new IamqlError('InvalidInput', `the plan is for ${planned}, and you are ${arn}: nothing is done`);
}

/** How people, terminals that close and schedulers end a process. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C lets the step that is under way be finished and written down; a second one ends at once. */
export function finishStepOnInterrupt(isWriting: boolean): () => boolean {
  let isInterrupted = false;
  if (!isWriting) return () => false;
  for (const signal of INTERRUPTS) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (isInterrupted) process.exit(exitCodes.interrupted);
      isInterrupted = true;
      writeNote('iamql: interrupted; the step that is under way is finished');
    });
  }
  return () => isInterrupted;
}

/** What was not expected, and what could not be judged, comes before a key that is still found. */
function exitCodeOf({ stopped, rejudged }: Applied): number {
  if (stopped) return exitCodeOfError(stopped.kind);
  const after = rejudged.flatMap((one) => (one.after ? [{ ...one.after, changed: one.changed }] : []));
  if (after.some(({ errors }) => errors.length > 0)) return exitCodes.error;
  const isFound = after.some(({ keys, changed }) =>
    keys.some(({ accessKeyId }) => changed.includes(accessKeyId ?? '')),
  );
  return isFound ? exitCodes.fail : exitCodes.pass;
}

export async function writeCalls({ source, log }: LiveRun): Promise<void> {
  writeNote((await import('../report/calls.ts')).renderCalls([...source.calls, ...log.calls]));
}
