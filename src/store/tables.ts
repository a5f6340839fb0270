import type { AssetTypeName, Field } from '../iam/catalogue.generated.ts';
import type { Catalogue } from '../where/read-where.ts';
import { sqlTypes } from '../where/sql-comparisons.ts';
import { storedValue } from '../where/stored-value.ts';

/**
 * A table for each asset type of the catalogue, a column for each of its fields. A row is an asset as it was from one
 * scan of its account (`_first`) until another found it changed or gone (`_last`; null: it is as the newest scan found it).
 * Relations are identifiers; what could not be read is null, and its field is named in `_unread`.
 */
export const ADDITIONAL_KEYS = 'additional_keys';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What every table begins with. No field of a schema begins with an underscore. */
const COMMON = [
  '_connector text COLLATE "C" NOT NULL',
  '_first bigint NOT NULL',
  '_last bigint',
  '_unread text[]',
  // Of all that the asset holds: what a scan finds under the same hash is not new.
  '_hash text NOT NULL',
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

/** The columns of a table, in the order in which rows are written: one that was added later stands last in the database. */
export const columnList = ({ fields }: Table): string =>
  [...COMMON.map((column) => column.split(' ')[0]), ...fields.map(([name]) => quoted(name))].join(', ');

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
    `${index('now', 'identifier, _connector')} WHERE _last IS NULL`,
    `${index('past', 'identifier, _connector')} WHERE _last IS NOT NULL`,
    index('then', '_connector, identifier, _first'),
  ].join(';\n');
}

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
