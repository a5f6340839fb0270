import type { Command } from 'commander';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Source } from '../inventory/inventory.ts';
import { meant } from '../yaml/meant.ts';
import { exitCodes } from './exit-code.ts';
import { withFirst, writeCalls, writeLines, writeNote } from './output.ts';
import { addSourceOptions, type SourceOptions, withSource } from './source-options.ts';

interface ExportOptions extends SourceOptions {
  readonly output?: string;
  readonly explain?: boolean;
}

/** Whoever reads on has understood by then. */
const MOST_NOTES = 50;

const typeNames = Object.keys(catalogue) as readonly AssetTypeName[];

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write assets as NDJSON')
    .description('Writes all assets of some types, or of all, as NDJSON: each as a line of a snapshot has it.')
    .argument('<type...>', 'asset types such as IAMUser, or all')
    .option('--output <file>', 'the file to write, compressed if its name ends in .gz; stdout when left out')
    .option('--explain', 'print every call that was made to AWS, on stderr');
  addSourceOptions(command).action(exportTypes);
}

async function exportTypes(names: readonly string[], options: ExportOptions): Promise<void> {
  const types = names.includes('all') ? typeNames : names.map(typeOf);
  await withSource(options, (source) => write(source, [...new Set(types)], options));
}

function typeOf(name: string): AssetTypeName {
  if (Object.hasOwn(catalogue, name)) return name as AssetTypeName;
  throw new IamqlError(
    'InvalidInput',
    `there is no asset type ${JSON.stringify(name)}${meant(name, typeNames) || `; there are ${typeNames.join(', ')}`}`,
  );
}

async function write(source: Source, types: readonly AssetTypeName[], { output, explain }: ExportOptions) {
  const unread = new Unread();
  const lines = linesOf(source, types, unread);
  const first = await lines.next();
  // Nothing was read, and a file in its place would look like an account without such assets.
  if (first.done && unread.first) throw unread.first;
  await writeLines(withFirst(first, lines), output);
  if (explain) await writeCalls(source);
  if (unread.first) process.exitCode = exitCodes.error;
  const notes = unread.notes();
  for (const note of notes.slice(0, MOST_NOTES)) writeNote(`iamql: not read: ${note}`);
  if (notes.length > MOST_NOTES) writeNote(`iamql: not read: ${notes.length - MOST_NOTES} more`);
}

async function* linesOf(source: Source, types: readonly AssetTypeName[], unread: Unread): AsyncGenerator<string> {
  const { exportAssets } = await import('../inventory/snapshot/export-assets.ts');
  const inventory = source.inventory();
  for (const type of types) yield* exportAssets(inventory, type, (error, field) => unread.add(error, type, field));
}

/** What could not be read: each reason once, however many assets it is true of. */
class Unread {
  first: IamqlError | undefined;
  private readonly counts = new Map<string, number>();

  add(error: IamqlError, type: string, field: string | undefined): void {
    this.first ??= error;
    const note = `${type}${field === undefined ? '' : `.${field}`}: ${error.message}`;
    this.counts.set(note, (this.counts.get(note) ?? 0) + 1);
  }

  notes(): readonly string[] {
    return [...this.counts].map(([note, count]) => (count > 1 ? `${note} (${count} times)` : note));
  }
}
