import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { IamqlError } from '../iam/error.ts';
import type { Database, SqlRow, SqlSession } from './database.ts';

/** A database that does not answer by then is not there. */
const CONNECT_MS = 10_000;
/** One for each question that is asked at once; a server allows a hundred to all its clients unless told otherwise. */
const MOST_CONNECTIONS = 8;

/** A Postgres server. @param url as libpq takes it: `postgres://user:password@host:5432/database?sslmode=require`. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool: Pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    max: MOST_CONNECTIONS,
    application_name: 'iamql',
  });
  // A connection that breaks while nobody uses it is replaced when somebody needs one.
  pool.on('error', () => {});
  return {
    query: (sql, values) => withClient(pool, (session) => session.query(sql, values)),
    run: (sql) => withClient(pool, (session) => session.run(sql)),
    copy: (into, rows) => withClient(pool, (session) => session.copy(into, rows)),
    transaction: (work) => withClient(pool, (session) => inTransaction(session, work)),
    view: () => openView(pool),
    close: () => pool.end(),
  };
}

/** A view that nobody closes is ended by the server after this. */
const IDLE_VIEW = '10min';

async function openView(pool: Pool): Promise<{ readonly session: SqlSession; close(): Promise<void> }> {
  const client = await connect(pool);
  const session = sessionOf(client);
  // A broken connection fails the next statement; without a listener it would end the process.
  client.on('error', () => {});
  await session.run(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '${IDLE_VIEW}'`,
  );
  return {
    session,
    close: async () => {
      const failure = await session.run('ROLLBACK').catch((error: Error) => error);
      client.removeAllListeners('error');
      client.release(failure ?? undefined);
    },
  };
}

const connect = (pool: Pool): Promise<PoolClient> =>
  pool.connect().catch((cause: Error) => {
    throw new IamqlError('Unreachable', `the store's database cannot be reached: ${cause.message}`, { cause });
  });

async function withClient<T>(pool: Pool, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  // A connection that breaks in use fails the statement; without a listener it would end the process.
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await work(sessionOf(client));
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function inTransaction<T>(session: SqlSession, work: (session: SqlSession) => Promise<T>): Promise<T> {
  await session.run('BEGIN');
  try {
    const result = await work(session);
    await session.run('COMMIT');
    return result;
  } catch (error) {
    // Where the connection is gone the server has rolled back by itself.
    await session.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

function sessionOf(client: PoolClient): SqlSession {
  // A connection runs one statement after the other, and several questions may be asked over one at the same time.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run, run);
    last = result;
    return result;
  };
  return {
    async query<Row extends SqlRow>(sql: string, values: readonly unknown[] = []) {
      return (await inTurn(() => client.query<Row>(sql, [...values]))).rows;
    },
    async run(sql) {
      await inTurn(() => client.query(sql));
    },
    async copy(into, rows) {
      const { from } = await import('pg-copy-streams');
      await pipeline(Readable.from(rows), client.query(from(`COPY ${into} FROM STDIN`)));
    },
  };
}
