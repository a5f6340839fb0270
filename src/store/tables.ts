import type { AssetTypeName, Field } from '../iam/catalogue.generated.ts';
import type { Catalogue } from '../where/read-where.ts';
import { type SqlRows, sqlTypes, storedValue } from '../where/sql.ts';

/**
 * A table for each asset type of the catalogue, a column for each of its fields. A row is an asset as it was from one
 * scan of its account (`first`) until another found it changed or gone (`last`; null: it is as the newest scan found it).
 * Relations are identifiers; what could not be read is null, and its field is named in `unread`.
 */
export const ADDITIONAL_KEYS = 'additional_keys';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What every table begins with. */
const COMMON = [
  'connector text COLLATE "C" NOT NULL',
  'first bigint NOT NULL',
  'last bigint',
  'unread text[]',
  // Of all that the asset holds: what a scan finds under the same hash is not new.
  'hash text NOT NULL',
];

export interface Table {
  readonly name: string;
  readonly type: AssetTypeName;
  readonly fields: readonly (readonly [name: string, field: Field])[];
}

/** The tables of a catalogue, in the order of their names. */
export function tablesOf(catalogue: Catalogue): readonly Table[] {
  const types = Object.entries(catalogue) as readonly (readonly [
    AssetTypeName,
    NonNullable<Catalogue[AssetTypeName]>,
  ])[];
  const tables = types.map(([type, { fields }]) => ({ name: type, type, fields: Object.entries(fields) }));
  const credentials = tables.find(({ type }) => type === 'IAMUserCredentials');
  return credentials ? [...tables, { ...credentials, name: ADDITIONAL_KEYS }] : tables;
}

export function columnType({ type, list, relation }: Field): string {
  const scalar = relation ? 'text' : (sqlTypes[type] ?? 'text');
  const collation = scalar === 'text' ? ' COLLATE "C"' : '';
  return `${scalar}${list || relation === 'toMany' ? '[]' : ''}${collation}`;
}

export function createTable({ name, fields }: Table): string {
  const columns = fields.map(([field, of]) => `${quoted(field)} ${columnType(of)}`);
  const index = (suffix: string, on: string) =>
    `CREATE INDEX ${quoted(`${name}_${suffix}`)} ON ${quoted(name)} (${on})`;
  return [
    `CREATE TABLE ${quoted(name)} (${[...COMMON, ...columns].join(', ')})`,
    `${index('now', 'identifier, connector')} WHERE last IS NULL`,
    index('then', 'connector, identifier, first'),
  ].join(';\n');
}

/** Rows as they are now, for a condition. */
export const rowsNow: SqlRows = {
  table: quoted,
  column: quoted,
  additionalKeys: ADDITIONAL_KEYS,
  joined: (alias, from) => `${alias}.connector = ${from}.connector AND ${alias}.last IS NULL`,
};

/** A value in COPY's text format. */
export function copyValue(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (Array.isArray(value)) return copyText(`{${value.map(arrayItem).join(',')}}`);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return typeof value === 'string' ? copyText(storedValue(value) as string) : String(value);
}

const arrayItem = (item: unknown): string =>
  typeof item === 'string' ? `"${(storedValue(item) as string).replace(/["\\]/g, '\\$&')}"` : copyValue(item);

const copyText = (text: string): string =>
  text.replace(/[\\\n\r\t]/g, (character) => COPY_ESCAPES[character] as string);

const COPY_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
