import { type Command, Option } from 'commander';
import { IamqlError } from '../iam/error.ts';
import { type Instant, parseInstant } from '../iam/instant.ts';
import type { FactSource } from '../inventory/fact-source.ts';
import type { Source } from '../inventory/inventory.ts';
import { openAccount } from '../inventory/open-account.ts';
import type { Verify } from '../inventory/verification.ts';
import type { Database } from '../store/database/database.ts';
import { collectTags, enrollAccounts } from './connector-options.ts';
import { parseDuration } from './duration.ts';
import { saveMemory } from './save-memory.ts';

/** Where facts come from: the same flags on every command that reads any. */
export interface SourceOptions {
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly report?: string;
  readonly generatedAt?: Instant;
  readonly acceptFiltered?: boolean;
  readonly snapshot?: string;
  readonly sample?: boolean;
  readonly store?: string;
  readonly connectors?: string | undefined;
  readonly connector?: readonly string[];
  readonly ou?: readonly string[];
  readonly tag?: Readonly<Record<string, string>>;
  readonly asOf?: Instant;
  readonly maxAge?: number;
  readonly wait: number;
  readonly setupSeconds?: number;
  /** Of the commands that judge or answer once. */
  readonly verify?: Verify;
}

/** AWS finishes most reports within seconds; large accounts have been seen to take a minute. */
const DEFAULT_WAIT = '3m';
/** A console wizard makes user and key in one go; scripts that make a key on purpose come later. */
const DEFAULT_SETUP_SECONDS = 10;

export function addSourceOptions(command: Command): Command {
  return addAccountOptions(command)
    .option('--store <location>', 'scans that `iamql scan` keeps: a folder, or postgres://...')
    .option('--connectors <file>', 'the accounts of a file of connectors, live')
    .option('--connector <name...>', 'of many accounts: only these, by id or name')
    .option('--ou <unit...>', 'of many accounts: only those in these organizational units, by id or name')
    .option('--tag <key=value>', 'of many accounts: only those with this tag; may be repeated', collectTags)
    .option('--as-of <time>', 'of a store: as the last scans before this found it', readInstant);
}

/** The same without those that are of a store: for who fills one. */
export function addAccountOptions(command: Command): Command {
  return addLiveOptions(command.optionsGroup('Where facts come from (default: live AWS):'))
    .option('--report <file>', "a credential report: AWS's CSV, or its JSON answer")
    .option('--generated-at <time>', 'when a CSV was generated, which it does not say itself', readInstant)
    .option('--accept-filtered', "take a report without the root user's row for a whole one")
    .option('--snapshot <file>', 'a snapshot that `iamql snapshot` took')
    .option('--sample', 'the bundled sample account')
    .option('--max-age <time>', 'no facts older than this, for example 4h', parseDuration);
}

/** Those of a live account: all that there are for who changes something in one. */
export function addLiveOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'a profile of your AWS config files')
    .option('--role-arn <arn>', 'assume this role first')
    .option('--external-id <id>', 'the external id that the role asks for')
    .addOption(durationOption('--wait <time>', 'how long AWS may take to generate a report', DEFAULT_WAIT))
    .option(
      '--setup-seconds <n>',
      `a key this much younger than its user was made during setup (default: ${DEFAULT_SETUP_SECONDS}, or the snapshot's)`,
      readSeconds,
    );
}

/** Whose facts are read live. A server answers from what it read once, and a snapshot is read live anyway. */
export const verifyOption = (
  description = 'read live what the report may have stale: of the users who are selected, and of newer ones',
): Option => new Option('--verify [users]', description).choices(Object.keys(verifyModes));

const verifyModes: Readonly<Record<Verify, true>> = { selected: true, all: true };

/** `--verify` alone means the selected users. Commander would take the next word, a text or a control, for its value. */
export const withVerifyMode = (args: readonly string[]): readonly string[] =>
  args.map((arg) => (arg === '--verify' ? '--verify=selected' : arg));

/** A length of time whose default is shown as it would be typed. */
export function durationOption(flags: string, description: string, usual: string): Option {
  return new Option(flags, description).argParser(parseDuration).default(parseDuration(usual), usual);
}

/** Opens the source that the flags name, and closes it when the work is done: a database would keep the process alive. */
export async function withSource<T>(options: SourceOptions, work: (source: Source) => Promise<T>): Promise<T> {
  const source = await openSource(options);
  try {
    return await work(source);
  } finally {
    await source.close?.();
  }
}

/**
 * Opens the source that the flags name: live AWS when they name none. Nothing else ever falls back to another.
 *
 * @param scanned the store's database, where this process has it open to scan into.
 */
export async function openSource(options: SourceOptions, scanned?: Database): Promise<Source> {
  // Who scans a file into a store asks the store alone.
  rejectContradictions(scanned ? { ...options, connectors: undefined } : options);
  const { store, connector: connectors, ou: units, tag: tags = {}, asOf } = options;
  if (store !== undefined) {
    const { StoreSource } = await import('../store/store-source.ts');
    return new StoreSource(scanned ?? store, { connectors, units, tags, asOf, maxAgeMs: options.maxAge });
  }
  if (options.connectors !== undefined) return openConnectors(options);
  const { sample, snapshot, maxAge: maxAgeMs, setupSeconds, verify } = options;
  if (sample) return (await import('../inventory/snapshot/sample.ts')).openSample(setupSeconds);
  if (snapshot !== undefined) {
    saveMemory();
    const { SnapshotSource } = await import('../inventory/snapshot/snapshot-source.ts');
    return new SnapshotSource({ file: snapshot, maxAgeMs, setupSeconds });
  }
  const settings = { setupSeconds: setupSecondsOf(options) };
  return openAccount(await openFactSource(options), settings, { maxAgeMs, verify });
}

