import { type AssetType, type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { always, type ComparisonKind, type Expression, not, type Quantifier, type Scalar } from './expression.ts';
import { type Operator, operators } from './operators.ts';

/** A `where` argument after GraphQL's own coercion: variables filled in, one object for a list made a list. */
export type WhereInput = { readonly [key: string]: unknown };

/** What a `where` may speak of, of one type. */
type Fields = Pick<AssetType, 'fields'>;

/** The types that a `where` speaks of, by name. */
export type Catalogue = Readonly<Record<string, Fields>>;

/** Called for what can be read and may still not be what its author meant. */
export type Warn = (message: string) => void;

interface Key {
  readonly name: string;
  readonly field: Field;
  readonly operator: Operator;
}

/** Where in the `where` a reading stands: the keys and list positions that lead there. */
export type WherePath = readonly (string | number)[];

/** A condition that the language gives no meaning to. */
export class WhereError extends IamqlError {
  readonly path: WherePath;

  constructor(path: WherePath, message: string) {
    super('InvalidInput', message);
    this.path = path;
  }
}

/**
 * Reads a `where` of that type. Absent, null and `{}` are no constraint; several keys are AND.
 *
 * @throws WhereError for a null that no comparison has a meaning for, or that published versions of the language read
 *   differently.
 */
export function readWhere(
  type: AssetTypeName,
  where: WhereInput | null | undefined,
  warn: Warn = () => {},
  types: Catalogue = catalogue,
): Expression {
  return new WhereReader(types, warn).read(type, where, []);
}

class WhereReader {
  private readonly types: Catalogue;
  private readonly warn: Warn;

  constructor(types: Catalogue, warn: Warn) {
    this.types = types;
    this.warn = warn;
  }

  read(type: AssetTypeName, where: WhereInput | null | undefined, path: WherePath): Expression {
    return and(Object.entries(where ?? {}).map(([key, value]) => this.readKey(type, key, value, [...path, key])));
  }

  private readKey(type: AssetTypeName, name: string, value: unknown, path: WherePath): Expression {
    if (name === 'AND') return and(this.readList(type, value, path));
    if (name === 'OR') return or(this.readList(type, value, path));
    if (name === 'NOT') {
      const inner = this.read(type, value as WhereInput | null, path);
      return inner.kind === 'always' ? always : not(inner);
    }
    const key = keysOf(this.types, type).get(name);
    if (!key) throw new WhereError(path, `${type}Where has no key ${name}`);
    const is = value === null ? this.readNull(type, key, path) : this.readValue(type, key, value, path);
    return key.operator.isNegated ? not(is) : is;
  }

  private readList(type: AssetTypeName, value: unknown, path: WherePath): readonly Expression[] {
    return ((value ?? []) as readonly WhereInput[]).map((item, index) => this.read(type, item, [...path, index]));
  }

  private readValue(type: AssetTypeName, { name, field, operator }: Key, value: unknown, path: WherePath): Expression {
    if (field.relation) {
      const of = this.read(field.type as AssetTypeName, value as WhereInput, path);
      return { kind: operator.kind as Quantifier, type, field: name, of };
    }
    const compared = value as Scalar | readonly Scalar[];
    for (const text of [compared].flat()) {
      if (typeof text === 'string' && !text.isWellFormed()) throw new WhereError(path, describeHalf(name, operator));
    }
    // Nothing is in an empty list, not even an unknown value.
    if (operator.kind === 'in' && (compared as readonly Scalar[]).length === 0)
      return { kind: 'constant', value: false };
    return { kind: operator.kind as ComparisonKind, type, field: name, value: compared };
  }

  private readNull(type: AssetTypeName, { name, field, operator }: Key, path: WherePath): Expression {
    const key = `${name}${operator.suffix}`;
    if (operator.ofNull === 'error') throw new WhereError(path, describeNull(key, name, field));
    if (operator.ofNull === 'deprecated')
      this.warn(`${key}: null is deprecated, and read as "has none", as older texts mean it; write ${name}: null`);
    return field.relation
      ? not({ kind: 'some', type, field: name, of: always })
      : { kind: 'isNull', type, field: name };
  }
}

/** A database would keep another character in its place, and no text of AWS has one. */
const describeHalf = (name: string, { suffix }: Operator): string =>
  `${name}${suffix}: the text is not Unicode: it has half of a surrogate pair`;

function describeNull(key: string, name: string, field: Field): string {
  return field.relation
    ? `${key}: null is read differently by published versions of this language; write ${name}: null for "has none", or ${name}_SOME: {} for "has some"`
    : `${key}: null compares with nothing; write ${name}: null for "has no value", or ${name}_NOT: null for "has one"`;
}

/** Flattens an AND in an AND, so that how a text groups its conditions makes no difference later. */
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

const keysByType = new WeakMap<Fields, ReadonlyMap<string, Key>>();

function keysOf(types: Catalogue, typeName: AssetTypeName): ReadonlyMap<string, Key> {
  const type = types[typeName];
  if (!type) throw new Error(`there is no type ${typeName}`);
  const known = keysByType.get(type);
  if (known) return known;
  const keys = Object.entries(type.fields).flatMap(([name, field]) =>
    operators
      .filter((operator) => operator.appliesTo(field))
      .map((operator) => [`${name}${operator.suffix}`, { name, field, operator }] as const),
  );
  const map = new Map(keys);
  keysByType.set(type, map);
  return map;
}
