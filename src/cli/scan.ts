import type { Command } from 'commander';
import type { IamqlError } from '../iam/error.ts';
import { version } from '../package-version.ts';
import type { Database } from '../store/database.ts';
import type { ScanOutcome } from '../store/scan-account.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { addJudgingOptions, type Judge, type JudgingOptions, openJudging } from './judge-scans.ts';
import { writeNote, writeResult } from './output.ts';
import { addSourceOptions, openSource, type SourceOptions } from './source-options.ts';

/** Where scans are kept unless told otherwise: in the folder that one stands in. */
const DEFAULT_STORE = 'iamql-store';

interface ScanOptions extends SourceOptions, JudgingOptions {
  readonly name?: string;
  readonly explain?: boolean;
}

export function addScanCommand(program: Command): void {
  const command = program
    .command('scan')
    .summary('read a whole account and keep it in a store')
    .description(
      'Reads everything that can be asked of one account, and keeps it in a store, beside what earlier scans found.',
    )
    .option('--name <name>', 'what the account is called, if not by its id')
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addSourceOptions(addJudgingOptions(command)).action(scan);
}

async function scan({ store = DEFAULT_STORE, tag, ...options }: ScanOptions): Promise<void> {
  const [{ openStore }, { scanAccount }] = await Promise.all([
    import('../store/open-store.ts'),
    import('../store/scan-account.ts'),
  ]);
  const judge = await openJudging(options);
  const write = options.new === '-' ? writeNote : (text: string) => writeResult(text, undefined);
  if (options.judge) return judgeStore(await openStore(store), judge, write);
  const source = await openSource(options);
  const database = await openStore(store);
  try {
    const settings = {
      name: options.name,
      tags: tag,
      accountId: /^arn:[^:]*:iam::(\d{12}):/.exec(options.roleArn ?? '')?.[1],
    };
    const outcome = await scanAccount(database, source, settings, version());
    if (options.explain) writeNote((await import('../report/calls.ts')).renderCalls(source.calls));
    if (outcome.failure) throw outcome.failure;
    process.exitCode = exitCodeOf(outcome.unread.map(({ code }) => code));
    write(describe(outcome, store));
    for (const line of await judge(database, [String(outcome.account)])) write(line);
  } finally {
    await database.close();
  }
}

/** Of all accounts, what was not judged when it was scanned. */
async function judgeStore(database: Database, judge: Judge, write: (text: string) => void): Promise<void> {
  try {
    for (const line of await judge(database)) write(line);
  } finally {
    await database.close();
  }
}

function describe({ scan: number, account, counts, unread }: ScanOutcome, store: string): string {
  const found = [...counts].flatMap(([type, count]) => (count > 0 ? [`${count} ${type}`] : []));
  const notRead = unread.map(({ type, fields, identifiers, message }) => {
    const whose = `${type}${identifiers ? ` (${identifiers.length})` : ''}`;
    return `not read: ${whose}${fields ? ` ${fields.join(', ')}` : ''}: ${message}\n`;
  });
  return `scan ${number} of account ${account}, in ${store}: ${found.join(', ')}\n${notRead.join('')}`;
}

/** A source that does not hold a fact was read whole; one that refused or failed was not. */
const exitCodeOf = (codes: readonly IamqlError['kind'][]): number =>
  codes.reduce(
    (worst, code) => (code === 'NotCollected' ? worst : Math.max(worst, exitCodeOfError(code))),
    exitCodes.pass as number,
  );
