import { createHash } from 'node:crypto';
import type { Order, Position } from '../inventory/page.ts';
import { WhereError } from '../where/read-where.ts';

/** Bytes of a cursor's check: enough that no slip of a key passes, and it keeps nobody out who means to forge one. */
const CHECK_BYTES = 6;

/**
 * A place in a list, as text: what the asset there is sorted by. It holds all that is needed, so it outlives the process,
 * and goes on from the same place when assets came or went.
 */
export function renderCursor(position: Position, type: string, sort: readonly Order[]): string {
  const body = Buffer.from(JSON.stringify([position.identifier, ...position.values]));
  return Buffer.concat([checkOf(body, type, sort), body]).toString('base64url');
}

/** @throws WhereError for a text that is no cursor, or one of a list of another type or order. */
export function parseCursor(cursor: string, type: string, sort: readonly Order[]): Position {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(CHECK_BYTES);
  const isOurs =
    bytes.toString('base64url') === cursor && bytes.subarray(0, CHECK_BYTES).equals(checkOf(body, type, sort));
  if (!isOurs) {
    throw new WhereError(
      [],
      'after is no cursor of this list: cursors are of one root field and one sort, and are passed as they were given',
    );
  }
  const [identifier, ...values] = JSON.parse(body.toString('utf8'));
  return { identifier, values };
}

function checkOf(body: Buffer, type: string, sort: readonly Order[]): Buffer {
  const order = sort.map(({ field, direction }) => [field, direction]);
  const hash = createHash('sha256').update(JSON.stringify(['iamql-cursor/1', type, order]));
  return hash.update(body).digest().subarray(0, CHECK_BYTES);
}
