import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { Order, Page, Position } from '../inventory/page.ts';
import { canonical } from '../where/canonical.ts';
import type { Expression } from '../where/expression.ts';
import { SqlWriter, type Taking } from '../where/sql.ts';
import { sqlTypes } from '../where/sql-comparisons.ts';
import type { SqlRows } from '../where/sql-rows.ts';
import { storedValue } from '../where/stored-value.ts';
import type { Scope } from './scope.ts';
import { soughtRelations } from './sought.generated.ts';
import { ADDITIONAL_KEYS, quoted } from './tables.ts';

/** A row that an account holds. */
export interface RowKey {
  readonly connector: string;
  readonly identifier: string;
}

/** One statement over the assets of a type in the accounts of a scope. */
export class Statement {
  private readonly type: AssetTypeName;
  private readonly scope: Scope;
  private readonly writer: SqlWriter;

  constructor(type: AssetTypeName, scope: Scope) {
    this.type = type;
    this.scope = scope;
    const rows = scope.isNow ? rowsNow : rowsThen((row) => this.scanOf(row));
    this.writer = new SqlWriter(rows, catalogue, (of, field) => scope.mayBeUnread(of, field));
  }

  get values(): readonly unknown[] {
    return this.writer.values;
  }

  /** For which the expression is true, or may turn out to be. */
  matching(expression: Expression, taking: Taking): string {
    return this.writer.condition(expression, 'a', 'isTrue', taking);
  }

  /** For which it is true, and these rows. */
  matchingOr(expression: Expression, more: readonly RowKey[]): string {
    const certain = this.matching(expression, 'certainly');
    return more.length === 0 ? certain : `(${certain} OR ${this.among(more)})`;
  }

  /** Among these rows. */
  among(keys: readonly RowKey[]): string {
    const connectors = this.writer.bind(
      keys.map(({ connector }) => connector),
      'text[]',
    );
    const identifiers = this.writer.bind(
      keys.map(({ identifier }) => identifier),
      'text[]',
    );
    return `(a._connector, a.identifier) IN (SELECT * FROM unnest(${connectors}, ${identifiers}))`;
  }

  /** Behind a place in an order. */
  behind({ values, identifier, connector = '' }: Position, sort: readonly Order[]): string {
    // What is in the order of the index is found by it, without the rows before.
    if (sort.length === 0)
      return `(a.identifier, a._connector) > (${this.writer.bind(identifier, 'text')}, ${this.writer.bind(connector, 'text')})`;
    const keys = [
      ...sort.map(({ field, direction }, index) => ({
        column: column(field),
        direction,
        value: values[index],
        of: this.sqlType(field),
      })),
      { column: 'a.identifier', direction: 'ASC' as const, value: identifier, of: 'text' },
      { column: 'a._connector', direction: 'ASC' as const, value: connector, of: 'text' },
    ];
    const alternatives = keys.map(({ column: last, direction, value, of }, index) => {
      const same = keys.slice(0, index).map((key) => this.isSame(key.column, key.value, key.of));
      return `(${[...same, this.isBehind(last, direction, value, of)].join(' AND ')})`;
    });
    return `(${alternatives.join(' OR ')})`;
  }

  /** The rows, a page of them, in order. */
  select(conditions: readonly string[], { sort, limit, offset }: Pick<Page, 'sort' | 'limit' | 'offset'>): string {
    const order = [
      ...sort.map(({ field, direction }) => `${column(field)} ${direction}`),
      'a.identifier',
      'a._connector',
    ];
    const ordered = `ORDER BY ${order.join(', ')}`;
    const bound = (rows: number): string => this.writer.bind(rows, 'bigint');
    const page = `${limit === undefined ? '' : ` LIMIT ${bound(limit)}`}${offset > 0 ? ` OFFSET ${bound(offset)}` : ''}`;
    const rows = this.selectUnordered(conditions);
    if (this.scope.isNow || limit === undefined) return `${rows} ${ordered}${page}`;
    // Those that are as they were, and those that are not any more: each is found in its order, by an index of its own.
    const some = ['IS NULL', 'IS NOT NULL'].map(
      (last) => `(${rows} AND a._last ${last} ${ordered} LIMIT ${bound(limit + offset)})`,
    );
    return `SELECT a.* FROM (${some.join(' UNION ALL ')}) a ${ordered}${page}`;
  }

  selectAll(conditions: readonly string[]): string {
    return this.select(conditions, { sort: [], limit: undefined, offset: 0 });
  }

  /** The rows in any order. */
  selectUnordered(conditions: readonly string[]): string {
    return `SELECT ${columnsOf(this.type)} FROM ${quoted(this.type)} a WHERE ${this.where(conditions)}`;
  }

