import { accessSync, constants, createWriteStream, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import type { Source } from '../inventory/inventory.ts';
import { printableLines } from '../report/printable.ts';
import { clearProgress, endProgress } from './progress.ts';

/**
 * Writes the result to stdout, or to the file of `--output`.
 *
 * @param style what a person at a terminal sees of it more.
 */
export function writeResult(text: string, file: string | undefined, style = (plain: string): string => plain): void {
  if (file === undefined) {
    endProgress();
    process.stdout.write(style(forStdout(text)));
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw fileError(`cannot write ${file}`, cause);
  }
}

/** Of a file that is written when the work is done: whoever has mistyped its folder hears it before. @throws IamqlError InvalidInput */
export function rejectUnwritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new IamqlError('InvalidInput', `cannot write ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

/**
 * Writes a file that is never there in part: whoever reads it meanwhile sees what it was before.
 *
 * @param through what changes the content on its way, such as gzip.
 */
export async function writeFileWhole(file: string, content: Readable, ...through: readonly Transform[]): Promise<void> {
  const isOrdinary = statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  const written = isOrdinary ? `${file}.${process.pid}.part` : file;
  const remove = (): void => (isOrdinary ? rmSync(written, { force: true }) : undefined);
  // Ctrl-C ends the process in the middle.
  process.once('exit', remove);
  try {
    // The name can be guessed: what lies there, such as a link that somebody has put there, is not written through.
    remove();
    await pipeline([content, ...through, createWriteStream(written, { flags: isOrdinary ? 'wx' : 'w' })]);
    if (isOrdinary) renameSync(written, file);
  } catch (cause) {
    remove();
    // What was to be written could not be had.
    if (cause instanceof IamqlError) throw cause;
    throw fileError(`cannot write ${file}`, cause);
  } finally {
    process.off('exit', remove);
  }
}

/**
 * Writes line by line: all at once, a large account's take more memory than everything else.
 *
 * @param file compressed if its name ends in .gz; undefined for stdout.
 */
export async function writeLines(
  lines: Iterable<string> | AsyncIterable<string>,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) endProgress();
  const pieces = Readable.from(file === undefined && process.stdout.isTTY ? linesForTerminal(lines) : lines);
  if (file === undefined) await pipeline(pieces, process.stdout, { end: false });
  else if (!file.endsWith('.gz')) await writeFileWhole(file, pieces);
  else await writeFileWhole(file, pieces, (await import('node:zlib')).createGzip());
}

/** A file of facts keeps every byte of a name; a terminal would take some for commands. JSON has the same value either way. */
const forStdout = (text: string): string => (process.stdout.isTTY ? printableLines(text) : text);

async function* linesForTerminal(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield printableLines(line);
}

/** What was looked at already, and all that follows it. */
export async function* withFirst<T>(first: IteratorResult<T>, rest: AsyncIterable<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value;
  yield* rest;
}

/** Everything that is not the result. */
export function writeNote(text: string): void {
  clearProgress();
  process.stderr.write(printableLines(text.endsWith('\n') ? text : `${text}\n`));
}

/** Every call that was made to AWS. Nobody asks AWS over a store. */
export async function writeCalls({ kind, calls }: Pick<Source, 'kind' | 'calls'>): Promise<void> {
  if (kind !== 'store') writeNote((await import('../report/calls.ts')).renderCalls(calls));
}
