import { listRows, operatorObjectRows, toManyRows, toOneRows } from './list-and-relation-rows.ts';
import { comparesNullWithNothing, readsNullDifferently } from './refused-rows.ts';
import { groupRows, nullRows, numberRows, type Row, textRows } from './scalar-rows.ts';

/** Every row that selects servers without a warning, below what it shows. */
export const whereRows: readonly (readonly [meaning: string, rows: readonly Row[]])[] = [
  groupRows,
  textRows,
  numberRows,
  nullRows,
  listRows,
  toOneRows,
  toManyRows,
  operatorObjectRows,
].flatMap((rows) => Object.entries(rows));

/** The keys that null means nothing to, and their fields. */
export const keysWithoutNull: readonly (readonly [key: string, field: string])[] = Object.entries({
  ...comparesNullWithNothing,
  disks: readsNullDifferently,
}).flatMap(([field, suffixes]) => suffixes.split(' ').map((suffix) => [`${field}${suffix}`, field] as const));
