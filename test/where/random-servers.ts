import fc from 'fast-check';
import type { Asset } from '../../src/iam/assets.ts';
import type { Field } from '../../src/iam/catalogue.generated.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { fieldsOf, type TypeName } from './server-schema.ts';

/** So few values of each type that a random condition is often true of a random record, and often not. */
export const VALUES: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  ID: ['a', 'b', 'ab', 'A', ''],
  String: ['a', 'b', 'ab', 'ba', 'A', '%', 'a_', '', 'é', '\u{1F600}b', 'a\u0000', '\u0001\u0003', `'"\\`],
  Boolean: [true, false],
  Int: [0, 1, 2, -1],
  Float: [0, 0.5, 1, -0.5],
  DateTime: [
    '2024-03-01T00:00:00+00:00',
    '2024-03-01T00:00:00.5+00:00',
    '2024-02-29T23:30:00+00:00',
    '2024-03-01T01:00:00+00:00',
  ],
};

/** How deep relations lead. */
const DEPTH = 2;

/** A record of that type: null wherever the schema allows it, related records to a certain depth. */
export const records = (type: TypeName, depth = DEPTH): fc.Arbitrary<Asset> =>
  recordsOf(type, Object.keys(fieldsOf(type)), depth);

/** One with these fields alone. */
export const recordsOf = (type: TypeName, names: readonly string[], depth: number): fc.Arbitrary<Asset> => {
  const fields = Object.entries(fieldsOf(type)).filter(([name]) => names.includes(name));
  const values = Object.fromEntries(fields.map(([name, field]) => [name, facts(field, depth)]));
  return fc.record({ __typename: fc.constant(type), ...values });
};

function facts(field: Field, depth: number): fc.Arbitrary<unknown> {
  const value = someValue(field, depth);
  return field.nullable ? fc.oneof({ weight: 4, arbitrary: value }, fc.constant(null)) : value;
}

function someValue({ type, list, relation }: Field, depth: number): fc.Arbitrary<unknown> {
  const values = VALUES[type] ?? [];
  if (relation === 'toOne') return depth === 0 ? fc.constant(null) : records(type as TypeName, depth - 1);
  if (relation === 'toMany')
    return depth === 0 ? fc.constant([]) : fc.array(records(type as TypeName, depth - 1), { maxLength: 3 });
  // Of few items, or lists would seldom be equal.
  if (list) return fc.array(fc.constantFrom(...values.slice(0, 2)), { maxLength: 2 });
  return fc.constantFrom(...values);
}

/** One record of each type, to complete others with. */
const completions = fc.record({ Server: records('Server', 1), Image: records('Image', 1), Disk: records('Disk', 1) });
type Completion = typeof completions extends fc.Arbitrary<infer T> ? T : never;

/** A server of which not every fact was read, and servers that it may turn out to be. */
export const unreadServers = fc
  .tuple(
    records('Server'),
    fc.array(completions, { minLength: 6, maxLength: 6 }),
    fc.array(fc.boolean(), { minLength: 5, maxLength: 60 }),
  )
  .map(([whole, others, hidden]) => {
    const server = hide(whole, inTurn(hidden));
    const completed = others.map((_, first) => complete(server, inTurn([...others.slice(first), ...others])));
    return { server, completed };
  });

/** The items one after the other, over and over. */
export function inTurn<T>(items: readonly T[]): () => T {
  let next = 0;
  return () => items[next++ % items.length] as T;
}

/** Takes facts away: a field, a relation, some facts of a related record, or what else a list may hold. */
function hide(record: Asset, isHidden: () => boolean): Asset {
  const fields = Object.entries(record).map(([name, value]) => {
    const relation = fieldsOf(record.__typename)[name]?.relation;
    if (isHidden() && isHidden() && name !== '__typename') return [name, UNREAD];
    if (relation === undefined || value === null) return [name, value];
    if (relation === 'toOne') return [name, hide(value as Asset, isHidden)];
    const items = (value as readonly Asset[]).map((item) => hide(item, isHidden));
    return [name, isHidden() && isHidden() ? [...items, UNREAD] : items];
  });
  return Object.fromEntries(fields);
}

/** Puts facts in for those that were not read; UNREAD in a list may be any number of records. */
function complete(record: Asset, other: () => Completion): Asset {
  const type = record.__typename as TypeName;
  const fields = Object.entries(record).map(([name, value]) => {
    if (value === UNREAD) return [name, other()[type][name]];
    const relation = fieldsOf(type)[name]?.relation;
    if (relation === undefined || value === null) return [name, value];
    if (relation === 'toOne') return [name, complete(value as Asset, other)];
    const items = (value as readonly (Asset | typeof UNREAD)[]).flatMap((item) =>
      item === UNREAD ? ((other()[type][name] ?? []) as readonly Asset[]) : [complete(item, other)],
    );
    return [name, items];
  });
  return Object.fromEntries(fields);
}
