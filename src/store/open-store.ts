import { catalogue } from '../iam/catalogue.generated.ts';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate } from './migrations.ts';

const URL_OF_SERVER = /^postgres(ql)?:\/\//;

/**
 * Opens a store, and makes it if it is not there yet.
 *
 * @param location a folder, or `postgres://...`.
 * @throws IamqlError InvalidInput for a folder that another process has open, or a store of a newer iamql; Unreachable.
 */
export async function openStore(location: string): Promise<Database> {
  const database = await openDatabase(location);
  try {
    await migrate(database, catalogue);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(location: string): Promise<Database> {
  if (URL_OF_SERVER.test(location)) return (await import('./postgres.ts')).openPostgres(location);
  const lock = await lockFolder(location);
  try {
    const database = await (await import('./pglite.ts')).openPglite(`${location}/postgres`);
    return { ...database, close: () => database.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}
