import { createHash } from 'node:crypto';
import { type Instant, parseInstant } from '../iam/instant.ts';
import type { Order, Position } from '../inventory/page.ts';
import type { Catalogue } from '../where/read-where.ts';
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

/** A place in a list, and of which accounts the list is, as far as that was known. */
interface CursorPlace {
  readonly position: Position;
  readonly scope: string | undefined;
}

/**
 * A place in a list, as text: what the asset there is sorted by. It holds all that is needed, so it outlives the process,
 * and goes on from the same place when assets came or went.
 */
export function renderCursor({ position, scope }: CursorPlace, list: CursorList): string {
  const body = Buffer.from(JSON.stringify([scope ?? null, placeOf(position), ...position.values]));
  return Buffer.concat([checkOf(body, list), body]).toString('base64url');
}

/** Where several accounts are asked, more than one may have an asset of that identifier. */
const placeOf = ({ identifier, connector }: Position): string | readonly string[] =>
  connector === undefined ? identifier : [identifier, connector];

/**
 * @param types what is known of the fields that are sorted by.
 * @throws WhereError for a text that is no cursor, or one of a list of another type, order or time.
 */
export function parseCursor(cursor: string, list: CursorList, types: Catalogue): CursorPlace {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(CHECK_BYTES);
  const isOurs = bytes.toString('base64url') === cursor && bytes.subarray(0, CHECK_BYTES).equals(checkOf(body, list));
  const place = isOurs ? readPlace(body.toString('utf8'), list, types) : undefined;
  if (!place) {
    throw new WhereError(
      [],
      'after is no cursor of this list: cursors are of one root field, one sort and one asOf, and are passed as they were given',
    );
  }
  return place;
}

/** Undefined for what no list of these fields can have written, which somebody forged. */
function readPlace(text: string, { type, sort }: CursorList, types: Catalogue): CursorPlace | undefined {
  const [scope, place, ...values] = listOf(text);
  const [identifier, connector] = [place].flat();
  const isPlace = typeof identifier === 'string' && (connector === undefined || typeof connector === 'string');
  const isValueOf = (value: unknown, index: number): value is Position['values'][number] =>
    value === null || isOfType(value, types[type]?.fields[sort[index]?.field ?? '']?.type);
  if (!isPlace || !(scope === null || typeof scope === 'string')) return undefined;
  if (values.length !== sort.length || !values.every(isValueOf)) return undefined;
  const position = { identifier, values, ...(connector === undefined ? {} : { connector }) };
  return { position, scope: scope ?? undefined };
}

/** Whether a field of a type may be sorted by a value: texts for what has no type of its own here. */
function isOfType(value: unknown, type: string | undefined): boolean {
  if (type === 'Int' || type === 'FindingSeverity') return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
  if (type === 'Float') return Number.isFinite(value);
  if (type === 'Boolean') return typeof value === 'boolean';
  return typeof value === 'string' && (type !== 'DateTime' || parseInstant(value) === value);
}

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
  const list = ['iamql-cursor/2', type, order, ...(asOf === undefined ? [] : [asOf])];
  const hash = createHash('sha256').update(JSON.stringify(list));
  return hash.update(body).digest().subarray(0, CHECK_BYTES);
}

/** Which accounts a list is of, short enough for each of its cursors. */
export const shortScope = (scope: string | undefined): string | undefined =>
  scope === undefined ? undefined : createHash('sha256').update(scope).digest('base64url').slice(0, 8);
