import type { Applied } from '../remediate/apply.ts';
import type { Settled } from '../remediate/change.ts';
import type { JudgedUser } from '../remediate/judge-user.ts';
import type { Undone } from '../remediate/undo.ts';

/** What `apply` has done, or would do, for programs; docs/remediation.md says what is in it. Ends with a line break. */
export const renderAppliedJson = (applied: Applied, account: string): string =>
  render({
    format: 'iamql-remediation-run/1',
    account,
    dryRun: applied.isDry,
    action: applied.action,
    batches: applied.batches,
    settled: applied.settled.map(settledOf),
    open: applied.open,
    steps: applied.steps.map(({ step, outcome, reason }) => ({
      ...{ userName: step.userName, accessKeyId: step.accessKeyId, outcome, reason: reason ?? null },
    })),
    rejudged: applied.rejudged.map(({ control, userName, before, after, changed }) => ({
      ...{ control, userName, changed, before: judgedOf(before), after: after ? judgedOf(after) : null },
    })),
    stopped: stoppedOf(applied),
    left: applied.left,
  });

/** The same of `undo`. */
export const renderUndoneJson = (undone: Undone, account: string): string =>
  render({
    format: 'iamql-remediation-undo/1',
    account,
    dryRun: undone.isDry,
    settled: undone.settled.map(settledOf),
    open: undone.open,
    otherAccounts: undone.otherAccounts,
    keys: undone.keys.map(({ reason, offSince, isFound, ...key }) => ({
      ...key,
      ...{ offSince, found: isFound, reason: reason ?? null },
    })),
    stopped: stoppedOf(undone),
  });

const render = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const settledOf = ({ entry, isDone }: Settled) => ({
  ...{ userName: entry.userName, accessKeyId: entry.accessKeyId, action: entry.action, done: isDone },
});

const judgedOf = ({ verdict, keys, errors }: JudgedUser) => ({
  ...{ verdict, keys: keys.map(({ accessKeyId }) => accessKeyId ?? null), errors },
});

const stoppedOf = ({ stopped }: Applied | Undone) =>
  stopped ? { code: stopped.kind, message: stopped.message } : null;
