import { Readable } from 'node:stream';
import { usualOrder } from '../controls/order.ts';
import { readOrder } from '../controls/read-order.ts';
import { runControls } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import { shellWord } from '../iam/shell.ts';
import type { Source } from '../inventory/inventory.ts';
import { version } from '../package-version.ts';
import { isJournal } from '../remediate/journal.ts';
import { makePlan } from '../remediate/make-plan.ts';
import type { Plan } from '../remediate/plan-shape.ts';
import { readAccount } from '../remediate/read-users.ts';
import { renderPlan } from '../report/remediation-plan.ts';
import { throwIfNotRun } from './check.ts';
import { selectControls } from './control-options.ts';
import { openExceptions } from './exceptions.ts';
import { exitCodes } from './exit-code.ts';
import { writeCalls, writeFileWhole, writeNote, writeResult } from './output.ts';
import type { PlanOptions } from './remediate.ts';
import { withSource } from './source-options.ts';

/** `iamql remediate plan`: nothing is changed, whatever comes of it. */
export async function plan(ids: readonly string[], options: PlanOptions): Promise<void> {
  if (options.output !== undefined && isJournal(options.output))
    throw new IamqlError(
      'InvalidInput',
      `--output ${options.output} is a journal, which undo and --delete go by: name another file`,
    );
  const made = await withSource(options, (source) => planFrom(ids, options, source));
  const json = `${JSON.stringify(made, null, 2)}\n`;
  process.exitCode = made.controls.some(({ errors }) => errors.length > 0) ? exitCodes.error : exitCodes.pass;
  if (options.output !== undefined) {
    await writeFileWhole(options.output, Readable.from([json]));
    const count = made.batches.reduce((sum, { steps }) => sum + steps.length, 0);
    const sizes = `${counted(count, 'step', 'steps')} in ${counted(made.batches.length, 'batch', 'batches')}`;
    writeNote(`iamql: wrote ${options.output}: ${sizes}, good until ${made.expiresAt}`);
    // A plan for the sample is to be looked at, and applied nowhere.
    if (count > 0 && made.source.kind !== 'sample')
      writeNote(`iamql: next, which changes nothing: iamql remediate apply ${shellWord(options.output)}`);
  }
  writeResult(options.format === 'json' ? json : renderPlan(made), undefined);
}

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

async function planFrom(ids: readonly string[], options: PlanOptions, source: Source): Promise<Plan> {
  const order = options.orderBy ? await readOrder(options.orderBy) : usualOrder;
  const { asked } = await selectControls(ids, options);
  if (asked.length === 0) throw new IamqlError('InvalidInput', 'no control is left to plan for');
  const hasExceptions = options.exceptions.length > 0;
  const exceptions = hasExceptions ? (await openExceptions(options, options.controls)).exceptions : [];
  const inventory = source.inventory();
  // Before thousands of accounts are judged that no plan is for.
  await readAccount(inventory);
  const now = new Date();
  const runs = await runControls(inventory, asked, { exceptions, now: instantOf(now) });
  throwIfNotRun(runs);
  try {
    return await makePlan(inventory, runs, {
      now,
      minAgeMs: options.minAge,
      batchSize: options.batchSize,
      order,
      exceptions,
      exceptionFiles: options.exceptions,
      tool: version(),
    });
  } finally {
    if (options.explain) await writeCalls(source);
  }
}
