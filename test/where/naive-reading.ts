import { fieldsOf } from './server-schema.ts';

/** A where as a client sends it in JSON: nothing is coerced, and no variable is left. */
export type Where = Readonly<Record<string, unknown>>;

/** True, false, or null where nobody can tell. */
export type Kleene = boolean | null;

type Facts = Readonly<Record<string, unknown>>;

/**
 * The language read a second time, from what it means and as plainly as it can be: over the JSON itself, one record at a
 * time, with no thought of speed and nothing shared with src/where. Where the two readings differ, one of them is wrong.
 */
export function naiveReading(type: string, where: Where | null, record: Facts): Kleene {
  // Several keys in one object: every one of them must hold. No keys ask for nothing, which everything fulfils.
  return every(Object.entries(where ?? {}).map(([key, value]) => readKey(type, key, value, record)));
}

/** Whether it asks for anything. What asks for nothing asks for nothing below NOT as well: it is not turned over. */
export function isConstraint(where: Where | null): boolean {
  return Object.entries(where ?? {}).some(([key, value]) => {
    // An alternative that everything fulfils makes the choice between them ask for nothing.
    if (key === 'OR') return listOf(value).length > 0 && listOf(value).every((one) => isConstraint(one as Where));
    if (key === 'AND') return listOf(value).some((one) => isConstraint(one as Where));
    if (key === 'NOT') return isConstraint(value as Where | null);
    return true;
  });
}

/** Null asks for what is null by the bare name and `_NOT`, and by `_SOME` of a relation; nothing else can be asked of it. */
export function isMeaningless(type: string, where: Where | null): boolean {
  return Object.entries(where ?? {}).some(([key, value]) => {
    if (['AND', 'OR', 'NOT'].includes(key)) return listOf(value).some((one) => isMeaningless(type, one as Where));
    const { suffix, field } = takenApart(type, key);
    if (field.relation && value !== null) return isMeaningless(field.type, value as Where);
    return value === null && !(suffix === '' || suffix === '_NOT' || (field.relation && suffix === '_SOME'));
  });
}

function readKey(type: string, key: string, value: unknown, record: Facts): Kleene {
  const read = (one: unknown): Kleene => naiveReading(type, one as Where, record);
  if (key === 'AND') return every(listOf(value).map(read));
  if (key === 'OR') return isConstraint({ OR: value }) ? negated(every(listOf(value).map(read).map(negated))) : true;
  if (key === 'NOT') return isConstraint(value as Where | null) ? negated(read(value)) : true;
  const { name, suffix, field } = takenApart(type, key);
  if (field.relation) return readRelation(field.type, suffix, value, listOf(record[name]) as readonly Facts[]);
  const isTime = field.type === 'DateTime';
  // One value stands for a list of one; of a field that is a list, and of `_IN`, a list is asked for.
  const isAskedAsList = suffix.endsWith('_IN') || (field.list && !suffix.endsWith('_INCLUDES'));
  const asked = value !== null && isAskedAsList ? listOf(value) : value;
  return readField(suffix, inOrder(asked, isTime), inOrder(record[name], isTime));
}

/** No field has an underscore in its name. */
function takenApart(type: string, key: string) {
  const name = key.replace(/_.*/, '');
  const field = fieldsOf(type)[name];
  if (!field) throw new Error(`${type} has no field ${name}`);
  return { name, suffix: key.slice(name.length), field };
}

/** A time is the instant, whatever the offset it is written with. */
function inOrder(value: unknown, isTime: boolean | undefined): unknown {
  if (!isTime || value === null) return value;
  return Array.isArray(value) ? value.map((one) => Date.parse(one)) : Date.parse(value as string);
}

function readField(suffix: string, asked: unknown, actual: unknown): Kleene {
  // Null asks whether there is a value, which is always known.
  if (asked === null) return suffix === '_NOT' ? actual !== null : actual === null;
  // One of none is nothing, not even what is null; and everything is none of none.
  if (suffix === '_IN' && (asked as unknown[]).length === 0) return false;
  if (suffix === '_NOT_IN' && (asked as unknown[]).length === 0) return true;
  // What is compared with null data is unknown, and its negation is as well.
  if (actual === null) return null;
  const compare = comparisons[suffix];
  if (!compare) throw new Error(`there is no operator ${suffix}`);
  return compare(actual, asked);
}

/** Texts are compared letter by letter, capitals are other letters, and no sign stands for another. */
// biome-ignore lint/suspicious/noExplicitAny: GraphQL has seen to the types.
const comparisons: Readonly<Record<string, (actual: any, asked: any) => boolean>> = {
  '': same,
  _NOT: (actual, asked) => !same(actual, asked),
  _IN: (actual, asked) => asked.some((one: unknown) => same(one, actual)),
  _NOT_IN: (actual, asked) => asked.every((one: unknown) => !same(one, actual)),
  _LT: (actual, asked) => actual < asked,
  _LTE: (actual, asked) => actual < asked || actual === asked,
  _GT: (actual, asked) => asked < actual,
  _GTE: (actual, asked) => asked < actual || asked === actual,
  _CONTAINS: (actual, asked) => actual.split(asked).length > 1 || asked === '',
  _NOT_CONTAINS: (actual, asked) => actual.split(asked).length === 1 && asked !== '',
  _STARTS_WITH: (actual, asked) => actual.slice(0, asked.length) === asked,
  _NOT_STARTS_WITH: (actual, asked) => actual.slice(0, asked.length) !== asked,
  _ENDS_WITH: (actual, asked) => actual.slice(actual.length - asked.length) === asked,
  _NOT_ENDS_WITH: (actual, asked) => actual.slice(actual.length - asked.length) !== asked,
  // The whole text, not a part of it.
  _MATCHES: (actual, asked) => new RegExp(`^(?:${asked})$`, 'u').test(actual),
  _INCLUDES: (actual, asked) => actual.some((one: unknown) => same(one, asked)),
  _NOT_INCLUDES: (actual, asked) => !actual.some((one: unknown) => same(one, asked)),
};

/** Lists are the same when they hold the same items in the same order. */
function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** To one record or to many: who has none is asked in the same way. The answer is never "nobody can tell". */
function readRelation(type: string, suffix: string, asked: unknown, related: readonly Facts[]): boolean {
  if (asked === null) {
    // The bare name asks for who has none, and `_SOME` as older texts used it; `_NOT` for who has some.
    return suffix === '_NOT' ? related.length > 0 : related.length === 0;
  }
  const answers = related.map((one) => naiveReading(type, asked as Where, one));
  const times = (answer: Kleene): number => answers.filter((one) => one === answer).length;
  switch (suffix) {
    // There is a record, or at least one, of which it is true.
    case '':
    case '_SOME':
      return times(true) > 0;
    // The complement: none at all, or not one of which it is true.
    case '_NOT':
    case '_NONE':
      return times(true) === 0;
    // At least one of which it is true, and not one of which it is false.
    case '_ALL':
      return times(true) > 0 && times(false) === 0;
    case '_SINGLE':
      return times(true) === 1;
    default:
      throw new Error(`there is no quantifier ${suffix}`);
  }
}

const negated = (answer: Kleene): Kleene => (answer === null ? null : !answer);

/** False as soon as one is false; else unknown as soon as one is unknown. */
const every = (answers: readonly Kleene[]): Kleene =>
  answers.includes(false) ? false : answers.includes(null) ? null : true;

/** One object stands for a list of one, and null for none. */
function listOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
