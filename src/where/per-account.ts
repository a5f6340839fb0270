import { IamqlError } from '../iam/error.ts';
import type { Expression, Scalar } from './expression.ts';

/** A value that differs from account to account, by the id of the connector: 45 days before the account's own scan. */
export class PerAccount {
  readonly values: ReadonlyMap<string, Scalar>;

  constructor(values: ReadonlyMap<string, Scalar>) {
    this.values = values;
  }

  /** Two conditions are the same when they are the same in every account. */
  toJSON(): unknown {
    return [...this.values];
  }
}

type Node = Readonly<Record<string, unknown>>;

/**
 * Merges what is asked of several accounts into one question, whose values may differ from account to account.
 *
 * @param unknown those that it cannot be asked of: their values are none of theirs, and are left out.
 */
export function forAccounts(
  byAccount: ReadonlyMap<string, Expression>,
  unknown: ReadonlySet<string> = new Set(),
): Expression {
  return merged([...byAccount], unknown) as Expression;
}

/** What a merged question asks of one account. @throws IamqlError NotCollected where it cannot be asked of that one. */
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
