import { IamqlError } from '../iam/error.ts';
import type { Catalogue } from '../where/read-where.ts';
import type { Database, SqlSession } from './database/database.ts';
import { MIGRATIONS } from './fixed-tables.ts';
import { columnType, createTable, quoted, type Table, tablesOf } from './tables.ts';

/** Two processes that open a new store at once must not both make its tables. */
export const MIGRATION_LOCK = 4_276_511;

interface State {
  readonly version: number;
  /** The columns of each table that is made of the catalogue. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Whether a database has a store in it. */
export async function hasStore(session: SqlSession): Promise<boolean> {
  const [row] = await session.query<{ there: boolean }>("SELECT to_regclass('store') IS NOT NULL AS there");
  return row?.there === true;
}

/** Which migrations a store has run. */
export const storeVersion = async (session: SqlSession): Promise<number> => (await readState(session)).version;

/**
 * Brings a store to what this iamql keeps. One that is as it should be is only looked at: whoever asks it need not be
 * allowed to write.
 *
 * @throws IamqlError InvalidInput for one that a newer iamql wrote, which is left as it is.
 */
export async function migrate(database: Database, catalogue: Catalogue): Promise<void> {
  const wanted = new Map(tablesOf(catalogue).map((table) => [table.name, table]));
  if ((await hasStore(database)) && isCurrent(await readState(database), wanted)) return;
  await database.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await session.run('CREATE TABLE IF NOT EXISTS store (version int NOT NULL, tables jsonb NOT NULL)');
    // Read again: another process may have been here while this one waited.
    const state = await readState(session);
    if (isCurrent(state, wanted)) return;
    await rejectOthersTables(session, state);
    for (const sql of MIGRATIONS.slice(state.version)) await session.run(sql);
    for (const table of wanted.values()) await adapt(session, table, state.tables[table.name]);
    const tables = Object.fromEntries([...wanted].map(([name, table]) => [name, columnsOf(table)]));
    await session.run('DELETE FROM store');
    await session.query('INSERT INTO store (version, tables) VALUES ($1, $2)', [MIGRATIONS.length, tables]);
  });
}

async function readState(session: SqlSession): Promise<State> {
  const [known] = await session.query<State & Record<string, unknown>>('SELECT version, tables FROM store');
  return known ?? { version: 0, tables: {} };
}

/** @throws IamqlError InvalidInput for a store of a newer iamql. */
function isCurrent(state: State, wanted: ReadonlyMap<string, Table>): boolean {
  rejectNewer(state, wanted);
  const lacks = ({ name, fields }: Table): boolean => {
    const has = state.tables[name];
    return !has || fields.some(([field]) => !Object.hasOwn(has, field));
  };
  return state.version === MIGRATIONS.length && ![...wanted.values()].some(lacks);
}

/** A database that somebody else keeps tables of the same names in is not ours to change. */
async function rejectOthersTables(session: SqlSession, { version }: State): Promise<void> {
  if (version > 0) return;
  const [taken] = await session.query<{ name: string }>(
    "SELECT name FROM unnest(ARRAY['connector', 'scan']) AS name WHERE to_regclass(name) IS NOT NULL",
  );
  if (!taken) return;
  const message = `the database has a table "${taken.name}" of something else; give iamql a database of its own`;
  throw new IamqlError('InvalidInput', message);
}

function rejectNewer({ version, tables }: State, wanted: ReadonlyMap<string, Table>): void {
  const names = Object.entries(tables).flatMap(([table, columns]) => {
    const known = wanted.get(table);
    const ours: Readonly<Record<string, string>> = known ? columnsOf(known) : {};
    return known
      ? Object.keys(columns)
          .filter((name) => ours[name] !== columns[name])
          .map((name) => `${table}.${name}`)
      : [table];
  });
  const newer = version > MIGRATIONS.length ? `version ${version}` : names[0];
  if (newer === undefined) return;
  const message = `the store was written by a newer iamql (${newer} is not known here); use that one`;
  throw new IamqlError('InvalidInput', message);
}

/** Makes a table, or the columns that it lacks. What a column should hold of the rows that are there was never read. */
async function adapt(session: SqlSession, table: Table, has: State['tables'][string] | undefined): Promise<void> {
  if (!has) return session.run(createTable(table));
  const lacking = table.fields.filter(([name]) => !Object.hasOwn(has, name));
  if (lacking.length === 0) return;
  const columns = lacking.map(([name, field]) => `ADD COLUMN ${quoted(name)} ${columnType(field)}`);
  await session.run(`ALTER TABLE ${quoted(table.name)} ${columns.join(', ')}`);
  const names = lacking.map(([name]) => name);
  await session.query(`UPDATE ${quoted(table.name)} SET _unread = coalesce(_unread, '{}') || $1::text[]`, [names]);
}

const columnsOf = ({ fields }: Table): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map(([name, field]) => [name, columnType(field)]));
