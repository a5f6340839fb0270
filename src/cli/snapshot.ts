import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { IamqlError } from '../iam/error.ts';
import { version } from '../package-version.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { writeFileWhole, writeNote } from './output.ts';
import { saveMemory } from './save-memory.ts';
import { addSourceOptions, openSource, type SourceOptions } from './source-options.ts';

interface SnapshotOptions extends SourceOptions {
  readonly output?: string;
  readonly explain?: boolean;
}

export function addSnapshotCommand(program: Command): void {
  const command = program
    .command('snapshot')
    .summary('write all facts of one account to a file')
    .description('Reads everything that can be asked of one account, and writes it as NDJSON for --snapshot to read.')
    .option('--output <file>', 'the file to write, compressed if its name ends in .gz; stdout when left out')
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addSourceOptions(command).action(snapshot);
}

async function snapshot(options: SnapshotOptions): Promise<void> {
  saveMemory();
  const source = await openSource(options);
  const inventory = source.inventory();
  const [{ takeSnapshot }, { renderSnapshot }] = await Promise.all([
    import('../inventory/snapshot/take-snapshot.ts'),
    import('../inventory/snapshot/render-snapshot.ts'),
  ]);
  const taken = await takeSnapshot(inventory);
  if (options.explain) writeNote((await import('../report/calls.ts')).renderCalls(source.calls));
  const counts = [...taken.assets].flatMap(([type, { length }]) => (length > 0 ? [`${length} ${type}`] : []));
  const [first] = taken.unread;
  // Nothing was read, so there is nothing to keep, and a file in its place would only look like a snapshot.
  if (first && [...taken.assets.values()].every(({ length }) => length === 0)) {
    throw new IamqlError(first.code, first.message);
  }
  process.exitCode = exitCodeOf(taken.unread.map(({ code }) => code));
  await writeSnapshot(renderSnapshot(taken, inventory, version()), options.output);
  if (options.output !== undefined) writeNote(`iamql: wrote ${options.output}: ${counts.join(', ')}`);
  for (const { type, fields, identifiers, message } of taken.unread) {
    const whose = `${type}${identifiers ? ` (${identifiers.length})` : ''}`;
    writeNote(`iamql: not read: ${whose}${fields ? ` ${fields.join(', ')}` : ''}: ${message}`);
  }
}

/** A source that does not hold a fact was read whole; one that refused or failed was not. */
function exitCodeOf(codes: readonly string[]): number {
  return codes.reduce(
    (worst, code) => (code === 'NotCollected' ? worst : Math.max(worst, exitCodeOfError(code))),
    exitCodes.pass as number,
  );
}

/** Line by line: all at once, a large account's take more memory than everything else. */
async function writeSnapshot(lines: Iterable<string>, file: string | undefined): Promise<void> {
  const pieces = Readable.from(lines);
  if (file === undefined) await pipeline(pieces, process.stdout, { end: false });
  else if (!file.endsWith('.gz')) await writeFileWhole(file, pieces);
  else await writeFileWhole(file, pieces, (await import('node:zlib')).createGzip());
}
