import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import type { LeftOpen } from '../inventory/inventory.ts';
import type { Expression } from '../where/expression.ts';
import type { SqlSession } from './database.ts';
import type { Scope } from './scope.ts';
import { Statement } from './statement.ts';

/** The rows for which the database cannot tell whether the expression is true: facts that were not read, and patterns. */
export const openConditions = (statement: Statement, expression: Expression): readonly string[] => [
  statement.matching(expression, 'possibly'),
  `(${statement.matching(expression, 'certainly')}) IS NOT TRUE`,
];

/** Counts them, without reading them. */
export async function countLeftOpen(
  session: SqlSession,
  scope: Scope,
  type: AssetTypeName,
  expression: Expression,
): Promise<LeftOpen> {
  const open = new Statement(type, scope);
  const all = new Statement(type, scope);
  const [rows, of] = await Promise.all([
    session.query<{ count: number }>(open.count(openConditions(open, expression)), open.values),
    session.query<{ count: number }>(all.count([]), all.values),
  ]);
  return { rows: rows[0]?.count ?? 0, of: of[0]?.count ?? 0 };
}
