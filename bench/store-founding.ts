import pg from 'pg';
import { parseExpectation } from '../src/controls/expectation.ts';
import { judge } from '../src/controls/judge.ts';
import { findControls, foundingControlId } from '../src/controls/load-controls.ts';
import { ask } from '../src/graphql/ask.ts';
import type { Inventory } from '../src/inventory/inventory.ts';
import { everything } from '../src/inventory/page.ts';
import type { Database } from '../src/store/database/database.ts';
import { StoreSource } from '../src/store/store-source.ts';
import { readWhere } from '../src/where/read-where.ts';
import { type Line, median, medians, ms } from './line.ts';

const BY_HAND = 1.5;
const PAGE_MS = 20;
const ROUNDS = 15;
const FIRST = 50;

const [founding] = await findControls([foundingControlId]);
const text = founding?.rules[0]?.query ?? '';
const where = readWhere('IAMUser', {
  hasIAMUserCredentials: {
    OR: [
      { accessKey1Active: true, accessKey1LastUsedDate: null },
      { accessKey2Active: true, accessKey2LastUsedDate: null },
    ],
  },
});
const pageText = text
  .replace('iamUsers(', `iamUsersConnection(first:${FIRST},`)
  .replace('{...AssetFragment}', '{pageInfo{hasNextPage endCursor} edges{node{...AssetFragment}}}');

/**
 * By hand: from the few rows of the report to their users. Postgres guesses a hundred times as many rows as there are,
 * and would read all users; `OFFSET 0` keeps it from that. Its index holds what is looked for and nothing else.
 */
const FOUND = `("accessKey1Active" AND "accessKey1LastUsedDate" IS NULL) OR ("accessKey2Active" AND "accessKey2LastUsedDate" IS NULL)`;
const HAND_INDEX = `CREATE INDEX by_hand ON "IAMUserCredentials" (identifier, _connector) WHERE _last IS NULL AND (${FOUND})`;
const byHand = (page: string): string => `
  SELECT u.* FROM (SELECT identifier, _connector FROM "IAMUserCredentials" WHERE _last IS NULL AND (${FOUND})) c,
  LATERAL (
    SELECT * FROM "IAMUser" u
    WHERE u."hasIAMUserCredentials" = c.identifier AND u._connector = c._connector AND u._last IS NULL OFFSET 0
  ) u ORDER BY u.identifier, u._connector ${page}`;

/** The other way by hand: as one would write it first. For a page Postgres reads users in order until it has enough. */
const byHandJoined = (page: string): string => `
  SELECT u.* FROM "IAMUser" u JOIN "IAMUserCredentials" c
    ON c.identifier = u."hasIAMUserCredentials" AND c._connector = u._connector
  WHERE u._last IS NULL AND c._last IS NULL AND (${FOUND}) ORDER BY u.identifier, u._connector ${page}`;

/** Whole, as a server does for each request: a view of the store is opened, asked and closed. */
async function asked<T>(source: StoreSource, work: (inventory: Inventory) => Promise<T>): Promise<T> {
  const inventory = source.inventory();
  try {
    return await work(inventory);
  } finally {
    await inventory.close();
  }
}

const everywhere = { connectors: undefined, tags: {}, asOf: undefined };

export const foundIn = (source: StoreSource) =>
  asked(source, (inventory) => inventory.find('IAMUser', where, everything));

export const sourceOf = (database: Database): StoreSource => new StoreSource(database, everywhere);

/** The founding question over all users against the same SQL written by hand, and the first page of what it finds. */
export async function benchFounding(url: string, database: Database, users: string): Promise<readonly Line[]> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(HAND_INDEX);
  const source = sourceOf(database);
  const count = async (sql: string) => (await client.query(sql)).rows.length;
  const found = [(await foundIn(source)).assets.length, await count(byHand('')), await count(byHandJoined(''))];
  const limit = `LIMIT ${FIRST}`;
  const pageOf = () => asked(source, (inventory) => ask(inventory, { text: pageText }));
  // What else the machine does only ever adds: the fastest of each is compared.
  const fastest = (values: readonly number[]): number => Math.min(...values);
  const times = await medians(ROUNDS, { find: () => foundIn(source), hand: () => client.query(byHand('')) }, fastest);
  // Apart, for who comes after it would clear away what it leaves.
  const judged = await medians(
    ROUNDS,
    {
      judge: () => asked(source, (inventory) => judge(inventory, { text, rowsOnly: true }, parseExpectation('eq []'))),
    },
    fastest,
  );
  const pages = await medians(
    2 * ROUNDS,
    {
      page: pageOf,
      hand: () => client.query(byHand(limit)),
      joined: () => client.query(byHandJoined(limit)),
    },
    fastest,
  );
  const first = await firstTimes(database);
  await client.query('DROP INDEX by_hand');
  await client.end();
  const more = pages.page - Math.min(pages.hand, pages.joined);
  return [
    {
      what: `${users}, assets found by the founding question and by hand`,
      measured: found.join(', '),
      bound: 'equal',
      isMet: new Set(found).size === 1,
    },
    {
      what: `${users}, the founding question against the same SQL by hand`,
      measured: `${(times.find / times.hand).toFixed(2)} x (${ms(times.find)} against ${ms(times.hand)})`,
      bound: `at most ${BY_HAND} x`,
      isMet: times.find / times.hand <= BY_HAND,
    },
    {
      what: `${users}, the first ${FIRST} findings as a connection against their rows by hand`,
      measured: `${ms(more)} more (${ms(pages.page)} against ${ms(pages.page - more)})`,
      bound: `at most ${PAGE_MS} ms more`,
      isMet: more <= PAGE_MS,
    },
    {
      what: `${users}, judged whole, with the count of all users`,
      measured: `${ms(judged.judge)}; the first question of a process ${ms(first)}, for it reads what each scan says of itself`,
      bound: '',
      isMet: true,
    },
  ];
}

async function firstTimes(database: Database): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const start = performance.now();
    await foundIn(sourceOf(database));
    times.push(performance.now() - start);
  }
  return median(times);
}
