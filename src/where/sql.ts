import type { AssetTypeName, Field } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Comparison, Expression, Related } from './expression.ts';
import { PerAccount } from './per-account.ts';
import type { Catalogue } from './read-where.ts';
import { sqlComparisons, sqlTypes } from './sql-comparisons.ts';
import type { SqlRows } from './sql-rows.ts';
import { storedValue } from './stored-value.ts';

/** The answers of three-valued logic that evaluate.ts gives as functions, as conditions of SQL. */
export type Answer = 'isTrue' | 'isFalse';
export type Taking = 'certainly' | 'possibly';

/** Postgres counts them in 16 bits. */
const MOST_VALUES = 65_535;
/**
 * What is asked of all related assets, or of exactly one, is asked twice in SQL, and so is what stands in that: each level
 * doubles it. Published checks have few such levels.
 */
const MOST_CONDITIONS = 20_000;

/**
 * Postgres makes joins of relations in relations and looks for the best order of all, for which it takes twice as long with
 * each two. From this many on, it is told to answer each for itself (`OFFSET 0`).
 */
const MOST_JOINED = 4;

const tooLarge = (what: string): IamqlError =>
  new IamqlError('InvalidInput', `the question ${what}, which is more than a store answers at once; ask it in parts`);

/** Writes one statement: the values that its conditions compare with are bound, and never a part of its text. */
export class SqlWriter {
  readonly values: unknown[] = [];
  private readonly rows: SqlRows;
  private readonly catalogue: Catalogue;
  /** Whether some asset of a type may lack a field: most scans lack none, and then nothing has to be asked. */
  private readonly mayBeUnread: (type: AssetTypeName, field: string) => boolean;
  /** What a value is written as, by its type: one that is compared with again need not be bound again. */
  private readonly bound = new Map<string, Map<unknown, string>>();
  private aliases = 0;
  private conditions = 0;
  /** How many relations lead to what is written now. */
  private depth = 0;
  private additional = 0;

  constructor(
    rows: SqlRows,
    catalogue: Catalogue,
    mayBeUnread: (type: AssetTypeName, field: string) => boolean = () => true,
  ) {
    this.rows = rows;
    this.catalogue = catalogue;
    this.mayBeUnread = mayBeUnread;
  }

  /** Binds a value. @param type of SQL, which decides how it is compared. */
  bind(value: unknown, type: string): string {
    // An index that holds some rows only is made for these words.
    if (typeof value === 'boolean') return String(value);
    const bound = this.bound.get(type) ?? new Map<unknown, string>();
    this.bound.set(type, bound);
    const known = bound.get(value);
    if (known !== undefined) return known;
    const written = `$${this.values.push(storedValue(value))}::${type}`;
    bound.set(value, written);
    if (this.values.length <= MOST_VALUES) return written;
    throw tooLarge(`compares with more than ${MOST_VALUES} values`);
  }

  /** The value of the account that a row is of; null, which compares with nothing, for an account that has none. */
  private bindPerAccount({ values }: PerAccount, row: string, type: string): string {
    const all = Object.fromEntries([...values].map((entry) => entry.map(storedValue)));
    return `(${this.bind(JSON.stringify(all), 'jsonb')} ->> ${this.rows.account(row)})::${type}`;
  }

  private mayLack(type: AssetTypeName, field: string): boolean {
    return this.additional > 0 || this.mayBeUnread(type, field);
  }

  private nextAlias(): string {
    this.aliases += 1;
    return `a${this.aliases}`;
  }

  /**
   * A condition that is true of the rows for which the expression has that answer. Of others it is false, or null where
   * it compares null: neither selects a row, and nothing here negates what may be null.
   */
  condition(expression: Expression, row: string, answer: Answer, taking: Taking): string {
    const condition = this.written(expression, row, answer, taking);
    const sought = answer === 'isTrue' && taking === 'certainly' ? this.rows.sought?.(expression) : undefined;
    if (!sought) return condition;
    const plain = (of: Expression): string => soughtCondition(this.rows, this.catalogue, of, row);
    const isTrue = `(${plain(sought)}) IS TRUE`;
    const isFound = this.rows.found?.(isTrue, row) ?? isTrue;
    // What was not read is null in its column: whatever is certain is found as if all had been read.
    return condition === plain(expression) ? isFound : `(${isFound} AND ${condition})`;
  }

