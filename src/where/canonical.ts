import { type Expression, isRelated } from './expression.ts';

/** The same text for conditions that differ in nothing but the order in which they are named. */
export function canonical(expression: Expression): string {
  if (expression.kind === 'and' || expression.kind === 'or') {
    return `${expression.kind}(${expression.of.map(canonical).sort().join()})`;
  }
  if (expression.kind === 'not' || isRelated(expression)) {
    return JSON.stringify({ ...expression, of: canonical(expression.of) });
  }
  return JSON.stringify(expression);
}
