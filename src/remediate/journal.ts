import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type FileLock, lockFile } from '../file-lock.ts';
import { IamqlError } from '../iam/error.ts';
import { parseInstant } from '../iam/instant.ts';

const JOURNAL_FORMAT = 'iamql-journal/1';

const entryShape = z.strictObject({
  format: z.literal(JOURNAL_FORMAT),
  /** From 1 on. */
  n: z.number().int(),
  at: z.string().refine((written) => parseInstant(written) !== undefined, 'is no time'),
  /** `intent`: about to be sent. `done`, `void`: it happened, it did not. `skipped`: it was not to be sent. */
  kind: z.enum(['intent', 'done', 'void', 'skipped']),
  action: z.enum(['deactivate', 'delete', 'reactivate']),
  account: z.string(),
  userName: z.string(),
  userId: z.string(),
  accessKeyId: z.string(),
  keyCreated: z.string(),
  /** The digest of the plan; null for `undo`. */
  plan: z.string().nullable(),
  /** The ARN of who did it. */
  by: z.string(),
  /** AWS did not answer the request: that it was done was found later. */
  found: z.boolean(),
  reason: z.string().nullable(),
  /** A SHA-256 of that of the line before, empty for the first, and of all else that this line says. */
  digest: z.string(),
});

export type Entry = Readonly<z.output<typeof entryShape>>;
export type Written = Omit<Entry, 'format' | 'n' | 'digest'>;

/**
 * What was done, and what was about to be: one line of JSON for each, forced to the disk before anything goes on. One
 * process at a time has it.
 */
export class Journal {
  readonly file: string;
  readonly entries: Entry[];
  private readonly descriptor: number;
  private readonly lock: FileLock;
  private previous: string;
  private isBroken = false;

  private constructor(file: string, opened: { readonly descriptor: number; readonly lock: FileLock }, read: Read) {
    this.file = file;
    this.descriptor = opened.descriptor;
    this.lock = opened.lock;
    this.entries = [...read.entries];
    this.previous = read.last;
  }

  /** @throws IamqlError InvalidInput where another process has it or it cannot be written, Corrupt where it was changed. */
  static async open(file: string): Promise<Journal> {
    // Made first: of a link to a file that there is none of, nobody can tell the real name.
    const descriptor = openFile(file);
    let lock: FileLock | undefined;
    try {
      if (!fstatSync(descriptor).isFile()) throw noOrdinaryFile(file);
      const real = realpathSync(file);
      lock = await lockOf(file, real);
      const read = readLines(readFileSync(descriptor, 'utf8'), file);
      // What a crash has left of a line says nothing: the next line must not be glued to it.
      if (read.bytes < fstatSync(descriptor).size) ftruncateSync(descriptor, read.bytes);
      fsyncSync(descriptor);
      syncFolder(real);
      return new Journal(file, { descriptor, lock }, read);
    } catch (error) {
      closeSync(descriptor);
      lock?.release();
      throw error;
    }
  }

  /**
   * For who goes by what it says: an empty journal in place of a missing one would say that nothing was done.
   *
   * @throws IamqlError InvalidInput where there is none.
   */
  static requireThere(file: string): void {
    if (existsSync(file)) return;
    throw new IamqlError(
      'InvalidInput',
      `there is no journal ${file}: --journal names the one that \`apply\` has written`,
    );
  }

  /** The entries so far, for who writes none; none where there is no such file. */
  static read(file: string): readonly Entry[] {
    try {
      if (!statSync(file).isFile()) throw noOrdinaryFile(file);
      return readLines(readFileSync(file, 'utf8'), file).entries;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      if (error instanceof IamqlError) throw error;
      throw new IamqlError('InvalidInput', `cannot read the journal ${file}: ${(error as Error).message}`);
    }
  }

