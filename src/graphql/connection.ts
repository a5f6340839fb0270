import type { GraphQLError } from 'graphql';
import { errorOfSeveral, type IamqlError } from '../iam/error.ts';
import type { Position } from '../inventory/page.ts';
import { type CursorList, renderCursor } from './cursor.ts';
import { toGraphQLError } from './graphql-error.ts';

/** A page of what matches, and why that may not be all. */
export interface FoundPage {
  readonly nodes: readonly unknown[];
  readonly positions: readonly Position[];
  readonly skipped: number;
  readonly total: number;
  readonly unread: readonly IamqlError[];
}

/** A page as GraphQL's connections have it. */
export function connectionOf(list: CursorList, found: FoundPage): unknown {
  const { nodes, positions, skipped, total, unread } = found;
  const cursors = nodes.map((_node, index) => renderCursor(positions[index] as Position, list));
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
