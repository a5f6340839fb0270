import type { Command } from 'commander';
import type { IamqlError } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import { version } from '../package-version.ts';
import type { Database } from '../store/database/database.ts';
import type { ScanOutcome } from '../store/scans/scan-account.ts';
import { collectTags } from './connector-options.ts';
import { exitCodeOfError, exitCodeOfUnread, exitCodes } from './exit-code.ts';
import { addJudgingOptions, type Judge, type JudgingOptions, openJudging } from './judge-scans.ts';
import { writeCalls, writeNote, writeResult } from './output.ts';
import { startProgress } from './progress.ts';
import { saveMemory } from './save-memory.ts';
import { addRoundOptions, checkRoundOptions, type RoundOptions, scanConnectors } from './scan-connectors.ts';
import { addAccountOptions, openSource } from './source-options.ts';
import { addStoreOption, describeExpired, keepOption, keptSince } from './store-options.ts';

interface ScanOptions extends RoundOptions, JudgingOptions {
  readonly store: string;
  readonly every?: number;
  readonly name?: string;
  readonly keep?: number;
  readonly explain?: boolean;
}

export function addScanCommand(program: Command): void {
  const command = addStoreOption(
    program
      .command('scan')
      .summary('read whole accounts and keep them in a store')
      .description(
        'Reads everything that can be asked of one account, or of those of a file of connectors, and keeps it in a store, beside what earlier scans found.',
      ),
  )
    .option('--name <name>', 'what the account is called, if not by its id')
    .option(
      '--tag <key=value>',
      'a tag for the account, in place of those that it has; with --connectors, only accounts with this tag; may be repeated',
      collectTags,
    )
    .addOption(keepOption())
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addAccountOptions(addJudgingOptions(addRoundOptions(command))).action(scan);
}

async function scan({ store, tag, ...options }: ScanOptions): Promise<void> {
  const { openOrMakeStore, openStore } = await import('../store/open-store.ts');
  const judge = await openJudging(options);
  const write = options.new === '-' ? writeNote : (text: string) => writeResult(text, undefined);
  if (options.judge) return judgeStore(await openStore(store), judge, write);
  checkRoundOptions(options);
  saveMemory(options.connectors !== undefined);
  if (options.connectors !== undefined)
    return scanFile({ ...options, ...(tag ? { tag } : {}) }, await openOrMakeStore(store), { judge, write });
  const source = await openSource(options);
  const database = await openOrMakeStore(store);
  try {
    const outcome = await scanInto(database, source, { ...options, ...(tag ? { tag } : {}) });
    if (options.explain) await writeCalls(source);
    if (outcome.failure) {
      if (outcome.scan === undefined && exitCodeOfError(outcome.failure.kind) === exitCodes.error)
        writeNote('iamql: nothing told which account this is, so none of the store is marked as stale; --name says it');
      await judge.failure(await failedAccount(database, outcome, options.name), database);
      throw outcome.failure;
    }
    process.exitCode = exitCodeOfUnread(outcome.unread);
    write(await describe(outcome, store));
    for (const line of await judge.scans(database, [String(outcome.account)])) write(line);
    if (options.keep !== undefined) await expireBefore(database, keptSince(options.keep));
  } finally {
    await database.close();
  }
}

function scanFile(
  { keep, ...options }: Omit<ScanOptions, 'store'>,
  database: Database,
  context: { readonly judge: Judge; readonly write: (text: string) => void },
): Promise<void> {
  const afterwards = async (): Promise<void> => {
    if (keep !== undefined) await expireBefore(database, keptSince(keep));
  };
  return scanConnectors(options, database, { ...context, afterwards });
}

/** Of all accounts, what was not judged when it was scanned. */
async function judgeStore(database: Database, judge: Judge, write: (text: string) => void): Promise<void> {
  try {
    for (const line of await judge.scans(database)) write(line);
  } finally {
    await database.close();
  }
}

async function scanInto(database: Database, source: Source, options: Omit<ScanOptions, 'store'>): Promise<ScanOutcome> {
  const { scanAccount } = await import('../store/scans/scan-account.ts');
  let doing = 'reading the account';
  const progress = startProgress(() => `${doing}, ${source.calls.length} AWS calls so far`);
  const settings = {
    name: options.name,
    tags: options.tag,
    accountId: /^arn:[^:]*:iam::(\d{12}):/.exec(options.roleArn ?? '')?.[1],
    onRead: () => {
      doing = 'writing the scan';
      progress.changed();
    },
  };
  return scanAccount(database, source, settings, version()).finally(progress.end);
}

/** Where not even whose account it is could be read, all that is known is what it was called. */
async function failedAccount(database: Database, { scan, failure }: ScanOutcome, name: string | undefined) {
  const { failedAccounts } = await import('../store/scans/failed-accounts.ts');
  const kept = (await failedAccounts(database)).find((one) => one.scan === scan);
  const { kind: code, message } = failure as IamqlError;
  const unknown = { scan: null, connector: null, accountName: name ?? null, lastGoodAt: null };
  return kept ?? { ...unknown, failedAt: new Date(), error: { code, message } };
}

async function expireBefore(database: Database, before: Date): Promise<void> {
  const { expire } = await import('../store/scans/retention.ts');
  const expired = await expire(database, before);
  if (Object.values(expired).some((count) => count > 0))
    writeNote(`iamql: deleted what was older than --keep: ${describeExpired(expired)}`);
}

async function describe({ scan: number, account, counts, unread }: ScanOutcome, store: string): Promise<string> {
  const { shownLocation } = await import('../store/database/location.ts');
  const found = [...counts].flatMap(([type, count]) => (count > 0 ? [`${count} ${type}`] : []));
  const notRead = unread.map((note) => `not read: ${describeUnread(note)}\n`);
  return `scan ${number} of account ${account}, in ${shownLocation(store)}: ${found.join(', ')}\n${notRead.join('')}`;
}

/** What a scan or a snapshot lacks, on one line. */
export function describeUnread({ type, fields, identifiers, message }: ScanOutcome['unread'][number]): string {
  const whose = `${type}${identifiers ? ` (${identifiers.length})` : ''}`;
  return `${whose}${fields ? ` ${fields.join(', ')}` : ''}: ${message}`;
}
