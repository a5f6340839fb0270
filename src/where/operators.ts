import type { Field } from '../iam/catalogue.generated.ts';

/**
 * One operator of the where language: what is added to a field's name, which fields have it, and the GraphQL type of its
 * argument. The where-inputs are printed from this table and read back with it, so the two cannot disagree.
 */
export interface Operator {
  readonly suffix: string;
  readonly meaning: 'is' | 'isNot';
  appliesTo(field: Field): boolean;
  argumentType(field: Field): string;
}

const argumentType = (field: Field): string => (field.relation ? `${field.type}Where` : field.type);

/** A bare to-many relation asks for at least one related asset, and `_NOT` for none: the same words as to-one. */
export const operators: readonly Operator[] = [
  { suffix: '', meaning: 'is', appliesTo: () => true, argumentType },
  { suffix: '_NOT', meaning: 'isNot', appliesTo: () => true, argumentType },
  {
    suffix: '_SOME',
    meaning: 'is',
    appliesTo: (field) => field.relation === 'toMany',
    argumentType,
  },
  {
    suffix: '_NONE',
    meaning: 'isNot',
    appliesTo: (field) => field.relation === 'toMany',
    argumentType,
  },
];
