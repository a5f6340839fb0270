import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { Database, SqlRow, SqlSession } from './database.ts';

/** How many bytes of rows are handed over at once: PGlite takes a COPY as one blob, in memory. */
const COPY_BYTES = 4_000_000;

/** Postgres within this process, in a folder. @param folder undefined for one in memory, which is gone with the process. */
export async function openPglite(folder: string | undefined): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  return {
    ...sessionOf(database),
    transaction: (work) => database.transaction((transaction) => work(sessionOf(transaction))),
    // This process is the only one that writes, and it writes nothing while it answers.
    view: async () => ({ session: sessionOf(database), close: async () => {} }),
    close: () => database.close(),
  };
}

function sessionOf(database: PGlite | Transaction): SqlSession {
  return {
    async query<Row extends SqlRow>(sql: string, values: readonly unknown[] = []) {
      return (await database.query<Row>(sql, [...values])).rows;
    },
    async run(sql) {
      await database.exec(sql);
    },
    async copy(into, rows) {
      for await (const blob of blobs(rows)) await database.query(`COPY ${into} FROM '/dev/blob'`, [], { blob });
    },
  };
}

async function* blobs(rows: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Blob> {
  let parts: string[] = [];
  let length = 0;
  for await (const row of rows) {
    parts.push(row);
    length += row.length;
    if (length < COPY_BYTES) continue;
    yield new Blob(parts);
    parts = [];
    length = 0;
  }
  if (parts.length > 0) yield new Blob(parts);
}
