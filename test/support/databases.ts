import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { startPostgres } from './postgres.ts';

/** A server makes its files first. */
export const START_MS = 60_000;

/** What a store may be kept in, by name: each opens a database of its own, which is gone once it is closed. */
export const databases: Readonly<Record<string, () => Promise<Database>>> = {
  PGlite: () => openPglite(undefined),
  PostgreSQL: async () => {
    const server = await startPostgres();
    const database = await openPostgres(server.url);
    return { ...database, close: () => database.close().finally(() => server.stop()) };
  },
};
