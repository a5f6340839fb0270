import { statfsSync } from 'node:fs';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { IamqlError } from '../../iam/error.ts';
import type { Database, SqlRow, SqlSession } from './database.ts';
import { databaseError } from './database-error.ts';
import { Turns } from './turns.ts';

/** How many bytes of rows are handed over at once: PGlite takes a COPY as one blob, in memory. */
const COPY_BYTES = 4_000_000;
/** Postgres writes its log in files of 16 MiB, each made whole before it is used. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/** Postgres within this process, in a folder. @param folder undefined for one in memory, which is gone with the process. */
export async function openPglite(folder: string | undefined): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  const explained = explainer(folder);
  const database = await explained(() => PGlite.create(folder === undefined ? {} : { dataDir: folder }));
  const session = sessionOf(database, explained);
  const turns = new Turns();
  return {
    ...session,
    access: { kind: 'folder', pglite: database },
    transaction: (work) =>
      turns.write(() =>
        explained(() => database.transaction((transaction) => work(sessionOf(transaction, explained)))),
      ),
    // There is one session, so that a view cannot be a transaction of its own: this process, which alone writes, waits.
    view: async () => {
      const end = await turns.look();
      return { session, close: async () => end() };
    },
    close: () => explained(() => database.close()),
  };
}

type Explained = <T>(work: () => Promise<T>) => Promise<T>;

function sessionOf(database: PGlite | Transaction, explained: Explained): SqlSession {
  return {
    query: <Row extends SqlRow>(sql: string, values: readonly unknown[] = []) =>
      explained(async () => (await database.query<Row>(sql, [...values])).rows),
    run: (sql) => explained(async () => void (await database.exec(sql))),
    async copy(into, rows) {
      for await (const blob of blobs(rows))
        await explained(() => database.query(`COPY ${into} FROM '/dev/blob'`, [], { blob }));
    },
  };
}

/** A Postgres that cannot go on (a full disk, files that are damaged) ends, and only says that it has. */
function explainer(folder: string | undefined): Explained {
  const hasEnded = (cause: unknown): boolean =>
    (cause instanceof Error && /^(?:RuntimeError|ErrnoError|ExitStatus)$/.test(cause.name)) ||
    /failed to initialize|PGlite is closed/.test(String(cause));
  return async (work) => {
    try {
      return await work();
    } catch (cause) {
      throw hasEnded(cause) && folder !== undefined ? endOf(folder, cause) : databaseError(cause);
    }
  };
}

function endOf(folder: string, cause: unknown): IamqlError {
  const { bavail, bsize } = statfsSync(folder, { bigint: false });
  const isFull = bavail * bsize < LEAST_FREE_BYTES;
  const why = isFull
    ? `its disk is full (${Math.floor((bavail * bsize) / 1024)} KiB are left); make room and try again`
    : 'its files are damaged, or not of a store; put back a copy, or scan into a new folder';
  return new IamqlError(isFull ? 'InvalidInput' : 'Corrupt', `the database in ${folder} ended: ${why}`, { cause });
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