  private written(expression: Expression, row: string, answer: Answer, taking: Taking): string {
    this.conditions += 1;
    if (this.conditions > MOST_CONDITIONS) throw tooLarge(`comes to more than ${MOST_CONDITIONS} conditions of SQL`);
    switch (expression.kind) {
      case 'always':
        return String(answer === 'isTrue');
      case 'constant':
        return String(expression.value === (answer === 'isTrue'));
      case 'not':
        return this.condition(expression.of, row, other(answer), taking);
      case 'and':
      case 'or': {
        const isEvery = (expression.kind === 'and') === (answer === 'isTrue');
        const parts = this.alternatives(expression).map((part) => this.condition(part, row, answer, taking));
        if (parts.length === 0) return String(isEvery);
        return `(${parts.join(isEvery ? ' AND ' : ' OR ')})`;
      }
      case 'isNull':
        return this.isNull(expression, row, answer, taking);
      case 'some':
      case 'all':
      case 'single':
        // A relation is never unknown: what is not true of it is false.
        if (answer === 'isFalse') return `NOT ${this.related(expression, row, otherTaking(taking))}`;
        return this.related(expression, row, taking);
      case 'additionalKey':
        if (answer === 'isFalse') return `NOT ${this.additionalKey(expression.of, row, otherTaking(taking))}`;
        return this.additionalKey(expression.of, row, taking);
      default:
        return this.comparison(expression, row, answer, taking);
    }
  }

  /** What is sought stays one condition, whichever keys are asked about beside it. */
  private alternatives(expression: Expression & { readonly kind: 'and' | 'or' }): readonly Expression[] {
    const others = expression.of.filter(({ kind }) => kind !== 'additionalKey');
    if (expression.kind === 'and' || others.length === expression.of.length) return expression.of;
    const sought = this.rows.sought?.({ kind: 'or', of: others });
    return sought ? [sought, ...expression.of.filter(({ kind }) => kind === 'additionalKey')] : expression.of;
  }

  private isNull(
    { type, field }: { readonly type: AssetTypeName; readonly field: string },
    row: string,
    answer: Answer,
    taking: Taking,
  ): string {
    const column = `${row}.${this.rows.column(field)}`;
    const [isNone, isSome] = [`${column} IS NULL`, `${column} IS NOT NULL`];
    // An unread fact is null in its column.
    if (taking === 'possibly') return answer === 'isTrue' ? isNone : this.orUnread(isSome, type, field, row);
    return answer === 'isTrue' ? this.andRead(isNone, type, field, row) : isSome;
  }

  private comparison({ kind, type, field, value }: Comparison, row: string, answer: Answer, taking: Taking): string {
    const column = `${row}.${this.rows.column(field)}`;
    // The process matches patterns, over the rows that the rest of the condition keeps: here each may match or not.
    if (kind === 'matches')
      return taking === 'possibly' ? this.orUnread(`${column} IS NOT NULL`, type, field, row) : 'false';
    const of = this.field(type, field);
    const scalar = sqlTypes[of.type] ?? 'text';
    const isListOfValues = kind === 'in' || (kind === 'equals' && of.list === true);
    const $ =
      value instanceof PerAccount
        ? this.bindPerAccount(value, row, scalar)
        : this.bind(value, isListOfValues ? `${scalar}[]` : scalar);
    const [holds, fails] = sqlComparisons[kind](column, $);
    const compared = answer === 'isTrue' ? holds : fails;
    return taking === 'possibly' ? this.orUnread(compared, type, field, row) : compared;
  }

