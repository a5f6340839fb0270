import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { findControls, foundingControlId } from '../controls/load-controls.ts';
import { IamqlError } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import type { Database } from '../store/database/database.ts';
import { parseDuration } from './duration.ts';
import { addLimitOptions, type LimitOptions, limitsOf } from './limit-options.ts';
import { writeNote } from './output.ts';
import { saveMemory } from './save-memory.ts';
import { addSourceOptions, durationOption, openSource, type SourceOptions } from './source-options.ts';

interface ServeOptions extends SourceOptions, LimitOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly allowHost: readonly string[];
  readonly refresh: number;
  readonly scanEvery?: number;
}

const MIN_TOKEN_LENGTH = 16;
/** Fewer than a process scans that does nothing else. */
const SCANNED_AT_ONCE = 16;

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .summary('GraphQL over HTTP, with an explorer page')
    .description('Serves GraphQL at /graphql, with an explorer page for browsers at the same address.')
    .option('--host <address>', 'the address to listen on; any but the loopback needs a token', '127.0.0.1')
    .option('--port <n>', 'the port to listen on', readPort, 4000)
    .option('--token-file <file>', 'the token that clients must send; or set IAMQL_TOKEN')
    .option('--allow-host <name...>', "host names that requests may be for, beside the loopback's", [])
    .addOption(durationOption('--refresh <time>', 'how long answers come from what was read once', '5m'))
    .addOption(
      new Option(
        '--scan-every <time>',
        'with --store and --connectors: also scan the accounts of the file into the store, so often',
      ).argParser(parseDuration),
    );
  addLimitOptions(addSourceOptions(command), true).action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const token = readToken(options.tokenFile);
  const { isLoopback } = await import('../server/access.ts');
  if (!isLoopback(options.host) && token === undefined) {
    throw new IamqlError(
      'InvalidInput',
      `--host ${options.host} can be reached from elsewhere, so a token is needed: set IAMQL_TOKEN or --token-file`,
    );
  }
  if (options.store !== undefined) saveMemory(true);
  const scanning = options.scanEvery === undefined ? undefined : await openScanning(options);
  const sources = new CurrentSource(options, scanning?.database);
  const { label: sourceLabel, isSample } = await describe(await sources.open(), options).catch((error: unknown) => {
    // The first round fills it.
    if (scanning && error instanceof IamqlError && error.kind === 'NotCollected')
      return { label: `the store ${options.store}`, isSample: false };
    throw error;
  });
  const [{ createApp }, { listen }] = await Promise.all([import('../server/app.ts'), import('../server/listen.ts')]);
  const [founding] = await findControls([foundingControlId]);
  const app = await createApp({
    openInventory: async () => (await sources.open()).inventory(),
    sourceLabel,
    isSample,
    token,
    allowedHosts: options.allowHost.map((name) => name.toLowerCase()),
    foundingText: founding?.rules[0]?.query ?? '',
    limits: limitsOf(options),
  });
  const server = await listen(app, options.host, options.port);
  // Whoever waits for the note may send a signal as soon as it is there.
  stopOnSignal(async () => {
    await Promise.all([server.close(), scanning?.stop()]);
    await scanning?.database.close();
  });
  writeNote(`iamql serves ${sourceLabel} at ${server.url}`);
  await scanning?.start();
}

/** One database for both: nobody else may have the folder of a store open. The first round begins when the server answers. */
async function openScanning(options: ServeOptions) {
  const { store, connectors, scanEvery: everyMs } = options;
  if (store === undefined || connectors === undefined || everyMs === undefined)
    throw new IamqlError('InvalidInput', '--scan-every needs --store and --connectors');
  const [{ openOrMakeStore }, { scanEvery }, { scanRound }, { openJudging }] = await Promise.all([
    import('../store/open-store.ts'),
    import('./scan-connectors.ts'),
    import('./scan-round.ts'),
    import('./judge-scans.ts'),
  ]);
  const judge = await openJudging({ exceptions: [], expiring: 0 });
  const database = await openOrMakeStore(store);
  const controller = new AbortController();
  const context = { database, judge, signal: controller.signal, write: writeNote };
  const round = async (): Promise<void> =>
    void (await scanRound({ ...options, accountsAtOnce: SCANNED_AT_ONCE }, context));
  let running: Promise<void> = Promise.resolve();
  return {
    database,
    start: () => {
      running = scanEvery(everyMs, round, controller.signal);
      return running;
    },
    stop: async (): Promise<void> => {
      controller.abort();
      await running.catch(() => {});
    },
  };
}

/**
 * The source to answer from: a new one when the last is older than `--refresh`, so that its report is read again. A store
 * is looked at anew for each request, and stays open.
 */
class CurrentSource {
  private readonly options: ServeOptions;
  private source: Promise<Source> | undefined;
  private openedAt = 0;
  private readonly database: Database | undefined;

  /** @param database of the store, where this process has it open. */
  constructor(options: ServeOptions, database: Database | undefined) {
    this.options = options;
    this.database = database;
  }

  open(): Promise<Source> {
    const isOld = this.options.store === undefined && Date.now() - this.openedAt > this.options.refresh;
    if (!this.source || isOld) {
      this.openedAt = Date.now();
      this.source = openSource(this.options, this.database);
    }
    return this.source;
  }
}

/** Asks once before anyone else does: bad credentials or a bad file end the server before it starts. */
async function describe(source: Source, options: ServeOptions) {
  const { accountId, accounts, isSample } = await source.identify();
  // Of several it says how many.
  const called = accounts.length > 1 ? accountId : `account ${accountId}`;
  const account = isSample
    ? `the SAMPLE account ${accountId}: bundled example data, not your account`
    : `${source.kind === 'live' ? 'the live ' : ''}${called}`;
  if (source.kind === 'store') return { label: `the store ${options.store} of ${account}`, isSample };
  const { report, snapshot } = options;
  const file = source.kind === 'report' ? `the credential report ${report} of ` : `the snapshot ${snapshot} of `;
  const label = `${source.kind === 'report' || source.kind === 'snapshot' ? file : ''}${account}`;
  return { label, isSample };
}

/** Ctrl-C is how a server is meant to end. There is never a moment without a listener, which would end it with an error. */
function stopOnSignal(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const before = process.listeners(signal);
    process.once(signal, () => close().then(() => process.exit(0)));
    for (const listener of before) process.off(signal, listener);
  }
}

function readToken(file: string | undefined): string | undefined {
  // An empty variable is one that is not set; an empty file is a token that got lost, and opens nothing.
  const token = file === undefined ? process.env['IAMQL_TOKEN'] || undefined : readTokenFile(file);
  if (token === undefined) return undefined;
  if (token === '') throw new IamqlError('InvalidInput', `--token-file ${file} is empty`);
  if (token.length < MIN_TOKEN_LENGTH)
    throw new IamqlError('InvalidInput', `the token is shorter than ${MIN_TOKEN_LENGTH} characters`);
  return token;
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new IamqlError('InvalidInput', `cannot open ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new IamqlError('InvalidInput', `--port ${JSON.stringify(text)} is not a port number`);
}
