import type { Where } from './naive-reading.ts';
import { type Key, keysOf } from './random-where.ts';
import type { TypeName } from './server-schema.ts';

/** Of a relation to one, newer texts say the same in three ways, and the complement in one. */
const TO_ONE: Readonly<Record<string, readonly string[]>> = { '': ['some', 'all', 'single'], _NOT: ['none'] };

/** What an operator object calls the key: nothing for a key that only a suffix says. */
export function wordsOf({ field, operator }: Key): readonly string[] {
  if (field.relation === 'toOne') return TO_ONE[operator.suffix] ?? [];
  // A bare relation to many asks for some.
  if (field.relation === 'toMany' && operator.suffix === '') return ['some'];
  return operator.word ? [operator.word] : [];
}

/** Writes a where that is flat with operator objects in it. @param choose a number below that one. */
export function withOperatorObjects(type: TypeName, where: Where, choose: (below: number) => number): Where {
  const inner = (of: TypeName, value: unknown): unknown =>
    Array.isArray(value)
      ? value.map((one) => inner(of, one))
      : value === null
        ? null
        : withOperatorObjects(of, value as Where, choose);
  const parts = Object.entries(where).map(([name, value]): Where => {
    const key = keysOf(type).find((one) => one.key === name);
    if (!key) return { [name]: inner(type, value) };
    const { relation } = key.field;
    const related = relation ? inner(key.field.type as TypeName, value) : value;
    // `{some: null}` is refused, since published versions of the language disagree about it.
    const words = relation && value === null ? [] : wordsOf(key);
    const word = [undefined, ...words][choose(words.length + 1)];
    return word ? { [key.name]: { [word]: related } } : { [name]: related };
  });
  return parts.reduce<Where>((written, part) => joined(type, written, part), {});
}

/** Both in one object where that can be written, else in two. */
function joined(type: TypeName, written: Where, part: Where): Where {
  const [name = '', value] = Object.entries(part)[0] ?? [];
  const before = written[name];
  if (before === undefined) return { ...written, [name]: value };
  const words = operatorsIn(type, name, before);
  const more = operatorsIn(type, name, value);
  const canBeOne = words && more && !Object.keys(more).some((word) => Object.hasOwn(words, word));
  return canBeOne ? { ...written, [name]: { ...words, ...more } } : { AND: [written, part] };
}

/** The operators of an operator object; undefined for any other value. */
function operatorsIn(type: TypeName, name: string, value: unknown): Where | undefined {
  const words = keysOf(type).flatMap((key) => (key.name === name ? wordsOf(key) : []));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const keys = isObject ? Object.keys(value) : [];
  return keys.length > 0 && keys.every((key) => words.includes(key)) ? (value as Where) : undefined;
}

/** JSON as GraphQL writes it: names without quotes. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}: ${textOf(inner)}`)
    .join(', ')}}`;
}
