import type { GraphQLError } from 'graphql';
import { errorOfSeveral, IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Page, Position } from '../inventory/page.ts';
import { type CursorList, renderCursor, shortScope } from './cursor.ts';
import { toGraphQLError } from './graphql-error.ts';

/** A page of what matches, and why that may not be all. */
export interface FoundPage {
  readonly nodes: readonly unknown[];
  readonly positions: readonly Position[];
  readonly skipped: number;
  readonly total: number;
  readonly unread: readonly IamqlError[];
}

/** Which page of which list. */
interface AskedPage extends Omit<CursorList, 'sort'> {
  readonly page: Page;
}

/**
 * A page as GraphQL's connections have it.
 *
 * @throws IamqlError InvalidInput behind a place in a list of other accounts.
 */
export function connectionOf({ page, ...of }: AskedPage, found: FoundPage, inventory: Inventory): unknown {
  const { nodes, positions, skipped, total, unread } = found;
  const scope = shortScope(inventory.listsOf?.() ?? inventory.evidence().account);
  if (page.afterIn !== undefined && scope !== undefined && page.afterIn !== scope)
    throw new IamqlError('InvalidInput', 'after is a cursor of other accounts than those that are asked now');
  const list = { ...of, sort: page.sort };
  const cursors = positions.map((position) => renderCursor({ position, scope }, list));
  return {
    totalCount: countOf(found),
    pageInfo: {
      hasNextPage: skipped + nodes.length < total,
      hasPreviousPage: skipped > 0,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
    edges: [...nodes.map((node, index) => ({ cursor: cursors[index], node })), ...unread.map(toGraphQLError)],
  };
}

/** What could not be read may match or not, so nobody knows how many do. */
export function countOf({
  total,
  unread: [first, ...more],
}: Pick<FoundPage, 'total' | 'unread'>): number | GraphQLError {
  return first ? toGraphQLError(errorOfSeveral([first, ...more])) : total;
}
