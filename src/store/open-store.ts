import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Database } from './database/database.ts';
import { lockFolder } from './database/folder-lock.ts';
import { isServer, shownLocation } from './database/location.ts';
import { makeIndexes } from './indexes.ts';
import { hasStore, migrate } from './migrations.ts';

/** Where PGlite keeps its files, in the folder of a store. */
const FILES = 'postgres';

/** Opens a store, and makes it if it is not there yet. The same errors as `openStore`. */
export async function openOrMakeStore(location: string): Promise<Database> {
  const database = await openDatabase(location);
  return closedOnError(database, async () => {
    await migrate(database, catalogue);
    await makeIndexes(database);
  });
}

/**
 * Opens a store that is there: a name that was mistyped is no new, empty store.
 *
 * @param location a folder, or `postgres://...`.
 * @throws IamqlError InvalidInput for a folder that another process has open, where there is no store, or where it is one
 *   of a newer iamql; Unreachable; Corrupt.
 */
export async function openStore(location: string): Promise<Database> {
  if (!isServer(location) && !existsSync(join(location, FILES))) throw noStore(location);
  const database = await openDatabase(location);
  return closedOnError(database, async () => {
    if (!(await hasStore(database))) throw noStore(location);
    await migrate(database, catalogue);
  });
}

const noStore = (location: string): IamqlError =>
  new IamqlError('InvalidInput', `there is no store in ${shownLocation(location)}; \`iamql scan --store\` makes one`);

async function closedOnError(database: Database, work: () => Promise<void>): Promise<Database> {
  try {
    await work();
    return database;
  } catch (error) {
    // A database that has ended cannot be closed, and why it has is what there is to say.
    await database.close().catch(() => {});
    throw error;
  }
}

async function openDatabase(location: string): Promise<Database> {
  if (isServer(location)) return (await import('./database/postgres.ts')).openPostgres(location);
  const lock = await lockFolder(location);
  try {
    const { openPglite } = await import('./database/pglite.ts');
    const files = join(location, FILES);
    if (!existsSync(files)) await makeFiles(files, openPglite);
    const database = await openPglite(files);
    return { ...database, close: () => database.close().finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What is made is there whole or not at all: a half of it, which a process left that was ended, is no database. */
async function makeFiles(files: string, openPglite: (folder: string) => Promise<Database>): Promise<void> {
  const part = `${files}.part`;
  rmSync(part, { recursive: true, force: true });
  const database = await openPglite(part);
  await database.close();
  renameSync(part, files);
}
