import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCursor, renderCursor } from '../../src/graphql/cursor.ts';
import { everything, type Order, type Placed, type Position, pageOf } from '../../src/inventory/page.ts';
import { Tally } from './tally.ts';

/** Texts that UTF-16 puts in another order than their code points, among others. */
const TEXTS = ['', 'a', 'B', 'b', '\uFF5E', '\u{1F600}', '\u{1F600}a'];

/** What a column that is sorted by holds: null among values of one type, few enough to be equal often. */
const COLUMNS: readonly fc.Arbitrary<Position['values'][number]>[] = [
  fc.constantFrom(null, ...TEXTS),
  fc.constantFrom(null, -1, 0, 0.5, 10),
  fc.constantFrom(null, true, false),
];

/** The fields of such columns, whichever comes first. */
const types = {
  Server: {
    fields: Object.fromEntries(
      [0, 1, 2].flatMap((index) =>
        ['String', 'Float', 'Boolean'].map((type, column) => [`field${index}of${column}`, { type, nullable: true }]),
      ),
    ),
  },
};

interface Sorted {
  readonly sort: readonly Order[];
  readonly placed: readonly Placed<string>[];
  readonly size: number;
}

/** Assets in no order, an order to bring them in, and how many go on a page. */
const sorted: fc.Arbitrary<Sorted> = fc
  .array(fc.tuple(fc.nat(COLUMNS.length - 1), fc.constantFrom<Order['direction'][]>('ASC', 'DESC')), { maxLength: 3 })
  .chain((columns) => {
    const values = fc.tuple(...columns.map(([column]) => COLUMNS[column] as (typeof COLUMNS)[number]));
    const identifier = fc.tuple(fc.constantFrom(...TEXTS), fc.nat(20)).map(([text, number]) => `${text}${number}`);
    const positions = fc.uniqueArray(fc.record({ identifier, values }), {
      selector: (position) => position.identifier,
      maxLength: 12,
    });
    return fc.record({
      sort: fc.constant(
        columns.map(([column, direction], index) => ({ field: `field${index}of${column}`, direction })),
      ),
      placed: positions.map((all) => all.map((position) => ({ asset: position.identifier, position }))),
      size: fc.integer({ min: 1, max: 14 }),
    });
  });

/** Whether a value stands before another one, ascending: null after all else, texts by code point. */
function isBefore(one: unknown, other: unknown): boolean {
  if (one === null || other === null) return one !== null && other === null;
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other as string)) < 0;
  return Number(one) < Number(other);
}

/** Whether it may stand before the other: by the first field in which they differ, and by identifier where there is none. */
function isInOrder(one: Position, other: Position, sort: readonly Order[]): boolean {
  const index = sort.findIndex((_, field) => one.values[field] !== other.values[field]);
  if (index === -1) return isBefore(one.identifier, other.identifier);
  const [first, second] = [one.values[index], other.values[index]];
  return sort[index]?.direction === 'ASC' ? isBefore(first, second) : isBefore(second, first);
}

const runs = { numRuns: 1_500 };

test('all assets on one page are in order, each once, however they came', () => {
  const ties = new Tally();
  const inOrder = fc.property(sorted, ({ sort, placed }) => {
    const page = pageOf(placed, { ...everything, sort });
    expect([...page.assets].sort()).toEqual(placed.map(({ asset }) => asset).sort());
    expect(page.assets).toEqual(page.positions.map(({ identifier }) => identifier));
    expect([page.total, page.skipped]).toEqual([placed.length, 0]);
    for (const [index, position] of page.positions.slice(1).entries()) {
      const before = page.positions[index] as Position;
      expect(isInOrder(before, position, sort)).toBe(true);
      if (sort.length > 0) ties.count(position.values.every((value, field) => value === before.values[field]));
    }
  });
  fc.assert(inOrder, runs);
  ties.expectEach([true, false], 0.05);
});

test('pages by offset hold each asset once, in that order', () => {
  const holds = fc.property(sorted, ({ sort, placed, size }) => {
    const whole = pageOf(placed, { ...everything, sort }).assets;
    const offsets = Array.from({ length: Math.ceil(whole.length / size) + 1 }, (_, index) => index * size);
    const pages = offsets.map((offset) => pageOf(placed, { ...everything, sort, offset, limit: size }));
    expect(pages.flatMap(({ assets }) => assets)).toEqual(whole);
    expect(pages.slice(0, -2).every(({ assets }) => assets.length === size)).toBe(true);
    // Behind the last there is nothing, and no more was left out than there is.
    expect(pages.at(-1)).toMatchObject({ assets: [], total: whole.length, skipped: whole.length });
    expect(pageOf(placed, { ...everything, sort, limit: 0 })).toMatchObject({ assets: [], total: whole.length });
  });
  fc.assert(holds, runs);
});

test('pages behind a cursor hold each asset once, in that order', () => {
  const holds = fc.property(sorted, ({ sort, placed, size }) => {
    const whole = pageOf(placed, { ...everything, sort }).assets;
    const seen: string[] = [];
    const list = { type: 'Server', sort, asOf: undefined };
    for (let after: Position | undefined; seen.length < whole.length; ) {
      const page = pageOf(placed, { ...everything, sort, limit: size, after });
      expect([page.skipped, page.total]).toEqual([seen.length, whole.length]);
      expect(page.assets.length).toBe(Math.min(size, whole.length - seen.length));
      seen.push(...page.assets);
      // As a client carries it from one request to the next.
      after = parseCursor(
        renderCursor({ position: page.positions.at(-1) as Position, scope: 'x' }, list),
        list,
        types,
      ).position;
    }
    expect(seen).toEqual(whole);
    const after = pageOf(placed, { ...everything, sort }).positions.at(-1);
    if (after) expect(pageOf(placed, { ...everything, sort, after }).assets).toEqual([]);
  });
  fc.assert(holds, runs);
});

test('a cursor goes on from its place when its asset is gone and others came', () => {
  const holds = fc.property(sorted, fc.nat(), ({ sort, placed }, chosen) => {
    fc.pre(placed.length > 0);
    const whole = pageOf(placed, { ...everything, sort });
    const index = chosen % placed.length;
    const after = whole.positions[index];
    const left = placed.filter(({ position }) => position !== after);
    expect(pageOf(left, { ...everything, sort, after }).assets).toEqual(whole.assets.slice(index + 1));
    // What comes to stand before it is not seen, and moves nothing.
    const behind = pageOf(
      placed.filter(({ position }) => whole.positions.indexOf(position) >= index),
      {
        ...everything,
        sort,
        after,
      },
    );
    expect(behind.assets).toEqual(whole.assets.slice(index + 1));
  });
  fc.assert(holds, runs);
});
