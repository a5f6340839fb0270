import { type Command, Option } from 'commander';
import type { Instant } from '../iam/instant.ts';
import { addControlOptions, addControlsFolders, type ControlOptions, paramOption } from './control-options.ts';
import { type ExceptionOptions, exceptionsOption } from './exceptions.ts';
import { batchSizeOption, orderOption, readCount } from './order-options.ts';
import {
  addLiveOptions,
  addSourceOptions,
  durationOption,
  type LiveOptions,
  readInstant,
  type SourceOptions,
  verifyOption,
} from './source-options.ts';
import { formatOption } from './store-options.ts';

export interface PlanOptions extends ControlOptions, SourceOptions, Pick<ExceptionOptions, 'exceptions'> {
  readonly minAge: number;
  readonly batchSize: number;
  readonly orderBy?: readonly string[];
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly explain?: boolean;
}

/** Of what may write to AWS, and does so with `--yes` only. */
export interface RunOptions extends LiveOptions {
  readonly yes?: boolean;
  readonly format: 'text' | 'json';
  readonly journal: string;
  readonly explain?: boolean;
}

export interface ApplyOptions extends RunOptions, Pick<ExceptionOptions, 'exceptions'> {
  readonly controls?: readonly string[];
  readonly benchmark?: string;
  readonly param?: readonly string[];
  readonly minAge: number;
  readonly delete?: boolean;
  readonly hold: number;
  readonly batch?: number;
  readonly all?: boolean;
}

export interface UndoOptions extends RunOptions {
  readonly since?: Instant;
}

/** Where what was done is written down, unless told otherwise: in the folder that one stands in. */
const DEFAULT_JOURNAL = 'iamql-journal.ndjson';

/** The fix of what controls find; what may write to AWS is loaded when it is asked for, and by nothing else. */
export function addRemediateCommand(program: Command): void {
  const remediate = program
    .command('remediate')
    .summary('plan, do and undo what is to be done about findings')
    .description('Plans what is to be done about access keys that were never used, does it, and undoes it.');
  const plan = remediate
    .command('plan')
    .description('Writes what would be done about what controls find. Changes nothing.')
    .argument('[control...]', 'ids of controls (default: the founding one)')
    .option('--output <file>', 'write the plan, as JSON, for `remediate apply`')
    .addOption(formatOption())
    .addOption(minAgeOption())
    .addOption(batchSizeOption('how many keys are dealt with at once'))
    .addOption(orderOption())
    .addOption(exceptionsOption())
    .addOption(verifyOption())
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addSourceOptions(addControlOptions(plan)).action(async (ids: readonly string[], options: PlanOptions) => {
    const { plan: make } = await import('./remediate-plan.ts');
    await make(ids, options);
  });
  addApplyCommand(remediate);
  addUndoCommand(remediate);
}

function addApplyCommand(remediate: Command): void {
  const command = remediate
    .command('apply')
    .description('Does a batch of a plan, with --yes; without, looks and says what it would do.')
    .argument('<plan>', 'the file that `remediate plan --output` wrote')
    .option('--delete', 'delete keys that this tool has turned off, instead of turning keys off')
    .addOption(durationOption('--hold <time>', 'how long a key has been off before it may be deleted', '14d'))
    .addOption(
      new Option('--batch <n>', 'this batch (default: the first that has something left)').argParser(readCount),
    )
    .option('--all', 'all batches')
    .addOption(minAgeOption())
    .option('--benchmark <id>', 'the benchmark that the plan was made with')
    .addOption(paramOption())
    .addOption(exceptionsOption());
  addLiveOptions(addControlsFolders(addRunOptions(command))).action(async (file: string, options: ApplyOptions) => {
    const { apply } = await import('./remediate-apply.ts');
    await apply(file, options);
  });
}

function addUndoCommand(remediate: Command): void {
  const command = remediate
    .command('undo')
    .description('Turns on again what the journal says was turned off, with --yes; without, says what it would do.')
    .argument('[key...]', 'ids of access keys (default: all that the journal says are off)')
    .option('--since <time>', 'only what was turned off since', readInstant);
  addLiveOptions(addRunOptions(command)).action(async (keys: readonly string[], options: UndoOptions) => {
    const { undo } = await import('./remediate-undo.ts');
    await undo(keys, options);
  });
}

const minAgeOption = (): Option => durationOption('--min-age <time>', 'leave out keys that are younger', '7d');

const addRunOptions = (command: Command): Command =>
  command
    .option('--yes', 'do it')
    .addOption(formatOption())
    .option('--journal <file>', 'where what is done is written down', DEFAULT_JOURNAL)
    .option('--explain', 'print every call that was made to AWS, on stderr');
