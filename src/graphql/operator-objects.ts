import type { Field } from '../iam/catalogue.generated.ts';
import { type Operator, operators } from '../where/operators.ts';
import type { Catalogue } from '../where/read-where.ts';

type Fields = Catalogue[string];

/** An entry of an object, in a text or in variables. */
export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  /** Set where the entry did not stand like this in what was written. */
  readonly isRewritten?: true;
}

/** How values are taken apart and put together: syntax trees and JSON differ in nothing else here. */
export interface Values<V, E extends Entry<V>> {
  /** The entries of an object; undefined for anything else. */
  entriesOf(value: V): readonly E[] | undefined;
  /** The items of a list; undefined for anything else. */
  itemsOf(value: V): readonly V[] | undefined;
  isNull(value: V): boolean;
  object(entries: readonly E[], like: V): V;
  list(items: readonly V[], like: V): V;
  /** The same entry under another name, or with another value. */
  entry(key: string, value: V, like: E): E;
  /** A value that may not turn out to be null, as a variable may: published versions disagree on what that asks. */
  neverNull(value: V, message: string): V;
  /** Says what is wrong with an entry: with its name, or with the null that is its value. */
  reject(entry: E, message: string, what?: 'name' | 'null'): void;
}

/**
 * Rewrites operator objects (`{eq: true}`, `{some: {...}}`), which newer texts are written in, to the flat form
 * (`field: true`, `field_SOME: {...}`), wherever they stand in a `where`. What is flat already stays as it is.
 */
export class OperatorObjects<V, E extends Entry<V>> {
  private readonly types: Catalogue;
  private readonly values: Values<V, E>;

  constructor(types: Catalogue, values: Values<V, E>) {
    this.types = types;
    this.values = values;
  }

  /** @param where a `where` of that type, or a list of them. */
  rewrite(typeName: string, where: V): V {
    const { values } = this;
    const items = values.itemsOf(where);
    if (items)
      return values.list(
        items.map((item) => this.rewrite(typeName, item)),
        where,
      );
    const entries = values.entriesOf(where);
    const type = Object.hasOwn(this.types, typeName) ? this.types[typeName] : undefined;
    if (!entries || !type) return where;
    return this.withoutDuplicates(
      entries.flatMap((entry) => this.rewriteEntry(typeName, type, entry)),
      where,
    );
  }

  private rewriteEntry(typeName: string, type: Fields, entry: E): readonly E[] {
    const { values } = this;
    const { key, value } = entry;
    if (key === 'AND' || key === 'OR' || key === 'NOT')
      return [values.entry(key, this.rewrite(typeName, value), entry)];
    const field = fieldOf(type, key);
    if (field && !field.relation) {
      const words = values.entriesOf(value);
      return words ? words.flatMap((word) => this.flatten(key, field, word)) : [entry];
    }
    const words = field ? (values.entriesOf(value) ?? []) : [];
    if (field && words.some((word) => this.isQuantifier(field, word))) {
      return words.flatMap((word) => this.flatten(key, field, word));
    }
    const related = relatedType(type, key);
    return [related ? values.entry(key, this.rewrite(related, value), entry) : entry];
  }

  /** A type may have a field that is called like a quantifier: then it is that field. */
  private isQuantifier(field: Field, { key }: E): boolean {
    return QUANTIFIERS.has(key) && fieldOf(this.types[field.type], key) === undefined;
  }

  /** One operator of an operator object. */
  private flatten(name: string, field: Field, word: E): readonly E[] {
    const suffix = suffixOf(field, word.key);
    if (suffix === undefined) {
      this.values.reject(word, `${name} has no operator "${word.key}"; it has ${wordsOf(field).join(', ')}`);
      return [];
    }
    if (!field.relation) return [this.values.entry(`${name}${suffix}`, word.value, word)];
    const advice = `write ${name}: null for "has none", or ${name}: {} for "has some"`;
    const message = `${name}: {${word.key}: null} is read differently by published versions; ${advice}`;
    if (this.values.isNull(word.value)) {
      this.values.reject(word, message, 'null');
      return [];
    }
    const value = this.values.neverNull(this.rewrite(field.type, word.value), message);
    return [this.values.entry(`${name}${suffix}`, value, word)];
  }

  /** Two ways of writing may say the same key; an object may hold it once, so the second is joined by AND. */
  private withoutDuplicates(entries: readonly E[], like: V): V {
    const { values } = this;
    const seen = new Map<string, E>();
    const again: E[] = [];
    for (const entry of entries) {
      const before = seen.get(entry.key);
      // The same key twice as written is an error, which validation reports.
      if (before && (before.isRewritten || entry.isRewritten)) again.push(entry);
      else seen.set(entry.key, entry);
    }
    if (again.length === 0) return values.object(entries, like);
    const kept = entries.filter((entry) => !again.includes(entry) && entry.key !== 'AND');
    const and = entries.filter((entry) => entry.key === 'AND');
    const parts = [...and, ...again].map((entry) => values.object([entry], like));
    return values.object([...kept, values.entry('AND', values.list(parts, like), again[0] as E)], like);
  }
}

const QUANTIFIERS: ReadonlySet<string> = new Set(['some', 'none', 'all', 'single']);

/** Newer versions know no relation to one: of at most one record, "some", "all" and "single" say the same. */
const TO_ONE: Readonly<Record<string, string>> = { some: '', all: '', single: '', none: '_NOT' };

const suffixOf = (field: Field, word: string): string | undefined =>
  field.relation === 'toOne'
    ? Object.hasOwn(TO_ONE, word)
      ? TO_ONE[word]
      : undefined
    : operatorOf(field, word)?.suffix;

const operatorOf = (field: Field, word: string): Operator | undefined =>
  operators.find((operator) => operator.word === word && operator.appliesTo(field));

const wordsOf = (field: Field): readonly string[] =>
  field.relation === 'toOne'
    ? Object.keys(TO_ONE)
    : operators.flatMap((operator) => (operator.word && operator.appliesTo(field) ? [operator.word] : []));

/** Every object has a `constructor`, which is no field. */
const fieldOf = (type: Fields | undefined, name: string): Field | undefined =>
  type && Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;

/** Where a key of a `where` leads to related assets: their type. */
function relatedType(type: Fields, key: string): string | undefined {
  const name = key.replace(/_(?:NOT|SOME|NONE|ALL|SINGLE)$/, '');
  const field = fieldOf(type, name);
  return field?.relation ? field.type : undefined;
}
