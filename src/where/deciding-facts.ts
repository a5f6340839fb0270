import type { Asset } from '../iam/assets.ts';
import { additionalKeysOf, compile, type ReadField } from './evaluate.ts';
import { type Expression, isLeaf } from './expression.ts';

/** A fact that made an asset match: the record it is of, the field, and the value that was found. */
export interface DecidingFact {
  readonly record: Asset;
  readonly field: string;
  readonly value: unknown;
}

/** The facts for which the expression is true of the asset; branches that are not true decided nothing. */
export function decidingFacts(expression: Expression, read: ReadField, asset: Asset): readonly DecidingFact[] {
  if (!compile(expression, read).certainly.isTrue(asset)) return [];
  switch (expression.kind) {
    case 'always':
    case 'constant':
      return [];
    case 'and':
    case 'or':
      return expression.of.flatMap((part) => decidingFacts(part, read, asset));
    case 'not':
      return comparedFacts(expression.of, read, asset);
    case 'some':
    case 'all':
    case 'single':
      return related(read(asset, expression.field)).flatMap((item) => decidingFacts(expression.of, read, item));
    case 'additionalKey':
      return related(additionalKeysOf(asset)).flatMap((item) => decidingFacts(expression.of, read, item));
    default:
      return [{ record: asset, field: expression.field, value: read(asset, expression.field) }];
  }
}

/** Below a NOT every comparison took part. */
function comparedFacts(expression: Expression, read: ReadField, asset: Asset): readonly DecidingFact[] {
  if (isLeaf(expression)) {
    return [{ record: asset, field: expression.field, value: read(asset, expression.field) }];
  }
  if (expression.kind === 'and' || expression.kind === 'or') {
    return expression.of.flatMap((part) => comparedFacts(part, read, asset));
  }
  return expression.kind === 'not' ? comparedFacts(expression.of, read, asset) : [];
}

const related = (value: unknown): readonly Asset[] =>
  [value].flat().filter((item): item is Asset => typeof item === 'object' && item !== null);
