import type { Asset } from '../iam/assets.ts';
import type { ReadField } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { decidingLeaves, judgeParts } from './why.ts';

/** A fact that made an asset match: the record it is of, the field, and the value that was found. */
export interface DecidingFact {
  readonly record: Asset;
  readonly field: string;
  readonly value: unknown;
}

/** The facts for which the expression is true of the asset; branches that are not true decided nothing. */
export function decidingFacts(expression: Expression, read: ReadField, asset: Asset): readonly DecidingFact[] {
  const judged = judgeParts(expression, read, asset);
  if (judged.truth !== 'true') return [];
  return [...decidingLeaves(judged)].flatMap(({ expression: leaf, record, value }) =>
    'field' in leaf ? [{ record, field: leaf.field, value }] : [],
  );
}
