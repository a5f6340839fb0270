import { type Command, Option } from 'commander';
import { IamqlError } from '../iam/error.ts';
import type { Instant } from '../iam/instant.ts';
import { FINDING, findingCatalogue } from '../inventory/finding-type.ts';
import { everything } from '../inventory/page.ts';
import { type HistoryFormat, historyFormats } from '../report/history-format.ts';
import type { StoreInventory } from '../store/store-inventory.ts';
import type { Expression } from '../where/expression.ts';
import { readWhere, type WhereInput } from '../where/read-where.ts';
import { addSelectionOptions, type ConnectorOptions } from './connector-options.ts';
import { exitCodes } from './exit-code.ts';
import { withFirst, writeLines, writeNote } from './output.ts';
import { readInstant } from './source-options.ts';

interface HistoryOptions extends Omit<ConnectorOptions, 'connectors'> {
  readonly store: string;
  readonly byDay?: boolean;
  readonly since?: Instant;
  readonly asOf?: Instant;
  readonly format: HistoryFormat;
}

export function addHistoryCommand(program: Command): void {
  const command = program
    .command('history')
    .summary('how findings came and went')
    .description(
      'Prints what a control said of each scan of a store and the life of each of its findings; without a control, how many findings were open at the end of each day.',
    )
    .argument('[control]', 'the id of a control')
    .option('--store <location>', 'scans that `iamql scan` keeps: a folder, or postgres://...', 'iamql-store');
  addSelectionOptions(command)
    .option('--by-day', 'of one control too: how many findings were open at the end of each day')
    .option('--since <time>', 'only what has happened since', readInstant)
    .option('--as-of <time>', 'as it was known then', readInstant)
    .addOption(new Option('--format <format>', 'how it is written').choices(historyFormats).default('text'))
    .action(history);
}

async function history(control: string | undefined, options: HistoryOptions): Promise<void> {
  const { StoreSource } = await import('../store/store-source.ts');
  const { connector: connectors, ou: units, tag: tags = {}, asOf } = options;
  const source = new StoreSource(options.store, { connectors, units, tags, asOf });
  try {
    const inventory = source.inventory();
    const isOfDays = control === undefined || options.byDay === true;
    await writeLines(await (isOfDays ? days : lives)(inventory, control, options), undefined);
  } finally {
    await source.close();
  }
}

/** How many findings there were, day by day. */
async function days(inventory: StoreInventory, control: string | undefined, { since, format }: HistoryOptions) {
  const { renderDays } = await import('../report/history.ts');
  const summary = await inventory.findingsSummary({ where: findingsWhere({ control }), since });
  if (control !== undefined && summary.days.length === 0 && since === undefined) throw neverJudged(control);
  noteWhatLacks(summary);
  return [renderDays(summary.days, format)];
}

/** What a control said of each scan, and the life of each finding: read as it is written. */
async function lives(inventory: StoreInventory, control: string | undefined, { since, format }: HistoryOptions) {
  const { renderHistory } = await import('../report/history.ts');
  const where = findingsWhere({ control, ...(since === undefined ? {} : { stateSince_GTE: since }) });
  const found = await inventory.findings({ where, page: { ...everything, limit: 0 } });
  const judgements = inventory.judgements(String(control), since);
  const first = await judgements.next();
  if (first.done && found.total === 0 && since === undefined) throw neverJudged(String(control));
  noteWhatLacks(found);
  const told = { judgements: withFirst(first, judgements), findings: inventory.streamFindings(where) };
  return renderHistory({ control: String(control), ...told }, format);
}

const findingsWhere = (where: WhereInput): Expression =>
  readWhere(FINDING, defined(where), undefined, findingCatalogue);

const defined = (where: WhereInput): WhereInput =>
  Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));

const neverJudged = (control: string): IamqlError =>
  new IamqlError('InvalidInput', `no scan of the store was judged by a control ${JSON.stringify(control)}`);

/** What is not known of the accounts may be more than is printed. */
function noteWhatLacks({ unread }: { readonly unread: readonly IamqlError[] }): void {
  if (unread.length > 0) process.exitCode = exitCodes.error;
  for (const { message } of unread) writeNote(`iamql: ${message}`);
}