  /** How many rows there are, as `count`; and of them those for which `of` is true, as `of`. */
  count(conditions: readonly string[], of = 'true'): string {
    const counted = `SELECT count(*)::int AS count, count(*) FILTER (WHERE ${of})::int AS of FROM ${quoted(this.type)} a`;
    if (this.scope.isNow) return `${counted} WHERE ${this.where(conditions)}`;
    // To join the scans takes less than to look one up for each row, and in a count no order is lost.
    const scans = this.scans();
    const [connectors, ids] = [scans.map(([connector]) => connector), scans.map(([, id]) => id)];
    const scope = `unnest(${this.writer.bind(connectors, 'text[]')}, ${this.writer.bind(ids, 'bigint[]')}) AS scope (connector, scan)`;
    return `${counted} JOIN ${scope} ON scope.connector = a._connector WHERE ${this.where(conditions, 'scope.scan')}`;
  }

  /** The scan that the account of a row is asked about, which decides what was there; null for one that is not asked about. */
  private scanOf(row: string): string {
    const scans = Object.fromEntries(this.scans().map(([connector, id]) => [storedValue(connector), id]));
    return `(${this.writer.bind(JSON.stringify(scans), 'jsonb')} ->> ${row}._connector)::bigint`;
  }

  private scans(): readonly (readonly [connector: string, id: string])[] {
    return this.scope.accounts.flatMap(({ connector, scan }) => (scan ? [[connector, scan.id] as const] : []));
  }

  private where(conditions: readonly string[], scan = this.scope.isNow ? '' : this.scanOf('a')): string {
    const there = this.scope.isNow ? 'a._last IS NULL' : isThere('a', scan);
    return [there, ...this.ofConnectors(), ...conditions].join(' AND ');
  }

  /** One account is found by itself, and in the order of its assets. */
  private ofConnectors(): readonly string[] {
    if (this.scope.isAll) return [];
    const connectors = this.scope.accounts.map(({ connector }) => connector);
    const [first = ''] = connectors;
    return connectors.length === 1
      ? [`a._connector = ${this.writer.bind(first, 'text')}`]
      : [`a._connector = ANY(${this.writer.bind(connectors, 'text[]')})`];
  }

  private isSame(of: string, value: unknown, type: string): string {
    return value === null ? `${of} IS NULL` : `${of} = ${this.writer.bind(value, type)}`;
  }

  /** Null is last ascending, and first descending. */
  private isBehind(of: string, direction: Order['direction'], value: unknown, type: string): string {
    if (value === null) return direction === 'ASC' ? 'false' : `${of} IS NOT NULL`;
    const bound = this.writer.bind(value, type);
    return direction === 'ASC' ? `(${of} > ${bound} OR ${of} IS NULL)` : `${of} < ${bound}`;
  }

  private sqlType(field: string): string {
    return sqlTypes[catalogue[this.type].fields[field]?.type ?? 'String'] ?? 'text';
  }
}

/** What an asset is made of. What tells since when and until when it was so takes a tenth of the time of a large answer. */
function columnsOf(type: AssetTypeName): string {
  const known = columnsOfTypes.get(type);
  if (known !== undefined) return known;
  const names = ['_connector', '_unread', ...Object.keys(catalogue[type].fields)];
  const columns = names.map((name) => `a.${quoted(name)}`).join(', ');
  columnsOfTypes.set(type, columns);
  return columns;
}

const columnsOfTypes = new Map<AssetTypeName, string>();

const column = (field: string): string => `a.${quoted(field)}`;

/** What there are indexes for. */
const sought = new Map(soughtRelations.map(({ of }) => [canonical(of), of]));

/** Rows as they are now. */
export const rowsNow: SqlRows = {
  table: quoted,
  column: quoted,
  additionalKeys: ADDITIONAL_KEYS,
  haveAdditionalKeys: `ARRAY(SELECT identifier FROM ${ADDITIONAL_KEYS} WHERE _last IS NULL)`,
  account: (row) => `${row}._connector`,
  sought: (expression) =>
    expression.kind === 'and' || expression.kind === 'or' ? sought.get(canonical(expression)) : undefined,
  joined: (alias, from) => `${alias}._connector = ${from}._connector AND ${alias}._last IS NULL`,
};

/** As they were when a scan of their account was made. */
const isThere = (row: string, scan: string): string =>
  `${row}._first <= ${scan} AND (${row}._last IS NULL OR ${row}._last > ${scan})`;

/** Rows as they were. @param scanOf the scan of the account of a row, as SQL. */
const rowsThen = (scanOf: (row: string) => string): SqlRows => ({
  ...rowsNow,
  haveAdditionalKeys: `ARRAY(SELECT identifier FROM ${ADDITIONAL_KEYS})`,
  // There is an index of those that are so now, and one of those that were: said like this, both are looked into.
  found: (condition, row) => `((${row}._last IS NULL OR ${row}._last IS NOT NULL) AND ${condition})`,
  joined: (alias, from) => `${alias}._connector = ${from}._connector AND ${isThere(alias, scanOf(alias))}`,
});
