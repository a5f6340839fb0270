import type { Command } from 'commander';
import type { Control } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import { judgedControl } from '../controls/judged-control.ts';
import { loadLibrary } from '../controls/load-controls.ts';
import { runControls } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import type { Database } from '../store/database.ts';
import { controlsJudged, scansToJudge } from '../store/judged-scans.ts';
import { type JudgedScan, keepFindings } from '../store/keep-findings.ts';
import { changeKinds, changesOf, type FindingChange, unjudgedOf } from '../store/scan-changes.ts';
import { StoreSource } from '../store/store-source.ts';
import { addControlsFolders } from './control-options.ts';
import { addExceptionOptions, type ExceptionOptions, openExceptions } from './exceptions.ts';
import { writeNew } from './new-findings.ts';
import { writeNote } from './output.ts';
import { deliver, readWebhook } from './webhook.ts';

/** What is judged over a scan, and who is told what it changed. */
export interface JudgingOptions extends ExceptionOptions {
  readonly controls?: readonly string[];
  /** True: only judge; false: only read. */
  readonly judge?: boolean;
  readonly new?: string;
  readonly webhook?: string;
}

export function addJudgingOptions(command: Command): Command {
  const judged = addExceptionOptions(addControlsFolders(command.optionsGroup('What is judged over the scan:')));
  return judged
    .option('--judge', 'read nothing: judge what is in the store and was not judged yet')
    .option('--no-judge', 'judge nothing: only keep the scan')
    .option('--new <file>', 'write the findings that the scan changed as NDJSON; - for stdout')
    .option('--webhook <url>', 'send them there, signed with the secret of IAMQL_WEBHOOK_SECRET');
}

/** What is asked for is looked at before anything is read: an exception or a URL that is wrong ends the scan before it begins. */
export async function openJudging(options: JudgingOptions): Promise<Judge> {
  const { controls: folders, exceptions: files, judge = true } = options;
  if (!judge && (options.new ?? options.webhook) !== undefined)
    throw new IamqlError('InvalidInput', '--new and --webhook tell what judging changed: leave --no-judge out');
  if (!judge) return async () => [];
  const webhook = options.webhook === undefined ? undefined : readWebhook(options.webhook);
  const { controls } = await loadLibrary(folders);
  const opened = files.length > 0 ? await openExceptions({ exceptions: files }, folders) : { exceptions: [] };
  return (database: Database, connectors?: readonly string[]) =>
    judgeScans(database, { controls, exceptions: opened.exceptions, webhook, file: options.new }, connectors);
}

/** Judges what was not judged yet, of all accounts or of some. @returns a line for each scan, for people. */
export type Judge = (database: Database, connectors?: readonly string[]) => Promise<readonly string[]>;

interface Judging {
  readonly controls: readonly Control[];
  readonly exceptions: readonly Exception[];
  readonly webhook: ReturnType<typeof readWebhook> | undefined;
  readonly file: string | undefined;
}

/** Judges what was not judged yet, and tells what that changed. @returns a line for each scan. */
async function judgeScans(database: Database, judging: Judging, connectors: readonly string[] | undefined) {
  const scans = await scansToJudge(database, connectors);
  const lines: string[] = [];
  const all: FindingChange[] = [];
  for (const scan of scans) {
    await judgeScan(database, scan, judging);
    const [changes, unjudged] = [await changesOf(database, scan.id), await unjudgedOf(database, scan.id)];
    all.push(...changes);
    lines.push(describe(scan, changes, unjudged.length));
    if (judging.webhook) await deliver(database, judging.webhook, { scan, changes, unjudged });
  }
  if (judging.file !== undefined) await writeNew(all, judging.file);
  return lines;
}

/** As it was when the scan ended: exceptions too, so that judging it another day says the same. */
async function judgeScan(database: Database, scan: JudgedScan, { controls, exceptions }: Judging): Promise<void> {
  const done = await controlsJudged(database, scan);
  const asked = controls.filter(({ id }) => !done.has(id)).map((control) => ({ control, parameters: {} }));
  if (asked.length === 0) return;
  const now = instantOf(scan.endedAt);
  const source = new StoreSource(database, { connectors: [scan.connector], tags: {}, asOf: now });
  try {
    const runs = await runControls(source.inventory(), asked, { exceptions, now });
    await keepFindings(database, scan, runs.map(judgedControl));
  } finally {
    await source.close();
  }
}

function describe(scan: JudgedScan, changes: readonly FindingChange[], unjudged: number): string {
  const counts = changeKinds.map((kind) => {
    const count = changes.filter(({ change }) => change === kind).length;
    return `${count} ${kind.toLowerCase()}`;
  });
  if (unjudged > 0)
    writeNote(`iamql: scan ${scan.id}: ${unjudged} controls could not be judged whole; \`iamql history\` says which`);
  return `judged scan ${scan.id} of account ${scan.connector}: findings ${counts.join(', ')}\n`;
}
