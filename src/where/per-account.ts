import { IamqlError } from '../iam/error.ts';
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

/**
 * The same question of several accounts, asked with other values in each, as one.
 *
 * @param unknown those that it cannot be asked of: their values are none of theirs, and are left out.
 */
export function forAccounts(
  byAccount: ReadonlyMap<string, Expression>,
  unknown: ReadonlySet<string> = new Set(),
): Expression {
  return merged([...byAccount], unknown) as Expression;
}

/** What it asks of one of them. @throws IamqlError NotCollected where it cannot be asked of that one. */
export function ofAccount(expression: Expression, connector: string): Expression {
  return resolved(expression, connector) as Expression;
}

function merged(
  parts: readonly (readonly [connector: string, part: unknown])[],
  unknown: ReadonlySet<string>,
): unknown {
  const [[, first], ...others] = parts as [readonly [string, unknown], ...(readonly [string, unknown])[]];
  if (others.every(([, part]) => part === first)) return first;
  if (Array.isArray(first))
    return first.map((_, index) =>
      merged(
        parts.map(([id, part]) => [id, (part as unknown[])[index]]),
        unknown,
      ),
    );
  if (typeof first !== 'object' || first === null)
    return new PerAccount(new Map(parts.filter(([id]) => !unknown.has(id)) as [string, Scalar][]));
  const keys = Object.keys(first);
  return Object.fromEntries(
    keys.map((key) => [
      key,
      merged(
        parts.map(([id, part]) => [id, (part as Node)[key]]),
        unknown,
      ),
    ]),
  );
}

function resolved(part: unknown, connector: string): unknown {
  if (part instanceof PerAccount) return part.values.get(connector) ?? notKnown(connector);
  if (Array.isArray(part)) return part.map((item) => resolved(item, connector));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolved(value, connector)]));
}

function notKnown(connector: string): never {
  throw new IamqlError('NotCollected', `of account ${connector} it is not known what the question compares with`);
}
