import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { canonical } from './canonical.ts';
import { type Expression, isLeaf, isRelated } from './expression.ts';

/** What it takes to know which keys of a user have no slot, and what these are like. */
export const ADDITIONAL_KEY_FACTS: readonly { readonly type: AssetTypeName; readonly field: string }[] = [
  { type: 'IAMUser', field: 'accessKeys' },
  { type: 'IAMUserCredentials', field: 'additionalCredentialsInfo' },
  ...Object.keys(catalogue.IAMAccessKey.fields).map((field) => ({ type: 'IAMAccessKey' as const, field })),
];

/**
 * AWS may give a user more access keys than the credential report has slots. A text that asks the same of slot 1 *or*
 * of slot 2 means "of any access key", so the alternative that the report cannot answer is added: the same of a key
 * that has no slot. Conditions on one slot alone keep their exact meaning.
 */
export function withAdditionalKeys(expression: Expression): Expression {
  switch (expression.kind) {
    case 'and':
      return { ...expression, of: expression.of.map(withAdditionalKeys) };
    case 'or':
      return { ...expression, of: [...expression.of.map(withAdditionalKeys), ...additionalKeys(expression.of)] };
    case 'not':
    case 'some':
    case 'all':
    case 'single':
      return { ...expression, of: withAdditionalKeys(expression.of) };
    default:
      return expression;
  }
}

/** For every pair of alternatives that are each other's image in the two slots: the same of an additional key. */
function additionalKeys(alternatives: readonly Expression[]): readonly Expression[] {
  const ofSlot2 = new Set(alternatives.filter((part) => speaksOf(part) === 2).map(canonical));
  return alternatives
    .filter((part) => speaksOf(part) === 1 && ofSlot2.has(canonical(inSlot2(part))))
    .map(asAdditionalKey);
}

/** The one slot that it speaks of; undefined for none, for both, or where "there is a key" cannot be pulled out. */
function speaksOf(expression: Expression): number | undefined {
  const slots = new Set(slotsOf(expression));
  return slots.size === 1 ? [...slots][0] : undefined;
}

function slotsOf(expression: Expression): readonly (number | undefined)[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.flatMap(slotsOf);
    case 'not':
      // "No record with an active key 1" is no question about some key; "a record whose key 1 is not active" is one.
      return holdsRelation(expression.of) && slotsOf(expression.of).length > 0 ? [undefined] : slotsOf(expression.of);
    case 'some':
      return slotsOf(expression.of);
    case 'all':
    case 'single':
      // "All of them" cannot be asked of a key that is none of them.
      return slotsOf(expression.of).map(() => undefined);
    default: {
      const slot = isLeaf(expression) ? catalogue[expression.type]?.fields[expression.field]?.slot : undefined;
      return slot === undefined ? [] : [slot];
    }
  }
}

function holdsRelation(expression: Expression): boolean {
  if (isRelated(expression)) return true;
  if (expression.kind === 'and' || expression.kind === 'or') return expression.of.some(holdsRelation);
  return expression.kind === 'not' && holdsRelation(expression.of);
}

/** `additionalKey` goes around what is asked of the credentials, below the relation that leads to them. */
function asAdditionalKey(expression: Expression): Expression {
  if (slotsOf(expression).length === 0) return expression;
  if (!holdsRelation(expression)) return { kind: 'additionalKey', type: 'IAMUserCredentials', of: expression };
  if (expression.kind === 'and' || expression.kind === 'or') {
    return { ...expression, of: expression.of.map(asAdditionalKey) };
  }
  return expression.kind === 'some' ? { ...expression, of: asAdditionalKey(expression.of) } : expression;
}

function inSlot2(expression: Expression): Expression {
  if (expression.kind === 'and' || expression.kind === 'or') return { ...expression, of: expression.of.map(inSlot2) };
  if (expression.kind === 'not' || isRelated(expression)) return { ...expression, of: inSlot2(expression.of) };
  return isLeaf(expression) ? { ...expression, field: expression.field.replace('Key1', 'Key2') } : expression;
}
