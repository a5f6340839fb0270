import type { Command } from 'commander';
import { addControlsFolders, type ControlOptions, paramOption } from './control-options.ts';
import { type ExceptionOptions, exceptionsOption } from './exceptions.ts';
import { batchSizeOption, orderOption } from './order-options.ts';
import { addSourceOptions, type SourceOptions, verifyOption } from './source-options.ts';

export interface RollOutOptions
  extends SourceOptions,
    Pick<ControlOptions, 'param' | 'controls'>,
    Pick<ExceptionOptions, 'exceptions'> {
  readonly result?: readonly string[];
  readonly owner?: readonly string[];
  readonly ownerTag: readonly string[];
  readonly orderBy?: readonly string[];
  readonly batchSize: number;
  readonly update?: string;
  readonly output?: string;
}

/** Tags by which people say who answers for something. */
const OWNER_TAGS = ['owner', 'team'];

export function addGuardrailsPlan(parent: Command): void {
  const command = parent
    .command('plan')
    .description(
      'Orders the work on a control as a checklist in Markdown: what stops new cases, accounts that nobody could judge, findings in batches, the next scan.',
    )
    .argument('[control]', 'the id of the control (default: the founding one)')
    .option('--result <file...>', 'what `iamql check --format json` printed, instead of judging')
    .option('--owner <rule>', 'who answers: NAME, or ACCOUNT=NAME, also of a unit or organization; repeatable', collect)
    .option('--owner-tag <key...>', 'tags that name the owner of a user or an account', OWNER_TAGS)
    .addOption(orderOption())
    .addOption(batchSizeOption('how many findings are in a batch'))
    .option('--update <file>', 'render this file anew, with the ticks of its steps')
    .option('--output <file>', 'write it to a file')
    .addOption(paramOption())
    .addOption(exceptionsOption())
    .addOption(verifyOption());
  addSourceOptions(addControlsFolders(command)).action(async (control: string | undefined, options: RollOutOptions) =>
    (await import('./roll-out.ts')).rollOut(control, options),
  );
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