  /** Whether it is true of the related rows; see quantifiers.ts for the same in memory. */
  private related({ kind, type, field, of }: Related, row: string, taking: Taking): string {
    const alias = this.nextAlias();
    const from = this.led(type, field, row, alias);
    // What is one of a list is joined by comparing all of an account with all: each is looked up for itself.
    const isAlone = this.depth >= MOST_JOINED || this.field(type, field).relation === 'toMany';
    const exists = (answer: Answer, how: Taking) =>
      `EXISTS (SELECT 1 ${from} AND ${this.below(of, alias, answer, how)}${isAlone ? ' OFFSET 0' : ''})`;
    const count = (how: Taking) => {
      // Two are as many as there need be to tell one from several.
      const some = `SELECT 1 ${from} AND ${this.below(of, alias, 'isTrue', how)} LIMIT 2`;
      return `(SELECT count(*) FROM (${some}) counted)`;
    };
    const isTrue = {
      some: () => exists('isTrue', taking),
      all: () => `(${exists('isTrue', taking)} AND NOT ${exists('isFalse', otherTaking(taking))})`,
      single: () =>
        taking === 'certainly'
          ? `(${exists('isTrue', 'certainly')} AND ${count('possibly')} = 1)`
          : `(${exists('isTrue', 'possibly')} AND ${count('certainly')} <= 1)`,
    }[kind]();
    return taking === 'possibly' ? this.orUnread(isTrue, type, field, row) : isTrue;
  }

  /** The rows that a relation of a row leads to. */
  private led(type: AssetTypeName, field: string, row: string, alias: string): string {
    const within = this.rows.within?.(field, row);
    if (within !== undefined) return `FROM ${within} ${alias} WHERE true`;
    const { type: target, relation } = this.field(type, field);
    const column = `${row}.${this.rows.column(field)}`;
    const leads = `${alias}.${this.rows.column('identifier')} = ${relation === 'toMany' ? `ANY(${column})` : column}`;
    return `FROM ${this.rows.table(target as AssetTypeName)} ${alias} WHERE ${leads} AND ${this.rows.joined(alias, row)}`;
  }

  /** What is asked of what a relation leads to. */
  private below(of: Expression, alias: string, answer: Answer, taking: Taking): string {
    this.depth += 1;
    const condition = this.condition(of, alias, answer, taking);
    this.depth -= 1;
    return condition;
  }

  private additionalKey(of: Expression, row: string, taking: Taking): string {
    const alias = this.nextAlias();
    const identifier = this.rows.column('identifier');
    const leads = `${alias}.${identifier} = ${row}.${identifier} AND ${this.rows.joined(alias, row)}`;
    // What such a row lacks is what its key lacks: no note about rows of the report tells of it.
    this.additional += 1;
    const condition = this.condition(of, alias, 'isTrue', taking);
    this.additional -= 1;
    const exists = `EXISTS (SELECT 1 FROM ${this.rows.additionalKeys} ${alias} WHERE ${leads} AND ${condition})`;
    const { haveAdditionalKeys } = this.rows;
    const isTrue = haveAdditionalKeys ? `(${row}.${identifier} = ANY(${haveAdditionalKeys}) AND ${exists})` : exists;
    return taking === 'possibly' ? this.orUnread(isTrue, 'IAMUserCredentials', 'additionalKeys', row) : isTrue;
  }

  private orUnread(condition: string, type: AssetTypeName, field: string, row: string): string {
    return this.mayLack(type, field) ? `(${condition} OR ${isUnread(field, row)})` : condition;
  }

  private andRead(condition: string, type: AssetTypeName, field: string, row: string): string {
    return this.mayLack(type, field) ? `(${condition} AND NOT ${isUnread(field, row)})` : condition;
  }

  private field(type: AssetTypeName, name: string): Field {
    const field = this.catalogue[type]?.fields[name];
    if (!field) throw new Error(`${type} has no field ${name}`);
    return field;
  }
}

/** A condition without bound values and relations, for which every fact counts as read: what an index is made of. */
export function soughtCondition(rows: SqlRows, catalogue: Catalogue, sought: Expression, row: string): string {
  const { sought: _, ...others } = rows;
  return new SqlWriter(others, catalogue, () => false).condition(sought, row, 'isTrue', 'certainly');
}

const other = (answer: Answer): Answer => (answer === 'isTrue' ? 'isFalse' : 'isTrue');
const otherTaking = (taking: Taking): Taking => (taking === 'certainly' ? 'possibly' : 'certainly');

/** A row names the fields of it that could not be read; those without any name nothing. Fields are names of the schema. */
export const isUnread = (field: string, row: string): string => `('${field}' = ANY(${row}._unread)) IS TRUE`;
