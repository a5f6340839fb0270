import { type Expression, isRelated } from './expression.ts';

/** The same text for conditions that differ in nothing but the order in which they are named. */
export function canonical(expression: Expression): string {
  if (!('of' in expression)) return JSON.stringify(expression);
  const parts = [expression.of].flat().map((part) => canonical(part as Expression));
  // A text within a text would double with each level what escapes its quotes.
  const about = isRelated(expression) ? ` ${JSON.stringify([expression.type, expression.field])}` : '';
  return `${expression.kind}${about}(${parts.sort().join()})`;
}
