import type { Field } from '../../iam/catalogue.generated.ts';
import type { Instant } from '../../iam/instant.ts';
import { findingCatalogue, findingFields } from '../../inventory/finding-type.ts';
import type { Order, Page, Position } from '../../inventory/page.ts';
import type { Expression } from '../../where/expression.ts';
import { SqlWriter, type Taking } from '../../where/sql.ts';
import { sqlTypes } from '../../where/sql-comparisons.ts';
import type { SqlRows } from '../../where/sql-rows.ts';
import { storedValue } from '../../where/stored-value.ts';
import { inMicroseconds } from '../read-scope.ts';
import type { Scope } from '../scope.ts';
import { quoted } from '../tables.ts';

/** Which findings a statement is about: those of a scope, as they were known at a time; undefined for now. */
export interface FindingsScope {
  readonly scope: Scope;
  readonly asOf: Instant | undefined;
}

/** One statement over findings: the columns are the fields of `Finding` in the schema, and what is related is JSON. */
export class FindingStatement {
  private readonly writer = new SqlWriter(findingRows, findingCatalogue, () => false);
  private readonly from: string;

  constructor({ scope, asOf }: FindingsScope) {
    const time = asOf === undefined ? undefined : this.writer.bind(inMicroseconds(asOf), 'timestamptz');
    const connectors =
      scope.isAll && time === undefined
        ? 'true'
        : `n.connector = ANY(${this.writer.bind(
            scope.accounts.map(({ connector }) => connector),
            'text[]',
          )})`;
    this.from = `FROM (${findingsThen(time, connectors)}) a`;
  }

  get values(): readonly unknown[] {
    return this.writer.values;
  }

  /** For which the expression is true, or, before patterns are matched, may turn out to be. */
  matching(expression: Expression, taking: Taking): string {
    return this.writer.condition(expression, 'a', 'isTrue', taking);
  }

  /** For which it is true, and these by id. */
  matchingOr(expression: Expression, ids: readonly string[]): string {
    const certain = this.matching(expression, 'certainly');
    return ids.length === 0 ? certain : `(${certain} OR a.id = ANY(${this.writer.bind(ids, 'text[]')}))`;
  }

  /** Behind a place in an order. */
  behind({ values, identifier }: Position, sort: readonly Order[]): string {
    const keys = [
      ...sort.map(({ field, direction }, index) => ({ field, direction, value: values[index] ?? null })),
      { field: 'id', direction: 'ASC' as const, value: identifier },
    ];
    // What is in the order of the index is found by it, without the rows before.
    if (keys.every(({ field, direction }) => direction === 'ASC' && !isNullable(field)))
      return `(${keys.map(({ field }) => sortedBy(field)).join(', ')}) > (${keys.map((key) => this.bound(key.field, key.value)).join(', ')})`;
    const alternatives = keys.map((last, index) => {
      const same = keys.slice(0, index).map(({ field, value }) => this.isSame(field, value));
      return `(${[...same, this.isBehind(last.field, last.direction, last.value)].join(' AND ')})`;
    });
    return `(${alternatives.join(' OR ')})`;
  }

  /** The rows, a page of them, in order. */
  select(conditions: readonly string[], { sort, limit, offset }: Pick<Page, 'sort' | 'limit' | 'offset'>): string {
    const order = [...sort.map(({ field, direction }) => `${sortedBy(field)} ${direction}`), 'a.id'];
    const page = `${limit === undefined ? '' : ` LIMIT ${this.writer.bind(limit, 'bigint')}`}${offset > 0 ? ` OFFSET ${this.writer.bind(offset, 'bigint')}` : ''}`;
    const places = sort.map(({ field }, index) => `, ${sortedBy(field)} AS place_${index}`);
    return `SELECT a.*${places.join('')} ${this.from} WHERE ${conditions.join(' AND ')} ORDER BY ${order.join(', ')}${page}`;
  }

  /** How many there are, as `count`; and of them those for which `of` is true, as `of`. */
  count(conditions: readonly string[], of = 'true'): string {
    return `SELECT count(*)::int AS count, count(*) FILTER (WHERE ${of})::int AS of ${this.from} WHERE ${conditions.join(' AND ')}`;
  }

  private bound(field: string, value: unknown): string {
    return this.writer.bind(value, sqlTypeOf(field));
  }

  private isSame(field: string, value: unknown): string {
    return value === null ? `${sortedBy(field)} IS NULL` : `${sortedBy(field)} = ${this.bound(field, value)}`;
  }

  /** Null is last ascending, and first descending. */
  private isBehind(field: string, direction: Order['direction'], value: unknown): string {
    const of = sortedBy(field);
    if (value === null) return direction === 'ASC' ? 'false' : `${of} IS NOT NULL`;
    const bound = this.bound(field, value);
    return direction === 'ASC' ? `(${of} > ${bound} OR ${of} IS NULL)` : `${of} < ${bound}`;
  }
}

