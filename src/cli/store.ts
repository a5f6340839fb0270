import type { Command } from 'commander';
import { renderColumns } from '../report/columns.ts';
import { printable } from '../report/printable.ts';
import type { StoreStatus } from '../store/store-status.ts';
import { writeNote, writeResult } from './output.ts';
import { addStoreOption, describeExpired, formatOption, keepOption, keptSince } from './store-options.ts';

interface StoreOptions {
  readonly store: string;
}

interface StatusOptions extends StoreOptions {
  readonly format: 'text' | 'json';
}

interface VacuumOptions extends StoreOptions {
  readonly keep?: number;
}

export function addStoreCommand(program: Command): void {
  const store = program
    .command('store')
    .summary('look after a store')
    .description('Says what a store holds, and makes it smaller.');
  addStoreOption(
    store
      .command('status')
      .description('Prints where the store is, what it holds, and which accounts are stale.')
      .addOption(formatOption()),
  ).action(status);
  addStoreOption(
    store
      .command('vacuum')
      .description('Gives unused room back to the database; with --keep, deletes old scans first.')
      .addOption(keepOption()),
  ).action(vacuumStore);
}

async function status({ store, format }: StatusOptions): Promise<void> {
  const [{ openStore }, { readStatus }] = await Promise.all([
    import('../store/open-store.ts'),
    import('../store/store-status.ts'),
  ]);
  const database = await openStore(store);
  try {
    const read = await readStatus(database, store);
    writeResult(format === 'json' ? `${JSON.stringify(read, null, 2)}\n` : renderText(read), undefined);
  } finally {
    await database.close();
  }
}

async function vacuumStore({ store, keep }: VacuumOptions): Promise<void> {
  const [{ openStore }, { expire, vacuum }] = await Promise.all([
    import('../store/open-store.ts'),
    import('../store/scans/retention.ts'),
  ]);
  const database = await openStore(store);
  try {
    const expired = keep === undefined ? undefined : await expire(database, keptSince(keep));
    await vacuum(database);
    if (expired) writeNote(`iamql: deleted ${describeExpired(expired)}`);
  } finally {
    await database.close();
  }
}

function renderText({ rows, stale, ...store }: StoreStatus): string {
  const facts = renderColumns([
    ['location', store.location],
    ['database', store.server],
    ['store version', String(store.version)],
    ['accounts', String(store.accounts)],
    ['scans', String(store.scans)],
    ['size', `${(store.bytes / 1_000_000).toFixed(1)} MB`],
  ]);
  const counts = renderColumns([
    ['ASSETS', 'NOW', 'EARLIER STATES'],
    ...rows.map(({ table, now, before }) => [table, String(now), String(before)]),
  ]);
  const notes = stale.map(({ account, name, lastGood, failedAt, message }) => {
    const since = lastGood ? `what is known is of ${time(lastGood)}` : 'nothing is known of it';
    return `stale: account ${account} (${printable(name)}): the scan of ${time(failedAt)} read nothing, ${since}: ${message}\n`;
  });
  return [facts, ...(rows.length > 0 ? [counts] : []), ...(notes.length > 0 ? [notes.join('')] : [])].join('\n');
}

const time = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
