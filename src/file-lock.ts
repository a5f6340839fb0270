import type { DatabaseSync } from 'node:sqlite';

/** A file that this process alone holds. */
export interface FileLock {
  release(): void;
}

/**
 * Holds a file for this process alone, and makes it if there is none. The lock is one of the operating system, taken
 * through SQLite, which comes with Node and asks every system for it in its own way. It goes with the process, whatever
 * ends that, so there is never a stale one to judge.
 *
 * @returns undefined when another process holds it.
 * @throws Error of SQLite where the file cannot be written.
 */
export async function lockFile(file: string): Promise<FileLock | undefined> {
  const { DatabaseSync } = await openSqlite();
  const database = new DatabaseSync(file);
  return hold(database) ? { release: () => database.close() } : undefined;
}

/** SQLite's word for what another process holds. */
const BUSY = 5;

function hold(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: number }).errcode === BUSY) return false;
    throw error;
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
