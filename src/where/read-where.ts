import { type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { always, type Expression, not, type Scalar } from './expression.ts';
import { type Operator, operators } from './operators.ts';

/** A `where` argument after GraphQL's own coercion: variables filled in, one object for a list made a list. */
export type WhereInput = { readonly [key: string]: unknown };

interface Key {
  readonly name: string;
  readonly field: Field;
  readonly operator: Operator;
}

const keysByType = new Map<AssetTypeName, ReadonlyMap<string, Key>>();

/**
 * Reads a `where` of that type. Absent, null and `{}` are no constraint; several keys are AND.
 *
 * @throws IamqlError InvalidInput for a null that published versions of the language read differently.
 */
export function readWhere(type: AssetTypeName, where: WhereInput | null | undefined): Expression {
  const parts = Object.entries(where ?? {}).map(([key, value]) => readKey(type, key, value));
  return and(parts);
}

function readKey(type: AssetTypeName, name: string, value: unknown): Expression {
  if (name === 'AND') return and(readList(type, value));
  if (name === 'OR') return or(readList(type, value));
  if (name === 'NOT') {
    const inner = readWhere(type, value as WhereInput | null);
    return inner.kind === 'always' ? always : not(inner);
  }
  const key = keysOf(type).get(name);
  if (!key) throw new IamqlError('InvalidInput', `${type}Where has no key ${name}`);
  const is = key.field.relation ? readRelation(type, key, value) : readScalar(type, key, value);
  return key.operator.meaning === 'isNot' ? not(is) : is;
}

const readList = (type: AssetTypeName, value: unknown): readonly Expression[] =>
  ((value ?? []) as readonly WhereInput[]).map((item) => readWhere(type, item));

function readScalar(type: AssetTypeName, key: Key, value: unknown): Expression {
  if (value === null) return { kind: 'isNull', type, field: key.name };
  return { kind: 'equals', type, field: key.name, value: value as Scalar };
}

function readRelation(type: AssetTypeName, { name, field, operator }: Key, value: unknown): Expression {
  const some = (of: Expression): Expression => ({ kind: 'some', type, field: name, of });
  if (value !== null) return some(readWhere(field.type as AssetTypeName, value as WhereInput));
  if (operator.suffix === '_NONE') {
    throw new IamqlError(
      'InvalidInput',
      `${name}_NONE: null is read differently by published versions of this language; write ${name}: null for "has none", or ${name}_SOME: {} for "has some"`,
    );
  }
  return not(some(always));
}

/** Nesting of the same kind is taken out, so that how a text groups its conditions makes no difference later. */
function and(parts: readonly Expression[]): Expression {
  const constraints = parts.flatMap((part) => (part.kind === 'and' ? part.of : part.kind === 'always' ? [] : [part]));
  return constraints.length > 1 ? { kind: 'and', of: constraints } : (constraints[0] ?? always);
}

/** An alternative without a constraint lets every asset through. */
function or(parts: readonly Expression[]): Expression {
  if (parts.some((part) => part.kind === 'always')) return always;
  const alternatives = parts.flatMap((part) => (part.kind === 'or' ? part.of : [part]));
  return alternatives.length > 1 ? { kind: 'or', of: alternatives } : (alternatives[0] ?? always);
}

function keysOf(type: AssetTypeName): ReadonlyMap<string, Key> {
  const known = keysByType.get(type);
  if (known) return known;
  const keys = Object.entries(catalogue[type].fields).flatMap(([name, field]) =>
    operators
      .filter((operator) => operator.appliesTo(field))
      .map((operator) => [`${name}${operator.suffix}`, { name, field, operator }] as const),
  );
  const map = new Map(keys);
  keysByType.set(type, map);
  return map;
}
