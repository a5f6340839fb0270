import { type Command, Option } from 'commander';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import type { FoundFindings } from '../inventory/findings.ts';
import { type HistoryFormat, historyFormats } from '../report/history-format.ts';
import type { StoreInventory } from '../store/store-inventory.ts';
import { exitCodes } from './exit-code.ts';
import { writeNote, writeResult } from './output.ts';
import { readInstant } from './source-options.ts';

interface HistoryOptions {
  readonly store: string;
  readonly connector?: string;
  readonly since?: Instant;
  readonly asOf?: Instant;
  readonly format: HistoryFormat;
}

export function addHistoryCommand(program: Command): void {
  program
    .command('history')
    .summary('how findings came and went')
    .description(
      'Prints what a control said of each scan of a store and the life of each of its findings; without a control, how many findings were open at the end of each day.',
    )
    .argument('[control]', 'the id of a control')
    .option('--store <location>', 'scans that `iamql scan` keeps: a folder, or postgres://...', 'iamql-store')
    .option('--connector <name>', 'only this account, by id or name')
    .option('--since <time>', 'only what has happened since', readInstant)
    .option('--as-of <time>', 'as it was known then', readInstant)
    .addOption(new Option('--format <format>', 'how it is written').choices(historyFormats).default('text'))
    .action(history);
}

async function history(control: string | undefined, options: HistoryOptions): Promise<void> {
  const { StoreSource } = await import('../store/store-source.ts');
  const source = new StoreSource(options.store, { connectors: undefined, tags: {}, asOf: options.asOf });
  try {
    const text = await render(source.inventory(), control, options);
    writeResult(text, undefined);
  } finally {
    await source.close();
  }
}

async function render(inventory: StoreInventory, control: string | undefined, options: HistoryOptions) {
  const { renderDays, renderHistory } = await import('../report/history.ts');
  const { connector, since, format } = options;
  const found = await inventory.findings({ control, connector, since });
  noteWhatLacks(found);
  if (control === undefined) return renderDays(await inventory.days({ connector, since }), format);
  const judgements = await inventory.judgements(control, { connector, since });
  if (judgements.length + found.findings.length === 0 && since === undefined)
    throw new IamqlError('InvalidInput', `no scan of the store was judged by a control ${JSON.stringify(control)}`);
  return renderHistory({ control, judgements, findings: found.findings }, format);
}

/** What is not known of the accounts may be more than is printed. */
function noteWhatLacks({ unread }: FoundFindings): void {
  if (unread.length > 0) process.exitCode = exitCodes.error;
  for (const { message } of unread) writeNote(`iamql: ${message}`);
}
