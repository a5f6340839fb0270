import type { Asset } from '../iam/assets.ts';
import type { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Page, Position } from '../inventory/page.ts';
import { isUnread } from '../where/sql.ts';
import type { SqlSession } from './database/database.ts';
import { connectorOf } from './row-assets.ts';
import { Statement } from './statement.ts';
import { type Asked, type View, whyUnread } from './view.ts';

interface FoundPage {
  readonly assets: readonly Asset[];
  readonly total: number;
  readonly skipped: number;
}

/** The assets of a page, in its order, and how many there are around it. */
export async function findPage(view: View, asked: Asked, page: Page): Promise<FoundPage> {
  const { limit, isUncounted = false } = page;
  if (isUncounted && limit !== undefined) return peekAround(view, asked, { ...page, limit });
  const assets = await readPage(view, asked, page);
  return { assets, ...(await countAround(view, asked, page, assets.length)) };
}

/** One more than the page tells whether there are more; all would have to be looked at to count them. */
async function peekAround(view: View, asked: Asked, page: Page & { readonly limit: number }): Promise<FoundPage> {
  const found = await readPage(view, asked, { ...page, limit: page.limit + 1 });
  const assets = found.slice(0, page.limit);
  const skipped = page.offset + (page.after && (await isAnyBefore(view, asked, page)) ? 1 : 0);
  return { assets, skipped, total: skipped + found.length };
}

async function isAnyBefore({ assets }: View, asked: Asked, { after, sort }: Page): Promise<boolean> {
  const { type, expression, scope, more } = asked;
  const statement = new Statement(type, scope);
  const before = after ? `(${statement.behind(after, sort)}) IS NOT TRUE` : 'false';
  const conditions = [statement.matchingOr(expression, more), before];
  const first = statement.select(conditions, { sort: [], limit: 1, offset: 0 });
  return (await assets.find(type, statement, first)).length > 0;
}

function readPage({ assets }: View, { type, expression, scope, more }: Asked, page: Page): Promise<readonly Asset[]> {
  const statement = new Statement(type, scope);
  const conditions = [
    statement.matchingOr(expression, more),
    ...(page.after ? [statement.behind(page.after, page.sort)] : []),
  ];
  return assets.find(type, statement, statement.select(conditions, page));
}

/** How many match, and how many of these stand before the page. A list that is not cut has been counted already. */
async function countAround(
  { session }: View,
  { type, expression, scope, more }: Asked,
  page: Page,
  found: number,
): Promise<{ readonly total: number; readonly skipped: number }> {
  if (page.limit === undefined && page.offset === 0 && !page.after) return { total: found, skipped: 0 };
  const statement = new Statement(type, scope);
  const matching = statement.matchingOr(expression, more);
  const behind = page.after ? statement.behind(page.after, page.sort) : 'true';
  const { count, of } = await countBy(session, statement, statement.count([matching], behind));
  return { total: count, skipped: Math.min(count - of + page.offset, count) };
}

export async function countBy(
  session: SqlSession,
  statement: Statement,
  sql: string,
): Promise<{ readonly count: number; readonly of: number }> {
  const [row] = await session.query<{ count: number; of: number }>(sql, statement.values);
  return row ?? { count: 0, of: 0 };
}

/** The place in the order of one that lacks what is sorted by is not known. */
export async function whyNotSorted(
  view: View,
  { type, expression, scope, more }: Asked,
  { sort }: Page,
): Promise<readonly IamqlError[]> {
  const errors: IamqlError[] = [];
  for (const { field } of sort.filter((order) => view.scope.mayBeUnread(type, order.field))) {
    const statement = new Statement(type, scope.lacking([{ type, field }]));
    const lacking = [statement.matchingOr(expression, more), isUnread(field, 'a')];
    const assets = await view.assets.find(type, statement, statement.selectAll(lacking));
    errors.push(...assets.map((asset) => whyUnread(view, asset, field)));
  }
  return errors;
}

export function positionOf(asset: Asset, { sort }: Page): Position {
  const values = sort.map(({ field }) => (asset[field] === UNREAD ? null : asset[field]));
  return {
    values: values as Position['values'],
    identifier: String(asset['identifier']),
    connector: connectorOf(asset),
  };
}
