import type { PGlite } from '@electric-sql/pglite';

/** A value of a row as the driver gives it: text, number, boolean, null, or a list of these. */
type SqlValue = unknown;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** What runs statements: a database, or a transaction of one. */
export interface SqlSession {
  /** One statement with bound values. */
  query<Row extends SqlRow = SqlRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Several statements without values. */
  run(sql: string): Promise<void>;
  /** Writes rows in bulk. @param rows in the order of the columns, as COPY's text format has them, with line breaks. */
  copy(into: string, rows: AsyncIterable<string> | Iterable<string>): Promise<void>;
}

/** How another library reaches the same database. */
type DatabaseAccess =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'folder'; readonly pglite: PGlite };

/** A Postgres, wherever it runs. The two that there are speak the same SQL. */
export interface Database extends SqlSession {
  readonly access: DatabaseAccess;
  /** What `work` does is there whole or not at all. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** A session in which every statement sees the rows that there are now, whatever is written meanwhile. */
  view(): Promise<{ readonly session: SqlSession; close(): Promise<void> }>;
  close(): Promise<void>;
}
