import type { Asset } from '../iam/assets.ts';
import type { ReadField } from './evaluate.ts';
import { type Expression, isLeaf, isRelated } from './expression.ts';
import { type Judged, judgeParts } from './why.ts';

/**
 * A fact that made an asset match: the record it is of, the field, and the value that was found. That something is related
 * at all is a fact of it: the relation, and its name.
 */
export interface DecidingFact {
  readonly record: Asset;
  readonly field: string;
  readonly value: unknown;
}

/** The facts for which the expression is true of the asset; branches that are not true decided nothing. */
export function decidingFacts(expression: Expression, read: ReadField, asset: Asset): readonly DecidingFact[] {
  const judged = judgeParts(expression, read, asset);
  return judged.truth === 'true' ? [...factsOfParts(judged, read)] : [];
}

function* factsOfParts(judged: Judged, read: ReadField): Generator<DecidingFact> {
  const { expression, record, value, parts, decides } = judged;
  if (!decides) return;
  if (isLeaf(expression)) yield { record, field: expression.field, value };
  const deciding = parts.filter((part) => part.decides);
  for (const part of deciding) {
    const facts = [...factsOfParts(part, read)];
    yield* facts;
    if (facts.length === 0 && isRelated(expression))
      yield { record: part.record, field: expression.field, value: read(part.record, 'internalName') };
  }
  if (parts.length === 0 && isRelated(expression)) yield { record, field: expression.field, value: [] };
}
