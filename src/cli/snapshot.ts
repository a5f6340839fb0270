import type { Command } from 'commander';
import { IamqlError } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import { version } from '../package-version.ts';
import { exitCodeOfUnread } from './exit-code.ts';
import { writeCalls, writeLines, writeNote } from './output.ts';
import { saveMemory } from './save-memory.ts';
import { describeUnread } from './scan.ts';
import { addSourceOptions, type SourceOptions, withSource } from './source-options.ts';

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
  await withSource(options, (source) => takeAndWrite(source, options));
}

async function takeAndWrite(source: Source, options: SnapshotOptions): Promise<void> {
  const inventory = source.inventory();
  const [{ takeSnapshot }, { renderSnapshot }] = await Promise.all([
    import('../inventory/snapshot/take-snapshot.ts'),
    import('../inventory/snapshot/render-snapshot.ts'),
  ]);
  // Nothing is read before it is known that it can be written.
  const several = ((await inventory.accounts?.()) ?? []).length;
  if (several > 1)
    throw new IamqlError(
      'InvalidInput',
      `a snapshot is of one account, and these are ${several}: name one with --connector`,
    );
  const taken = await takeSnapshot(inventory);
  if (options.explain) await writeCalls(source);
  const counts = [...taken.assets].flatMap(([type, { length }]) => (length > 0 ? [`${length} ${type}`] : []));
  const [first] = taken.unread;
  // Nothing was read, so there is nothing to keep, and a file in its place would only look like a snapshot.
  if (first && [...taken.assets.values()].every(({ length }) => length === 0)) {
    throw new IamqlError(first.code, first.message);
  }
  process.exitCode = exitCodeOfUnread(taken.unread);
  await writeLines(renderSnapshot(taken, inventory, version()), options.output);
  if (options.output !== undefined) writeNote(`iamql: wrote ${options.output}: ${counts.join(', ')}`);
  for (const note of taken.unread) writeNote(`iamql: not read: ${describeUnread(note)}`);
}
