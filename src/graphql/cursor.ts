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
  const body = Buffer.from(JSON.stringify([placeOf(position), ...position.values]));
  return Buffer.concat([checkOf(body, type, sort), body]).toString('base64url');
}

/** Where several accounts are asked, more than one may have an asset of that identifier. */
const placeOf = ({ identifier, connector }: Position): string | readonly string[] =>
  connector === undefined ? identifier : [identifier, connector];

/** @throws WhereError for a text that is no cursor, or one of a list of another type or order. */
export function parseCursor(cursor: string, type: string, sort: readonly Order[]): Position {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(CHECK_BYTES);
  const isOurs =
    bytes.toString('base64url') === cursor && bytes.subarray(0, CHECK_BYTES).equals(checkOf(body, type, sort));
  const position = isOurs ? positionOf(body.toString('utf8'), sort.length) : undefined;
  if (!position) {
    throw new WhereError(
      [],
      'after is no cursor of this list: cursors are of one root field and one sort, and are passed as they were given',
    );
  }
  return position;
}

/** Undefined for what no list of so many sorted fields can have written, which somebody forged. */
function positionOf(text: string, sorted: number): Position | undefined {
  const [place, ...values] = listOf(text);
  const [identifier, connector] = [place].flat();
  const isPlace = typeof identifier === 'string' && (connector === undefined || typeof connector === 'string');
  if (!isPlace || values.length !== sorted || !values.every(isValue)) return undefined;
  return { identifier, values, ...(connector === undefined ? {} : { connector }) };
}

const isValue = (value: unknown): value is Position['values'][number] =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

function listOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function checkOf(body: Buffer, type: string, sort: readonly Order[]): Buffer {
  const order = sort.map(({ field, direction }) => [field, direction]);
  const hash = createHash('sha256').update(JSON.stringify(['iamql-cursor/1', type, order]));
  return hash.update(body).digest().subarray(0, CHECK_BYTES);
}
