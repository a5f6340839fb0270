import type { Asset } from '../iam/assets.ts';
import type { IamqlError } from '../iam/error.ts';
import type { LeftOpen } from '../inventory/inventory.ts';
import { notDecided } from '../inventory/not-told.ts';
import { compile } from '../where/evaluate.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import { ofAccount } from '../where/per-account.ts';
import type { SqlSession } from './database.ts';
import { countBy } from './page-of-assets.ts';
import type { Scope } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';
import { connectorOf, keyOf } from './store-assets.ts';
import type { Question, View } from './view.ts';

/**
 * What the database cannot decide: rows that lack a fact, and patterns. They are evaluated in memory.
 *
 * @returns those that match, and why others may.
 */
export async function decideUndecided(view: View, { type, expression, scope }: Question) {
  const more: RowKey[] = [];
  const unread: IamqlError[] = [];
  if (!mayBeUndecided(view.scope, expression)) return { more, unread };
  const statement = new Statement(type, scope);
  const assets = await view.assets.find(type, statement, statement.selectAll(undecided(statement, expression)));
  await view.assets.prepare(assets, expression);
  for (const [connector, found] of Map.groupBy(assets, connectorOf)) {
    const { certainly, possibly } = compile(ofAccount(expression, connector), (asset, field) =>
      view.assets.read(asset, field),
    );
    more.push(...found.filter(certainly.isTrue).map(keyOf));
    const open = found.filter((asset) => possibly.isTrue(asset) && !certainly.isTrue(asset));
    unread.push(...open.map((asset) => whyUndecided(view, asset, expression)));
  }
  return { more, unread };
}

/** The rows for which the expression may be true, and for which it is not certain that it is. */
const undecided = (statement: Statement, expression: Expression): readonly string[] => [
  statement.matching(expression, 'possibly'),
  `(${statement.matching(expression, 'certainly')}) IS NOT TRUE`,
];

/** Counts them, without reading them. */
export async function countUndecided(session: SqlSession, question: Question): Promise<LeftOpen> {
  const { type, expression, scope } = question;
  const [some, all] = [new Statement(type, scope), new Statement(type, scope)];
  const rows = await countBy(session, some, some.count(undecided(some, expression)));
  const of = await countBy(session, all, all.count([]));
  return { rows: rows.count, of: of.count };
}

const mayBeUndecided = (scope: Scope, expression: Expression): boolean =>
  [...nodesOf(expression)].some(
    (node) =>
      node.kind === 'matches' ||
      (node.kind === 'additionalKey' && scope.mayBeUnread('IAMUserCredentials', 'additionalKeys')) ||
      ('field' in node && scope.mayBeUnread(node.type, node.field)),
  );

function whyUndecided({ scope }: View, asset: Asset, expression: Expression): IamqlError {
  const why = scope.whyUndecided(connectorOf(asset), expression, String(asset['identifier']));
  return notDecided(asset['identifier'], why);
}