  /** Returns when the line is on the disk. @throws IamqlError when it is not: then nothing more is to be done. */
  append(written: Written): void {
    const said = { format: JOURNAL_FORMAT, n: this.entries.length + 1, ...written } as const;
    const entry: Entry = { ...said, digest: digestAfter(this.previous, said) };
    try {
      if (this.isBroken) throw new Error('a line before could not be written');
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
      for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
      fsyncSync(this.descriptor);
    } catch (cause) {
      this.isBroken = true;
      const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
      throw new IamqlError('InvalidInput', `cannot write the journal ${this.file}: ${why}`, { cause });
    }
    this.previous = entry.digest;
    this.entries.push(entry);
  }

  close(): void {
    closeSync(this.descriptor);
    this.lock.release();
  }
}

/** Whether a file begins as a journal does: nobody is to write over one. */
export function isJournal(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  return readFileSync(file, 'utf8').startsWith(BEGINNING);
}

interface Read {
  readonly entries: readonly Entry[];
  /** The digest of the last line. */
  readonly last: string;
  /** How long the whole lines are. */
  readonly bytes: number;
}

/** With that of the line before: a line that is changed, taken out or moved does not fit. */
const digestAfter = (previous: string, said: object): string =>
  createHash('sha256')
    .update(`${previous}${JSON.stringify(said)}`)
    .digest('hex');

function readLines(text: string, file: string): Read {
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  const entries: Entry[] = [];
  for (const line of lines) {
    const entry = parseEntry(line, entries.at(-1)?.digest ?? '');
    if (entry?.n !== entries.length + 1) throw notAsWritten(file, entries.length + 1);
    entries.push(entry);
  }
  // Of whatever else a file without a line may be, nothing is to be cut off.
  if (entries.length === 0 && !isBegun(text.slice(end))) throw notAsWritten(file, 1);
  return { entries, last: entries.at(-1)?.digest ?? '', bytes: Buffer.byteLength(text.slice(0, end), 'utf8') };
}

/** @returns undefined for a line that is not as it was written after that of the digest. */
function parseEntry(line: string, previous: string): Entry | undefined {
  try {
    const { digest, ...said } = JSON.parse(line);
    if (digest !== digestAfter(previous, said)) return undefined;
    return entryShape.safeParse({ ...said, digest }).data;
  } catch {
    return undefined;
  }
}

const BEGINNING = `{"format":"${JOURNAL_FORMAT}","n":1,`;

/** Whether a crash may have left that of a first line: its beginning, or the zeros of what was not written any more. */
const isBegun = (rest: string): boolean =>
  rest.startsWith(BEGINNING) || BEGINNING.startsWith(rest) || /^\0+$/.test(rest);

const notAsWritten = (file: string, line: number): IamqlError =>
  new IamqlError(
    'Corrupt',
    `${file}:${line}: this line, or the one before it, is not as iamql wrote it; put back a copy: another --journal knows nothing of what is off; the plans have the commands that turn keys on again`,
  );

/** @param real what is locked, under whatever name it is reached. */
async function lockOf(file: string, real: string): Promise<FileLock> {
  const lock = await lockFile(`${real}.lock`).catch((cause: Error) => {
    throw new IamqlError('InvalidInput', `cannot lock the journal ${file}: ${cause.message}`, { cause });
  });
  if (lock) return lock;
  throw new IamqlError(
    'InvalidInput',
    `another process is at work with the journal ${file}; wait for it: what it does would be done twice`,
  );
}

const noOrdinaryFile = (file: string): IamqlError =>
  new IamqlError('InvalidInput', `the journal ${file} is no ordinary file: what is written there cannot be read again`);

function openFile(file: string): number {
  try {
    return openSync(file, 'a+', 0o600);
  } catch (cause) {
    throw new IamqlError('InvalidInput', `cannot open the journal ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}

/** That there is a file at all is written in its folder; some systems cannot be asked to write a folder, and need not. */
function syncFolder(file: string): void {
  try {
    const folder = openSync(dirname(file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
