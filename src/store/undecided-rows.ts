import type { Asset } from '../iam/assets.ts';
import type { IamqlError } from '../iam/error.ts';
import type { LeftOpen } from '../inventory/inventory.ts';
import { notDecided } from '../inventory/not-told.ts';
import { compile } from '../where/evaluate.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import { ofAccount } from '../where/per-account.ts';
import type { SqlSession } from './database/database.ts';
import { countBy } from './page-of-assets.ts';
import { connectorOf, keyOf } from './row-assets.ts';
import type { Scope } from './scope.ts';
import { type RowKey, Statement } from './statement.ts';
import { StoreAssets } from './store-assets.ts';
import type { Question, View } from './view.ts';

/** So many are in memory at a time: a pattern may be asked of every asset that there is. */
const ROWS_AT_ONCE = 1000;

/**
 * What the database cannot decide: patterns, and rows of accounts that lack a fact. They are evaluated in memory, some at a
 * time, and none is kept.
 *
 * @returns those that match, and why others may.
 */
export async function decideUndecided(view: View, question: Question) {
  const more: RowKey[] = [];
  const unread: IamqlError[] = [];
  const { type, expression } = question;
  const scope = undecidedIn(question);
  if (scope.accounts.length === 0) return { more, unread };
  for (let last: RowKey | undefined, isMore = true; isMore; ) {
    const assets = new StoreAssets(view.session, scope);
    const found = await undecidedBehind(assets, { type, expression, scope }, last);
    await assets.prepare(found, expression);
    for (const [connector, ofAccountFound] of Map.groupBy(found, connectorOf)) {
      const { certainly, possibly } = compile(ofAccount(expression, connector), (asset, field) =>
        assets.read(asset, field),
      );
      more.push(...ofAccountFound.filter(certainly.isTrue).map(keyOf));
      const open = ofAccountFound.filter((asset) => possibly.isTrue(asset) && !certainly.isTrue(asset));
      unread.push(...open.map((asset) => whyUndecided(view, asset, expression)));
    }
    const lastFound = found.at(-1);
    last = lastFound && keyOf(lastFound);
    isMore = found.length === ROWS_AT_ONCE;
  }
  return { more, unread };
}

/** The rows for which the expression may be true, and for which it is not certain that it is. */
const undecided = (statement: Statement, expression: Expression): readonly string[] => [
  statement.matching(expression, 'possibly'),
  `(${statement.matching(expression, 'certainly')}) IS NOT TRUE`,
];

/** Counts those for which it may be true, without reading them. */
export async function countPossible(session: SqlSession, { type, expression, scope }: Question): Promise<LeftOpen> {
  const statement = new Statement(type, scope);
  const { count, of } = await countBy(
    session,
    statement,
    statement.count([], statement.matching(expression, 'possibly')),
  );
  return { rows: of, of: count };
}

/** Counts them, without reading them. */
export async function countUndecided(session: SqlSession, question: Question): Promise<LeftOpen> {
  const { type, expression, scope } = question;
  const [some, all] = [new Statement(type, scope), new Statement(type, scope)];
  const rows = await countBy(session, some, some.count(undecided(some, expression)));
  const of = await countBy(session, all, all.count([]));
  return { rows: rows.count, of: of.count };
}

/** The accounts that may have such rows. */
function undecidedIn({ expression, scope }: Question): Scope {
  const nodes = [...nodesOf(expression)];
  if (nodes.some(({ kind }) => kind === 'matches')) return scope;
  const fields = nodes.flatMap((node) => {
    if (node.kind === 'additionalKey') return [{ type: node.type, field: 'additionalKeys' }];
    return 'field' in node ? [{ type: node.type, field: node.field }] : [];
  });
  return scope.lacking(fields);
}

function undecidedBehind(assets: StoreAssets, { type, expression, scope }: Question, last: RowKey | undefined) {
  const statement = new Statement(type, scope);
  const conditions = [
    ...undecided(statement, expression),
    ...(last ? [statement.behind({ ...last, values: [] }, [])] : []),
  ];
  return assets.find(type, statement, statement.select(conditions, { sort: [], limit: ROWS_AT_ONCE, offset: 0 }));
}

function whyUndecided({ scope }: View, asset: Asset, expression: Expression): IamqlError {
  const why = scope.whyUndecided(connectorOf(asset), expression, String(asset['identifier']));
  return notDecided(asset['identifier'], why);
}
