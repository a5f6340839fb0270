import type { Asset } from '../iam/assets.ts';
import type { IamqlError } from '../iam/error.ts';
import { notDecided } from '../inventory/not-told.ts';
import { compile } from '../where/evaluate.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import { ofAccount } from '../where/per-account.ts';
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
  const possible = statement.matching(expression, 'possibly');
  const open = [possible, `(${statement.matching(expression, 'certainly')}) IS NOT TRUE`];
  const assets = await view.assets.find(type, statement, statement.selectAll(open));
  await view.assets.prepare(assets, expression);
  for (const [connector, found] of Map.groupBy(assets, connectorOf)) {
    const { certainly, possibly } = compile(ofAccount(expression, connector), (asset, field) =>
      view.assets.read(asset, field),
    );
    more.push(...found.filter(certainly.isTrue).map(keyOf));
    const undecided = found.filter((asset) => possibly.isTrue(asset) && !certainly.isTrue(asset));
    unread.push(...undecided.map((asset) => whyUndecided(view, asset, expression)));
  }
  return { more, unread };
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