const isNullable = (field: string): boolean => findingFields[field]?.nullable === true;

const sqlTypeOf = (field: string): string =>
  field === 'severity' ? 'int' : (sqlTypes[findingFields[field]?.type ?? 'String'] ?? 'text');

/** Severities have an order of their own. */
const sortedBy = (field: string): string =>
  field === 'severity' ? "array_position(ARRAY['LOW', 'MEDIUM', 'HIGH'], a.severity)" : `a.${quoted(field)}`;

const no = (): never => {
  throw new Error('findings lead to no assets');
};

/** Rows of findings, by the names of the schema. */
export const findingRows: SqlRows = {
  table: no,
  column: quoted,
  additionalKeys: '',
  within: (field, row) => {
    const type = findingFields[field]?.type ?? '';
    const columns = Object.entries(findingCatalogue[type]?.fields ?? {}).map(
      ([name, of]) => `${HELD_AS[`${type}.${name}`] ?? heldValue(name, of)} AS ${quoted(name)}`,
    );
    const json = `${row}.${quoted(field)}`;
    const from =
      findingFields[field]?.relation === 'toMany' ? `json_each(${json}) h (name, held)` : `(SELECT ${json} AS held) h`;
    return `(SELECT ${columns.join(', ')} FROM ${from} WHERE held IS NOT NULL)`;
  },
  account: (row) => `${row}.connector`,
  joined: no,
};

const heldValue = (name: string, { type }: Field): string => {
  const sqlType = sqlTypes[type] ?? 'text';
  return sqlType === 'text' ? `(held->>'${name}') COLLATE "C"` : `(held->>'${name}')::${sqlType}`;
};

/** A text of JSON in which no character is escaped as `storedValue` does it. */
const withoutEscapes = (json: string): string =>
  [0, 1, 2, 3].reduce((text, code) => {
    const written = JSON.stringify(storedValue(String.fromCharCode(code))).slice(1, -1);
    return `replace(${text}, '${written}', '\\u000${code}')`;
  }, json);

/** What is not found under its own name. */
const HELD_AS: Readonly<Record<string, string>> = {
  'FindingKey.createDate': `coalesce(held->>'createDate', held->>'since') COLLATE "C"`,
  'FindingParameter.name': 'name COLLATE "C"',
  'FindingParameter.value': `${withoutEscapes('held::text')} COLLATE "C"`,
};

/** As instants are written: UTC, and no zeros at the end. */
export const instantText = (column: string): string =>
  `rtrim(rtrim(to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || '+00:00'`;

/**
 * The findings of some accounts as they were known at a time: of each the row that was the newest then, beside the newest
 * judgement of its control.
 *
 * @param time as SQL; undefined for now.
 */
function findingsThen(time: string | undefined, connectors: string): string {
  const hasEnded = time === undefined ? 'n.last IS NOT NULL' : `coalesce(n.last_at <= ${time}, false)`;
  const text = (column: string, name: string): string => `(${column}) COLLATE "C" AS ${quoted(name)}`;
  const time_ = (column: string, name: string): string => `(${instantText(column)}) COLLATE "C" AS ${quoted(name)}`;
  return `
  SELECT n.id, n.control, n.connector, n.identifier, n.name, n.key, n.parameters, n.reopened AS "reopenedCount",
         ${text('j.severity', 'severity')}, ${text('c.name', 'accountName')}, ${text('c.account_id', 'accountID')},
         ${text('n.type', 'type')}, ${text(`CASE WHEN ${hasEnded} THEN n.ended ELSE n.state END`, 'state')},
         CASE WHEN NOT ${hasEnded} AND n.state = 'EXCEPTED' THEN n.exception END AS exception,
         ${time_('n.first_seen', 'firstSeen')},
         ${time_(`CASE WHEN ${hasEnded} OR NOT n.is_known THEN n.seen_at ELSE j.at END`, 'lastSeen')},
         ${time_(`CASE WHEN ${hasEnded} THEN n.last_at ELSE n.became_at END`, 'stateSince')},
         ${time_(`CASE WHEN ${hasEnded} AND n.ended = 'RESOLVED' THEN n.last_at END`, 'resolvedAt')},
         ${time_(`CASE WHEN NOT ${hasEnded} AND NOT n.is_known THEN n.first_at END`, 'unjudgedSince')}
  FROM finding n JOIN judgement j ON j.connector = n.connector AND j.control = n.control AND ${isNewest('j', 'at', time)}
  JOIN connector c ON c.id = n.connector
  WHERE ${connectors} AND ${isNewest('n', 'first_at', time)}`;
}

/** @param began the column that says from when on a row was the newest. */
export const isNewest = (row: string, began: string, time: string | undefined): string =>
  time === undefined
    ? `${row}.next_at IS NULL`
    : `${row}.${began} <= ${time} AND (${row}.next_at IS NULL OR ${row}.next_at > ${time})`;
