import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { IamqlError } from '../iam/error.ts';

export interface FolderLock {
  release(): void;
}

/**
 * Holds a folder for this process alone. PGlite does not: two processes on one folder lose each other's rows and say
 * nothing. The lock is one of the operating system on a file, taken through SQLite, which comes with Node and asks every
 * system for it in its own way. It goes with the process, whatever ends that, so there is never a stale one to judge.
 *
 * @throws IamqlError InvalidInput when another process holds it, or where the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { DatabaseSync } = await openSqlite();
  try {
    mkdirSync(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, 'iamql.lock'));
    hold(database, folder);
    return { release: () => database.close() };
  } catch (cause) {
    if (cause instanceof IamqlError) throw cause;
    throw new IamqlError('InvalidInput', `cannot keep a store in ${folder}: ${whyNot(folder, cause as Error)}`, {
      cause,
    });
  }
}

const whyNot = (folder: string, { message }: Error): string =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false ? 'it is a file, not a folder' : message;

function hold(database: DatabaseSync, folder: string): void {
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new IamqlError(
      'InvalidInput',
      `another process has the store in ${folder} open, and a folder is for one at a time; wait for it, or keep the store in a database that serves many: --store postgres://...`,
      { cause },
    );
  }
}

/** Node 22 calls SQLite experimental on stderr; what is used of it here is what it has done for twenty years. */
async function openSqlite(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
