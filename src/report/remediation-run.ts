import { shellOption, shellWord } from '../iam/shell.ts';
import type { Applied, AppliedStep, Rejudged } from '../remediate/apply.ts';
import type { Settled } from '../remediate/change.ts';
import type { JudgedUser } from '../remediate/judge-user.ts';
import type { Action, Plan } from '../remediate/plan-shape.ts';
import type { Undone, UndoneKey } from '../remediate/undo.ts';
import { printable, printableLines } from './printable.ts';

const done: Readonly<Record<Action, string>> = { deactivate: 'turned off', delete: 'deleted' };

/** A step and what came of it, in one line. */
export function wordsOfStep({ step, outcome, reason }: AppliedStep): string {
  const key = `${step.accessKeyId} of ${printable(step.userName)}`;
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  if (outcome === 'done') return `${key}: ${done[step.action]}`;
  if (outcome === 'would') return `${key}: would be ${done[step.action]}`;
  return `${key}: ${outcome === 'skipped' ? 'left alone' : 'dealt with by an earlier run'}${why}`;
}

interface NamedJournal {
  readonly file: string;
  /** Nothing was written in it before: in another folder there may be one that knows more. */
  readonly isNew: boolean;
}

/** What `apply` has done, or would do. Ends with a line break. */
export function renderApplied(applied: Applied, plan: Plan, journal: NamedJournal): string {
  const { isDry, action, batches, settled, open, steps, rejudged, stopped, left } = applied;
  const which = batches.length > 0 ? `batch ${batches.join(', ')}` : 'no batch is left';
  const count = (outcome: AppliedStep['outcome']): number => steps.filter((step) => step.outcome === outcome).length;
  const counted = isDry ? `would be ${done[action]}: ${count('would')}` : `${done[action]}: ${count('done')}`;
  const before = count('before') > 0 ? `, dealt with before: ${count('before')}` : '';
  return printableLines(
    [
      `${isDry ? 'DRY RUN, nothing was changed: ' : ''}account ${plan.account}, ${which}`,
      `journal ${printable(journal.file)}${journal.isNew ? ', in which nothing was written before' : ''}`,
      ...settled.map(wordsOfSettled),
      ...wordsOfOpen(open),
      ...steps.map((step) => `  ${wordsOfStep(step)}`),
      `${counted}, left alone: ${count('skipped')}${before}`,
      ...(stopped ? [`STOPPED before the end: ${printable(stopped.message)}`] : []),
      ...(rejudged.length > 0 ? ['', isDry ? 'Judged now:' : 'Judged before and after, live:'] : []),
      ...rejudged.map(wordsOfRejudged),
      '',
      ...nextSteps(applied, left, journal.file),
      '',
    ].join('\n'),
  );
}

function nextSteps({ isDry, action, steps }: Applied, left: number, journal: string): readonly string[] {
  if (isDry) {
    const race =
      'Between the last look at a key and the request AWS lets it be used and tells nobody: there is no conditional write.';
    return steps.some(({ outcome }) => outcome === 'would')
      ? [race, 'To do it: the same command with --yes']
      : ['There is nothing to do.'];
  }
  const again = action === 'delete' ? 'run it again, or plan again when they have been off for --hold' : 'run it again';
  const more = left > 0 ? [`Steps of this plan that are left: ${left}; ${again}.`] : ['Nothing is left of this plan.'];
  const ids = steps.flatMap(({ step, outcome }) => (outcome === 'done' ? [shellWord(step.accessKeyId)] : []));
  return [
    ...more,
    ...(action === 'deactivate' && ids.length > 0
      ? [`To turn them on again: iamql remediate undo ${ids.join(' ')} ${shellOption('--journal', journal)}`]
      : []),
  ];
}

const wordsOfOpen = (open: number): readonly string[] =>
  open > 0 ? [`  A run that was cut off has left open what became of: ${open}. The next run with --yes asks AWS.`] : [];

const wordsOfSettled = ({ entry, isDone }: Settled): string =>
  `  ${entry.accessKeyId} of ${printable(entry.userName)}: a run that was cut off had begun to ${entry.action} it: it was ${isDone ? '' : 'not '}done`;

function wordsOfRejudged({ control, userName, before, after }: Rejudged): string {
  const words = after ? `before ${wordsOfJudged(before)}, after ${wordsOfJudged(after)}` : wordsOfJudged(before);
  return `  ${control}, ${printable(userName)}: ${words}`;
}

function wordsOfJudged({ verdict, keys, errors }: JudgedUser): string {
  const found = keys.map(({ accessKeyId, slot }) => accessKeyId ?? `slot ${slot}`);
  const why = errors[0] ? ` (${printable(errors[0].message)})` : '';
  return `${verdict}${found.length > 0 ? ` (${found.join(', ')})` : why}`;
}

/** What `undo` has done, or would do. Ends with a line break. */
export function renderUndone(undone: Undone, account: string, journal: string): string {
  const { isDry, settled, open, keys, otherAccounts, stopped } = undone;
  const head = `${isDry ? 'DRY RUN, nothing was changed: ' : ''}account ${account}, journal ${printable(journal)}`;
  const doing = keys.some(({ outcome }) => outcome === 'would') ? ['To do it: the same with --yes'] : [];
  return printableLines(
    [
      head,
      ...settled.map(wordsOfSettled),
      ...wordsOfOpen(open),
      ...(keys.length > 0 ? keys.map(wordsOfUndone) : ['  nothing is to be turned on again']),
      ...(stopped ? [`STOPPED before the end: ${printable(stopped.message)}`] : []),
      ...(keys.length === 0 && otherAccounts.length > 0
        ? [`  the journal knows keys of other accounts: ${otherAccounts.join(', ')}`]
        : []),
      ...(isDry ? doing : []),
      '',
    ].join('\n'),
  );
}

const undoing = {
  done: 'turned on again',
  would: 'would be turned on again',
  skipped: 'left alone',
  before: 'on again',
} as const;

function wordsOfUndone({ userName, accessKeyId, offSince, isFound, outcome, reason, lastUsed }: UndoneKey): string {
  const found = isFound ? ' (found off after a run that was cut off)' : '';
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  const use = lastUsed && `; it was in use: AWS says now that it was used ${lastUsed}, before it was turned off`;
  return `  ${accessKeyId} of ${printable(userName)}, off since ${offSince}${found}: ${undoing[outcome]}${why}${use ?? ''}`;
}
