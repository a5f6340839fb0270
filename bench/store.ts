import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findControls, foundingControlId } from '../src/controls/load-controls.ts';
import type { Database } from '../src/store/database/database.ts';
import { openStore } from '../src/store/open-store.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type Line, medians, ms } from './line.ts';
import { Accounts, writeSnapshot } from './store-accounts.ts';
import { type Filled, fillStore } from './store-fill.ts';
import { benchFounding, foundIn, sourceOf } from './store-founding.ts';
import { servePeak } from './store-serve.ts';
import { benchWrite } from './store-write.ts';

const USERS_EACH = 1_000;
const ACCOUNTS = 1_000;
const FEW_ACCOUNTS = 10;
/** Of each account of the large store; of the small one so many more that both answer as much. */
const SELECTED_EACH = 4;
/** PGlite takes as long for these as a server for a million users. */
const PGLITE_ACCOUNTS = 50;
/** What grows by no more than this, while the users become a hundred times as many, is flat. */
const FLAT = 1.25;
const SERVE_ROUNDS = 20;

/** 1,000,000 users in 1,000 accounts: the founding question, writing, memory, and PGlite beside a server. */
export async function benchStore(): Promise<readonly Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iamql-bench-'));
  const server = await startPostgres();
  try {
    const file = join(folder, 'account.ndjson');
    const dense = join(folder, 'dense.ndjson');
    await writeSnapshot(file, USERS_EACH, SELECTED_EACH);
    await writeSnapshot(dense, USERS_EACH, (SELECTED_EACH * ACCOUNTS) / FEW_ACCOUNTS);
    const large = await server.newDatabase();
    const filled = await fillStore(large, file, ACCOUNTS);
    const small = await server.newDatabase();
    await fillStore(small, dense, FEW_ACCOUNTS);
    return [
      scanLine(filled),
      ...(await withStore(large, (database) => benchFounding(large, database, '1,000,000 users in 1,000 accounts'))),
      ...(await withStore(large, (database) => benchWrite(database, new Accounts(file)))),
      await serveLine(small, large),
      await pgliteLine(join(folder, 'store'), await server.newDatabase(), file),
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function withStore<T>(location: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openStore(location);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function scanLine({ rows, seconds, peakAfterTen, peak }: Filled): Line {
  return {
    what: 'peak memory of scanning 1,000 accounts of 1,000 users one after the other, against the first ten',
    measured: `${peak.toFixed(0)} MB against ${peakAfterTen.toFixed(0)} MB (${(rows / 1e6).toFixed(1)} million rows in ${seconds.toFixed(0)} s, reading their files included)`,
    bound: `at most ${FLAT} x`,
    isMet: peak <= FLAT * peakAfterTen,
  };
}

/** The founding question, a page of it and its count, again and again. */
async function serveLine(small: string, large: string): Promise<Line> {
  const [founding] = await findControls([foundingControlId]);
  const text = founding?.rules[0]?.query ?? '';
  const page = text
    .replace('iamUsers(', 'iamUsersConnection(first:50,')
    .replace('{...AssetFragment}', '{totalCount edges{node{...AssetFragment}}}');
  const aggregate = text.replace('iamUsers(', 'iamUsersAggregate(').replace('{...AssetFragment}', '{count}');
  const texts = [text, page, aggregate, 'iamUsersAggregate{count}'];
  const [few, many] = [await servePeak(small, texts, SERVE_ROUNDS), await servePeak(large, texts, SERVE_ROUNDS)];
  return {
    what: 'peak memory of serve with 1,000,000 users in 1,000 accounts, against 10,000 in 10 and as many findings',
    measured: `${many.toFixed(0)} MB against ${few.toFixed(0)} MB`,
    bound: `at most ${FLAT} x`,
    isMet: many <= FLAT * few,
  };
}

async function pgliteLine(folder: string, url: string, file: string): Promise<Line> {
  const onPostgres = await fillStore(url, file, PGLITE_ACCOUNTS);
  const onPglite = await fillStore(folder, file, PGLITE_ACCOUNTS);
  const times = await withStore(folder, (pglite) =>
    withStore(url, (postgres) => {
      const [a, b] = [sourceOf(pglite), sourceOf(postgres)];
      return medians(15, { pglite: () => foundIn(a), postgres: () => foundIn(b) });
    }),
  );
  return {
    what: `the founding question over 50,000 users in 50 accounts on PGlite, against PostgreSQL`,
    measured: `${(times.pglite / times.postgres).toFixed(1)} x (${ms(times.pglite)} against ${ms(times.postgres)}); scanning them ${(onPglite.seconds / onPostgres.seconds).toFixed(1)} x`,
    bound: '',
    isMet: true,
  };
}
