import { createHash } from 'node:crypto';
import type { Instant } from '../iam/instant.ts';
import type { Order, Position } from '../inventory/page.ts';
import { WhereError } from '../where/read-where.ts';

/** Bytes of a cursor's check: enough that no slip of a key passes, and it keeps nobody out who means to forge one. */
const CHECK_BYTES = 6;

/** What a cursor is a place in. */
export interface CursorList {
  readonly type: string;
  readonly sort: readonly Order[];
  /** A page of one time and the next of another would leave out assets that are in both. */
  readonly asOf: Instant | undefined;
}

/**
 * A place in a list, as text: what the asset there is sorted by. It holds all that is needed, so it outlives the process,
 * and goes on from the same place when assets came or went.
 */
export function renderCursor(position: Position, list: CursorList): string {
  const body = Buffer.from(JSON.stringify([placeOf(position), ...position.values]));
  return Buffer.concat([checkOf(body, list), body]).toString('base64url');
}

/** Where several accounts are asked, more than one may have an asset of that identifier. */
const placeOf = ({ identifier, connector }: Position): string | readonly string[] =>
  connector === undefined ? identifier : [identifier, connector];

/** @throws WhereError for a text that is no cursor, or one of a list of another type, order or time. */
export function parseCursor(cursor: string, list: CursorList): Position {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(CHECK_BYTES);
  const isOurs = bytes.toString('base64url') === cursor && bytes.subarray(0, CHECK_BYTES).equals(checkOf(body, list));
  const position = isOurs ? positionOf(body.toString('utf8'), list.sort.length) : undefined;
  if (!position) {
    throw new WhereError(
      [],
      'after is no cursor of this list: cursors are of one root field, one sort and one asOf, and are passed as they were given',
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

function checkOf(body: Buffer, { type, sort, asOf }: CursorList): Buffer {
  const order = sort.map(({ field, direction }) => [field, direction]);
  const list = ['iamql-cursor/1', type, order, ...(asOf === undefined ? [] : [asOf])];
  const hash = createHash('sha256').update(JSON.stringify(list));
  return hash.update(body).digest().subarray(0, CHECK_BYTES);
}
