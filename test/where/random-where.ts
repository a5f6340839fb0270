import fc from 'fast-check';
import type { Field } from '../../src/iam/catalogue.generated.ts';
import { type Operator, operators } from '../../src/where/operators.ts';
import { isConstraint, type Where } from './naive-reading.ts';
import { VALUES } from './random-servers.ts';
import { fieldsOf, type TypeName } from './server-schema.ts';

type Entry = readonly [key: string, value: unknown];

export interface Key {
  readonly type: TypeName;
  readonly key: string;
  readonly name: string;
  readonly field: Field;
  readonly operator: Operator;
}

/** Every key of the type but AND, OR and NOT. */
export const keysOf = (type: TypeName): readonly Key[] =>
  Object.entries(fieldsOf(type)).flatMap(([name, field]) =>
    operators
      .filter((operator) => operator.appliesTo(field))
      .map((operator) => ({ type, key: `${name}${operator.suffix}`, name, field, operator })),
  );

/** How deep conditions stand in conditions. */
const DEPTH = 3;

/** What a field is compared with. */
export type ValuesOf = (key: Pick<Key, 'type' | 'name' | 'field'>) => readonly unknown[];

const usualValues: ValuesOf = ({ field }) => VALUES[field.type] ?? [];

/** A where in the flat form, as JSON. @param nulls `any` asks for null where that means nothing, too. */
export const wheres = (
  type: TypeName,
  nulls: 'any' | 'meant' = 'meant',
  depth = DEPTH,
  valuesOf = usualValues,
): fc.Arbitrary<Where> =>
  fc.oneof(
    { weight: 6, arbitrary: objectOf(entries(type, nulls, depth, valuesOf), 1) },
    { weight: 3, arbitrary: objectOf(entries(type, nulls, depth, valuesOf), 3) },
    { weight: 1, arbitrary: fc.constant({}) },
  );

/** One that compares with what an account has, so that it tells one of its assets from another. */
export const wheresOver = (type: TypeName, valuesOf: ValuesOf): fc.Arbitrary<Where> =>
  wheres(type, 'meant', DEPTH, valuesOf);

/** The values that each field has in these lines of a snapshot, and a few that it may not have. */
export function valuesIn(lines: readonly Readonly<Record<string, unknown>>[]): ValuesOf {
  const found = new Map<string, Set<unknown>>();
  for (const { __typename, ...fields } of lines) {
    for (const [name, value] of Object.entries(fields)) {
      const values = found.get(`${__typename}.${name}`) ?? new Set();
      found.set(`${__typename}.${name}`, values);
      for (const one of [value].flat()) if (one !== null) values.add(one);
    }
  }
  return ({ type, name, field }) => [
    ...[...(found.get(`${type}.${name}`) ?? [])].slice(0, MOST_VALUES),
    ...usualValues({ type, name, field }).slice(0, 2),
  ];
}

/** Of more, two conditions would seldom be of the same. */
const MOST_VALUES = 12;

/** One that asks for something. */
export const constraints = (type: TypeName): fc.Arbitrary<Where> => wheres(type).filter(isConstraint);

const objectOf = (entry: fc.Arbitrary<Entry>, maxLength: number): fc.Arbitrary<Where> =>
  fc.array(entry, { minLength: 1, maxLength }).map((list) => Object.fromEntries(list));

function entries(type: TypeName, nulls: 'any' | 'meant', depth: number, valuesOf: ValuesOf): fc.Arbitrary<Entry> {
  const keys = keysOf(type);
  const relations = keys.filter(({ field }) => field.relation);
  const entry = (chosen: readonly Key[]) =>
    fc.constantFrom(...chosen).chain((key) => entryOf(key, nulls, depth, valuesOf));
  if (depth === 0) return entry(keys.filter(({ field }) => !field.relation));
  const inner = fc.constant(null).chain(() => wheres(type, nulls, depth - 1, valuesOf));
  const list = fc.array(inner, { maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: entry(keys) },
    { weight: 4, arbitrary: entry(relations) },
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom('AND', 'OR'), fc.oneof(list, list, inner)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('NOT'), inner) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('AND', 'OR', 'NOT'), fc.constant(null)) },
  );
}

/** One key with a value that it takes, or with null. */
export function entryOf(key: Key, nulls: 'any' | 'meant', depth: number, valuesOf = usualValues): fc.Arbitrary<Entry> {
  const hasNull = nulls === 'any' || key.operator.ofNull !== 'error';
  const value = valueFor(key, nulls, depth, valuesOf);
  const orNull = hasNull ? fc.oneof({ weight: 6, arbitrary: value }, fc.constant(null)) : value;
  return orNull.map((asked) => [key.key, asked] as const);
}

function valueFor(key: Key, nulls: 'any' | 'meant', depth: number, valuesOf: ValuesOf): fc.Arbitrary<unknown> {
  const { field, operator } = key;
  const type = operator.argumentType(field);
  if (type.endsWith('Where')) return wheres(field.type as TypeName, nulls, Math.max(0, depth - 1), valuesOf);
  if (operator.kind === 'matches') return fc.constantFrom(...PATTERNS);
  const isListField = field.list === true;
  const values = isListField ? valuesOf(key).slice(0, 2) : valuesOf(key);
  const one = field.type === 'DateTime' ? fc.constantFrom(...values).chain(times) : fc.constantFrom(...values);
  if (!type.startsWith('[')) return one;
  // One value may stand for a list of one.
  return fc.oneof({ weight: 5, arbitrary: fc.array(one, { maxLength: isListField ? 2 : 3 }) }, one);
}

/** Patterns that JavaScript and RE2 read alike. */
const PATTERNS = ['a', 'a.?', '.*', '[^a]*', '.', '..', '%|b', '', '\\w+', '(a|b)*', '\\p{L}.*'];

const OFFSETS: Readonly<Record<string, number>> = { Z: 0, '+00:00': 0, '-00:00': 0, '+01:30': 90, '-05:00': -300 };

/** The same instant, as it is written somewhere in the world. */
const times = (instant: unknown): fc.Arbitrary<string> =>
  fc.constantFrom(...Object.entries(OFFSETS)).map(([offset, minutes]) => {
    const local = new Date(Date.parse(instant as string) + minutes * 60_000).toISOString();
    return local.replace('Z', offset);
  });
