import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import pLimit from 'p-limit';
import type { Exception } from '../controls/exception.ts';
import { judgedControl } from '../controls/judged-control.ts';
import { loadLibrary } from '../controls/load-controls.ts';
import { parametersOf } from '../controls/parameters.ts';
import { type AskedControl, runControls } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import type { Database } from '../store/database/database.ts';
import { controlsJudged, scansToJudge } from '../store/findings/judged-scans.ts';
import { type JudgedScan, keepFindings } from '../store/findings/keep-findings.ts';
import { type FailedAccount, failedAccounts } from '../store/scans/failed-accounts.ts';
import {
  type ChangeKind,
  changeKinds,
  changesOf,
  countChanges,
  type FindingChange,
  unjudgedOf,
} from '../store/scans/scan-changes.ts';
import { StoreSource } from '../store/store-source.ts';
import { addControlsFolders, paramOption, readOverrides } from './control-options.ts';
import { addExceptionOptions, type ExceptionOptions, openExceptions } from './exceptions.ts';
import { writeNew } from './new-findings.ts';
import { rejectUnwritable, writeNote } from './output.ts';
import { deliver, deliverFailure } from './scan-events.ts';
import { readWebhook } from './webhook.ts';

/** More take no less time: one waits for the database while another is judged. */
const SCANS_AT_ONCE = 4;

/** What is judged over a scan, and who is told what it changed. */
export interface JudgingOptions extends ExceptionOptions {
  readonly controls?: readonly string[];
  readonly param?: readonly string[];
  /** True: only judge; false: only read. */
  readonly judge?: boolean;
  readonly new?: string;
  readonly webhook?: string;
}

export function addJudgingOptions(command: Command): Command {
  const judged = addControlsFolders(command.optionsGroup('What is judged over the scan:').addOption(paramOption()));
  return addExceptionOptions(judged)
    .option('--judge', 'read nothing: judge what is in the store and was not judged yet')
    .option('--no-judge', 'judge nothing: only keep the scan')
    .option('--new <file>', 'write the findings that the scan changed as NDJSON; - for stdout')
    .option('--webhook <url>', 'send them there, signed with the secret of IAMQL_WEBHOOK_SECRET');
}

/** What is asked for is looked at before anything is read: an exception or a URL that is wrong ends the scan before it begins. */
export async function openJudging(options: JudgingOptions): Promise<Judge> {
  const { controls: folders, param = [], exceptions: files, judge = true } = options;
  if (!judge && (options.new ?? options.webhook) !== undefined)
    throw new IamqlError('InvalidInput', '--new and --webhook tell what judging changed: leave --no-judge out');
  if (!judge && param.length > 0)
    throw new IamqlError('InvalidInput', '--param is for what is judged: leave --no-judge out');
  if (!judge) return { scans: async () => [], failure: async () => {} };
  const webhook = options.webhook === undefined ? undefined : readWebhook(options.webhook);
  if (options.new !== undefined && options.new !== '-') rejectUnwritable(options.new);
  const { controls } = await loadLibrary(folders);
  const overrides = readOverrides(param, controls);
  const asked = controls.map((control) => ({ control, parameters: overrides(control) }));
  const opened = files.length > 0 ? await openExceptions({ exceptions: files }, folders) : { exceptions: [] };
  const judging = { asked, exceptions: opened.exceptions, webhook, file: options.new };
  return {
    scans: (database, connectors) => judgeScans(database, judging, connectors),
    failure: async (failed, database) => webhook && deliverFailure(database, webhook, failed),
  };
}

export interface Judge {
  /** Judges what was not judged yet, of all accounts or of some, and tells what that changed. @returns a line for each scan. */
  scans(database: Database, connectors?: readonly string[]): Promise<readonly string[]>;
  /** Tells of an account of which nothing could be read. */
  failure(failed: FailedAccount, database: Database): Promise<void>;
}

interface Judging {
  readonly asked: readonly AskedControl[];
  readonly exceptions: readonly Exception[];
  readonly webhook: ReturnType<typeof readWebhook> | undefined;
  readonly file: string | undefined;
}

async function judgeScans(database: Database, judging: Judging, connectors: readonly string[] | undefined) {
  const { webhook, file } = judging;
  const scans = await scansToJudge(database, connectors);
  const judged = judgeSideBySide(database, scans, judging);
  const lines: string[] = [];
  for (const scan of scans) {
    await judged.get(scan);
    const [counts, unjudged] = [await countChanges(database, scan.id), await unjudgedOf(database, scan.id)];
    lines.push(describe(scan, counts, unjudged.length));
    if (webhook) await deliver(database, webhook, { scan, counts, unjudged });
  }
  // An account that is stale is told of until somebody has heard it.
  if (webhook && !connectors)
    for (const failed of await failedAccounts(database)) await deliverFailure(database, webhook, failed);
  if (file !== undefined) await writeNew(changesOfAll(database, scans), file);
  return lines;
}

/** Of one account one after the other, for each knows what the one before found. A folder has one session for all. */
function judgeSideBySide(database: Database, scans: readonly JudgedScan[], judging: Judging) {
  const limit = pLimit(database.access.kind === 'folder' ? 1 : SCANS_AT_ONCE);
  const judged = new Map<JudgedScan, Promise<void>>();
  for (const ofAccount of Map.groupBy(scans, ({ connector }) => connector).values()) {
    let before: Promise<void> = Promise.resolve();
    for (const scan of ofAccount) {
      before = before.then(() => limit(() => judgeScan(database, scan, judging)));
      // Who waits for it hears that it failed.
      before.catch(() => {});
      judged.set(scan, before);
    }
  }
  return judged;
}

async function* changesOfAll(database: Database, scans: readonly JudgedScan[]): AsyncGenerator<FindingChange> {
  for (const { id } of scans) yield* changesOf(database, id);
}

/** As it was when the scan ended: exceptions too, so that judging it another day says the same. */
async function judgeScan(database: Database, scan: JudgedScan, { asked: all, exceptions }: Judging): Promise<void> {
  const done = await controlsJudged(database, scan);
  for (const { control, parameters } of all) {
    const before = done.get(control.id);
    if (before && !isDeepStrictEqual(before, parametersOf(control, parameters)))
      writeNote(
        `iamql: scan ${scan.id} was judged by ${control.id} with other values already (${JSON.stringify(before)}); those that are asked for now count from the next scan on`,
      );
  }
  const asked = all.filter(({ control }) => !done.has(control.id));
  if (asked.length === 0) return;
  const now = instantOf(scan.endedAt);
  const source = new StoreSource(database, { connectors: [scan.connector], tags: {}, asOf: now });
  // What is looked at is let go before anything is written: in a folder nobody writes while somebody looks.
  const runs = await runControls(source.inventory(), asked, { exceptions, now }).finally(() => source.close());
  await keepFindings(database, scan, runs.map(judgedControl));
}

function describe(scan: JudgedScan, counts: Readonly<Record<ChangeKind, number>>, unjudged: number): string {
  const told = changeKinds
    .filter((kind) => kind !== 'RETIRED' || counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind.toLowerCase()}`);
  if (unjudged > 0)
    writeNote(`iamql: scan ${scan.id}: ${unjudged} controls could not be judged whole; \`iamql history\` says which`);
  return `judged scan ${scan.id} of account ${scan.connector}: findings ${told.join(', ')}\n`;
}
