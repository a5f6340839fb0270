import type { Expression, Scalar } from './expression.ts';

/** A value that is another one in each account: 45 days before the account's own scan. By the id of the connector. */
export class PerAccount {
  readonly values: ReadonlyMap<string, Scalar>;

  constructor(values: ReadonlyMap<string, Scalar>) {
    this.values = values;
  }

  /** Two conditions are alike when they are so in each account. */
  toJSON(): unknown {
    return [...this.values];
  }
}

type Node = Readonly<Record<string, unknown>>;

/** The same question of several accounts, asked with other values in each, as one. */
export function forAccounts(byAccount: ReadonlyMap<string, Expression>): Expression {
  return merged([...byAccount]) as Expression;
}

/** What it asks of one of them. */
export function ofAccount(expression: Expression, connector: string): Expression {
  return resolved(expression, connector) as Expression;
}

function merged(parts: readonly (readonly [connector: string, part: unknown])[]): unknown {
  const [[, first], ...others] = parts as [readonly [string, unknown], ...(readonly [string, unknown])[]];
  if (others.every(([, part]) => part === first)) return first;
  if (Array.isArray(first))
    return first.map((_, index) => merged(parts.map(([id, part]) => [id, (part as unknown[])[index]])));
  if (typeof first !== 'object' || first === null) return new PerAccount(new Map(parts as [string, Scalar][]));
  const keys = Object.keys(first);
  return Object.fromEntries(keys.map((key) => [key, merged(parts.map(([id, part]) => [id, (part as Node)[key]]))]));
}

function resolved(part: unknown, connector: string): unknown {
  if (part instanceof PerAccount) return part.values.get(connector);
  if (Array.isArray(part)) return part.map((item) => resolved(item, connector));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolved(value, connector)]));
}
