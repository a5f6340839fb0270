import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, catalogue, type Field } from '../iam/catalogue.generated.ts';
import type { PerAccount } from './per-account.ts';

export type Scalar = string | number | boolean;

/** What a field is compared by. Of null each is unknown. */
export type ComparisonKind =
  | 'equals'
  | 'in'
  | 'lessThan'
  | 'atMost'
  | 'greaterThan'
  | 'atLeast'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'matches'
  | 'includes';

/** How many related assets must fulfil a condition. */
export type Quantifier = 'some' | 'all' | 'single';

/**
 * A field against a value: `in` has a list, and so has `equals` of a list field; every other value is a scalar. One that
 * differs from account to account is for SQL alone; in memory each account is asked by itself.
 */
export interface Comparison {
  readonly kind: ComparisonKind;
  readonly type: AssetTypeName;
  readonly field: string;
  readonly value: Scalar | readonly Scalar[] | PerAccount;
}

/** A relation, to one or to many, and a condition on what is related. */
export interface Related {
  readonly kind: Quantifier;
  readonly type: AssetTypeName;
  readonly field: string;
  readonly of: Expression;
}

/**
 * What a `where` asks, as data: evaluated in memory (evaluate.ts), and fit to be written as SQL. `always` is "no
 * constraint", which stays one below NOT; `constant` is true or false of every asset, and NOT turns it over.
 */
export type Expression =
  | { readonly kind: 'always' }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'isNull'; readonly type: AssetTypeName; readonly field: string }
  | Comparison
  | Related
  /** A key of the user that the credential report has no slot for fulfils `of` as if it stood in slot 1. */
  | { readonly kind: 'additionalKey'; readonly type: 'IAMUserCredentials'; readonly of: Expression };

export const always: Expression = { kind: 'always' };

export const not = (of: Expression): Expression => (of.kind === 'not' ? of.of : { kind: 'not', of });

export const isRelated = (expression: Expression): expression is Related =>
  expression.kind === 'some' || expression.kind === 'all' || expression.kind === 'single';

/** A question about one field of the asset itself. */
export const isLeaf = (expression: Expression): expression is Extract<Expression, { field: string }> =>
  'field' in expression && !('of' in expression);

/** The node and every node below it. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  yield expression;
  if (!('of' in expression)) return;
  for (const child of Array.isArray(expression.of) ? expression.of : [expression.of]) yield* nodesOf(child);
}

/** The fields that it compares or follows. */
export function fieldsOf(expression: Expression): readonly { readonly name: string; readonly field: Field }[] {
  return [...nodesOf(expression)].flatMap((node) => {
    if (!('field' in node)) return [];
    const field = catalogue[node.type]?.fields[node.field];
    return field ? [{ name: node.field, field }] : [];
  });
}

/** The facts that it needs beyond those of the type that it selects. */
export function factsOf(expression: Expression): ReadonlySet<FactGroup> {
  const facts = fieldsOf(expression).flatMap(({ field }) => (field.fact ? [field.fact] : []));
  const hasAdditionalKeys = [...nodesOf(expression)].some((node) => node.kind === 'additionalKey');
  return new Set<FactGroup>(hasAdditionalKeys ? [...facts, 'ACCESS_KEYS', 'ACCESS_KEY_LAST_USED'] : facts);
}