async function openConnectors(options: SourceOptions): Promise<Source> {
  const { ConnectorsSource } = await import('../connectors/connectors-source.ts');
  const { enrollment, access } = await enrollAccounts(options);
  const { connectors, unlisted } = enrollment;
  // Nothing that was asked of no account says that any is clean.
  if (connectors.length + unlisted.length === 0)
    throw new IamqlError('NotCollected', 'the connectors leave no account to read; `iamql connectors list` says why');
  return new ConnectorsSource(enrollment, access, connectorSettings(options));
}

/** How each account of several is read. */
export const connectorSettings = ({ setupSeconds, wait: waitMs, maxAge: maxAgeMs, verify }: SourceOptions) => ({
  setupSeconds: setupSeconds ?? DEFAULT_SETUP_SECONDS,
  waitMs,
  maxAgeMs,
  verify,
});
export const setupSecondsOf = ({ setupSeconds }: Pick<SourceOptions, 'setupSeconds'>): number =>
  setupSeconds ?? DEFAULT_SETUP_SECONDS;

async function openFactSource(options: SourceOptions): Promise<FactSource> {
  const { report } = options;
  if (report !== undefined) {
    const { ReportSource } = await import('../inventory/report-source.ts');
    const { generatedAt, maxAge: maxAgeMs, acceptFiltered = false } = options;
    return new ReportSource({ file: report, generatedAt, maxAgeMs, acceptFiltered });
  }
  return (await openLive(options)).source;
}

export type LiveOptions = Pick<
  SourceOptions,
  'profile' | 'roleArn' | 'externalId' | 'maxAge' | 'wait' | 'setupSeconds'
>;

/** The account of the credentials that the flags name, and the facts of it. */
export async function openLive(options: LiveOptions) {
  const { signal } = new AbortController();
  const [{ AwsAccount }, { LiveSource }] = await Promise.all([
    import('../aws/aws-account.ts'),
    import('../inventory/live-source.ts'),
  ]);
  const { profile, roleArn, externalId, maxAge: maxAgeMs, wait: waitMs } = options;
  const settings = {
    ...(profile ? { profile } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(externalId ? { externalId } : {}),
  };
  const account = new AwsAccount(settings, signal);
  return { account, source: new LiveSource(account, { maxAgeMs, waitMs }, signal) };
}

function rejectContradictions(options: SourceOptions): void {
  const { sample, report, snapshot, profile, roleArn, externalId, generatedAt, acceptFiltered } = options;
  const files = [
    ...(sample ? ['--sample'] : []),
    ...(report === undefined ? [] : ['--report']),
    ...(snapshot === undefined ? [] : ['--snapshot']),
    ...(options.store === undefined ? [] : ['--store']),
  ];
  const sources = [...files, ...(options.connectors === undefined ? [] : ['--connectors'])];
  const live = profile ?? roleArn ?? externalId;
  const problem =
    (sources.length > 1 && `${sources.join(' and ')} name ${sources.length === 2 ? 'two' : sources.length} sources`) ||
    (files.length > 0 && live !== undefined && '--profile, --role-arn and --external-id are for live AWS only') ||
    (options.connectors !== undefined &&
      live !== undefined &&
      '--profile, --role-arn and --external-id are for one account: the file of --connectors says how each is reached') ||
    (report === undefined && (generatedAt || acceptFiltered) && '--generated-at and --accept-filtered need --report') ||
    (files.length > 0 &&
      options.verify !== undefined &&
      `--verify asks AWS what is true now, and ${files[0]} holds what was: verify a live account`) ||
    (options.store === undefined && options.asOf !== undefined && '--as-of needs --store') ||
    (options.store === undefined &&
      options.connectors === undefined &&
      (options.connector ?? options.ou ?? options.tag) !== undefined &&
      '--connector, --ou and --tag need --store or --connectors') ||
    (sample && options.maxAge !== undefined && '--max-age is not for the sample, which is as old as it is') ||
    whyNotLive(options);
  if (problem) throw new IamqlError('InvalidInput', problem);
}

const whyNotLive = ({ externalId, roleArn }: LiveOptions): string | false =>
  externalId !== undefined && !roleArn && '--external-id needs --role-arn';

/** @throws IamqlError InvalidInput */
export function rejectLiveContradictions(options: LiveOptions): void {
  const problem = whyNotLive(options);
  if (problem) throw new IamqlError('InvalidInput', problem);
}

export function readInstant(text: string): Instant {
  const instant = parseInstant(text);
  if (!instant)
    throw new IamqlError(
      'InvalidInput',
      `${JSON.stringify(text)} is not an RFC 3339 time such as 2026-03-01T10:20:30Z`,
    );
  return instant;
}

function readSeconds(text: string): number {
  if (!/^\d+$/.test(text))
    throw new IamqlError('InvalidInput', `--setup-seconds ${JSON.stringify(text)} is not a number of seconds`);
  return Number(text);
}
