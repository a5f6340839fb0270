import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import type { StreamedAsset } from '../inventory/inventory.ts';
import { readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database/database.ts';
import type { Scope } from './scope.ts';
import { Statement } from './statement.ts';

/** Enough that the statement itself costs little, and few enough that they take no memory to speak of. */
const ROWS_AT_ONCE = 1000;

type Row = Readonly<Record<string, unknown>>;

/** The assets of a type in the accounts of a scope, by identifier: a page at a time, and no page is kept. */
export async function* streamRows(
  session: SqlSession,
  scope: Scope,
  type: AssetTypeName,
  onUnread: (error: IamqlError, field: string) => void,
): AsyncGenerator<StreamedAsset> {
  const names = Object.keys(catalogue[type].fields);
  for (let last: Row | undefined, isMore = true; isMore; ) {
    const rows: readonly Row[] = await pageBehind(session, scope, type, last);
    for (const row of rows) {
      const identifier = String(readStored(row['identifier']));
      const unread = new Set((row['_unread'] ?? []) as readonly string[]);
      for (const field of unread)
        onUnread(scope.whyUnread(row['_connector'] as string, { type, field }, identifier), field);
      const read = names.filter((name) => !unread.has(name));
      yield { identifier, values: read.map((name) => [name, readStored(row[name])] as const) };
    }
    last = rows.at(-1);
    isMore = rows.length === ROWS_AT_ONCE;
  }
}

function pageBehind(session: SqlSession, scope: Scope, type: AssetTypeName, last: Row | undefined) {
  const statement = new Statement(type, scope);
  const place = last && {
    values: [],
    identifier: readStored(last['identifier']) as string,
    connector: last['_connector'] as string,
  };
  const conditions = place ? [statement.behind(place, [])] : [];
  const sql = statement.select(conditions, { sort: [], limit: ROWS_AT_ONCE, offset: 0 });
  return session.query(sql, statement.values);
}
