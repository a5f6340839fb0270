import { Journal } from '../remediate/journal.ts';
import { undo as undoKeys } from '../remediate/undo.ts';
import { renderUndoneJson } from '../report/remediation-json.ts';
import { renderUndone } from '../report/remediation-run.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';
import type { UndoOptions } from './remediate.ts';
import { finishStepOnInterrupt, openRun, writeCalls } from './remediate-apply.ts';
import { rejectLiveContradictions } from './source-options.ts';

const FIRST_PAUSE_MS = 1_000;

/** `iamql remediate undo`: without `--yes` it only looks. */
export async function undo(keys: readonly string[], options: UndoOptions): Promise<void> {
  rejectLiveContradictions(options);
  const { yes = false } = options;
  const run = await openRun(options);
  const journal = yes ? await Journal.open(options.journal) : undefined;
  try {
    const undone = await undoKeys(journal?.entries.slice() ?? Journal.read(options.journal), journal, {
      ...{ account: run.account, log: run.log, clock: run.clock },
      accountId: run.identity.accountId,
      by: run.identity.arn,
      keys: keys.length > 0 ? keys : undefined,
      since: options.since,
      pauseMs: FIRST_PAUSE_MS,
      isInterrupted: finishStepOnInterrupt(yes),
    });
    process.exitCode = undone.stopped ? exitCodeOfError(undone.stopped.kind) : exitCodes.pass;
    const { accountId } = run.identity;
    const isJson = options.format === 'json';
    const text = () => renderUndone(undone, accountId, options.journal);
    writeResult(isJson ? renderUndoneJson(undone, accountId) : text(), undefined);
    if (undone.stopped) writeNote(`iamql: stopped: ${undone.stopped.message}`);
  } finally {
    journal?.close();
    if (options.explain) await writeCalls(run);
  }
}
