import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { IamqlError } from '../../iam/error.ts';
import type { Database, SqlRow, SqlSession } from './database.ts';
import { databaseError } from './database-error.ts';
import { shownLocation } from './location.ts';

/** A database that does not answer by then is not there, unless the URL says otherwise. */
const CONNECT_MS = 10_000;
const MOST_CONNECT_MS = 600_000;
/** One for each question that is asked at once; a server allows a hundred to all its clients unless told otherwise. */
const MOST_CONNECTIONS = 8;

/** A network that lets nothing through any more is noticed, though nobody says so. */
const KEEP_ALIVE_MS = 10_000;
/** A session that nobody goes on with is ended by the server after this, with whatever it holds. */
const IDLE = '10min';
/**
 * What Postgres reckons that it costs to begin work in several processes, in its own units, ten times its default: that took
 * longer than a page takes in one process, and still it counts a million assets in several.
 */
const PARALLEL_SETUP_COST = 10_000;
/** So many go over the network at once, as the driver's own pieces are. */
const COPY_CHARACTERS = 64 * 1024;
/** Who waits for another scan of the same account for longer than any takes waits for one that hangs. */
const LOCK = '10min';

/** A Postgres server. @param url as libpq takes it: `postgres://user:password@host:5432/database?sslmode=require`. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const connections = new Connections(
    new pg.Pool({
      connectionString: verified(url),
      connectionTimeoutMillis: connectMs(url),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      max: MOST_CONNECTIONS,
      application_name: 'iamql',
      types: { getTypeParser: (oid, format) => parserOf(pg.types, oid, format) },
    }),
    shownLocation(url),
  );
  return {
    access: { kind: 'server', url: verified(url) },
    query: (sql, values) => connections.use((session) => session.query(sql, values)),
    run: (sql) => connections.use((session) => session.run(sql)),
    copy: (into, rows) => connections.use((session) => session.copy(into, rows)),
    transaction: (work) => connections.use((session) => inTransaction(session, work)),
    view: () => openView(connections),
    close: () => connections.close(),
  };
}

/**
 * A connection that is encrypted is to whom it should be: the driver takes these modes so, and warns that a later one will
 * not. Who wants no more than the encryption says `sslmode=no-verify`.
 */
function verified(text: string): string {
  const url = URL.parse(text);
  if (!url) throw new IamqlError('InvalidInput', '--store postgres://... is not a URL');
  const mode = url.searchParams.get('sslmode') ?? '';
  if (['prefer', 'require', 'verify-ca'].includes(mode)) url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}

/** As libpq takes `connect_timeout`, in seconds; what is no such number, and none, which is for ever there, is passed over. */
function connectMs(url: string): number {
  const seconds = Number(URL.parse(url)?.searchParams.get('connect_timeout'));
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds * 1000, MOST_CONNECT_MS) : CONNECT_MS;
}

class Connections {
  private readonly pool: Pool;
  private readonly name: string;

  constructor(pool: Pool, name: string) {
    this.pool = pool;
    this.name = name;
    // A connection that breaks while nobody uses it is replaced when somebody needs one.
    pool.on('error', () => {});
  }

  /** @returns a session, and how it is given back: with the failure after which nobody else should have it. */
  async take(): Promise<{ readonly session: SqlSession; release(failure?: Error): void }> {
    const client = await this.connect();
    let broken: Error | undefined;
    // A connection that breaks in use fails the statement; without a listener it would end the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    return {
      session: sessionOf(client),
      release: (failure) => {
        client.off('error', onError);
        client.release(broken ?? failure);
      },
    };
  }

  async use<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const { session, release } = await this.take();
    try {
      const result = await work(session);
      release();
      return result;
    } catch (error) {
      // It may be in the middle of anything; the server undoes that as the connection ends.
      release(error as Error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (cause) {
      throw databaseError(cause, `cannot open the store in ${this.name}`);
    }
  }
}

async function openView(connections: Connections): Promise<{ readonly session: SqlSession; close(): Promise<void> }> {
  const { session, release } = await connections.take();
  try {
    await session.run(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '${IDLE}';
       SET LOCAL parallel_setup_cost = ${PARALLEL_SETUP_COST}`,
    );
  } catch (error) {
    release(error as Error);
    throw error;
  }
  return { session, close: () => session.run('ROLLBACK').then(() => release(), release) };
}

async function inTransaction<T>(session: SqlSession, work: (session: SqlSession) => Promise<T>): Promise<T> {
  await session.run(
    `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '${IDLE}'; SET LOCAL lock_timeout = '${LOCK}'`,
  );
  const result = await work(session);
  await session.run('COMMIT');
  return result;
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
    query: <Row extends SqlRow>(sql: string, values: readonly unknown[] = []) =>
      inTurn(() => explained(async () => (await client.query<Row>(sql, [...values])).rows)),
    run: (sql) => inTurn(() => explained(async () => void (await client.query(sql)))),
    copy: (into, rows) =>
      inTurn(() =>
        explained(async () => {
          const { from } = await import('pg-copy-streams');
          await writeAll(client.query(from(`COPY ${into} FROM STDIN`)), inPieces(rows));
        }),
      ),
  };
}

/** What a pipeline does, for half of its time: most of what a scan writes is a few rows. */
async function writeAll(stream: Writable, pieces: AsyncIterable<string>): Promise<void> {
  const done = finished(stream);
  // Who waits for it below hears that it failed.
  done.catch(() => {});
  try {
    for await (const piece of pieces) if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), done]);
    stream.end();
  } catch (error) {
    stream.destroy(error as Error);
  }
  await done;
}

/** A stream takes longer over a row of its own than Postgres does over the row. */
async function* inPieces(rows: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const row of rows) {
    piece += row;
    if (piece.length < COPY_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw databaseError(cause);
  }
}

/** PostgreSQL's number of the type. */
const TEXT_LIST = 1009;

/** Most lists are empty or of plain texts, and an asset has ten of them: what is not quoted has no comma in it. */
function parserOf(types: typeof import('pg').types, oid: number, format?: 'text' | 'binary') {
  const parse = types.getTypeParser(oid, format as 'text');
  if (oid !== TEXT_LIST || format === 'binary') return parse;
  return (text: string) =>
    text === '{}' ? [] : /"|NULL|^[^{]/.test(text) ? parse(text) : text.slice(1, -1).split(',');
}
