import { IamqlError } from '../iam/error.ts';
import type { ReportFacts } from '../inventory/fact-source.ts';
import { Journal } from '../remediate/journal.ts';
import { type Undone, undo as undoKeys } from '../remediate/undo.ts';
import { renderUndoneJson } from '../report/remediation-json.ts';
import { renderUndone } from '../report/remediation-run.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';
import type { UndoOptions } from './remediate.ts';
import { finishStepOnInterrupt, type LiveRun, openRun, writeCalls } from './remediate-apply.ts';
import { rejectLiveContradictions } from './source-options.ts';

const FIRST_PAUSE_MS = 1_000;

/** `iamql remediate undo`: without `--yes` it only looks. */
export async function undo(keys: readonly string[], options: UndoOptions): Promise<void> {
  rejectLiveContradictions(options);
  Journal.requireThere(options.journal);
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
      // Who names keys is in a hurry, and has looked.
      report: keys.length > 0 ? undefined : await reportOf(run),
      pauseMs: FIRST_PAUSE_MS,
      isInterrupted: finishStepOnInterrupt(yes),
    });
    process.exitCode = exitCodeOf(undone);
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

/** Without it nothing tells what somebody has changed since; what was turned off can be turned on all the same. */
async function reportOf({ source }: LiveRun): Promise<ReportFacts | undefined> {
  try {
    return await source.read('CREDENTIAL_REPORT', undefined);
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    writeNote(`iamql: whether somebody has changed a key since is not known: ${error.message}`);
    return undefined;
  }
}

/** A key that is left off is one that somebody may be waiting for. */
function exitCodeOf({ stopped, keys, isDry }: Undone): number {
  if (stopped) return exitCodeOfError(stopped.kind);
  return !isDry && keys.some(({ outcome }) => outcome === 'skipped') ? exitCodes.fail : exitCodes.pass;
}
