import type { Database, SqlSession } from '../src/store/database/database.ts';
import { type Scanned, writeScan } from '../src/store/scans/write-scan.ts';
import { type Line, medians } from './line.ts';
import { type Accounts, rowsIn } from './store-accounts.ts';

const SHARE = 1 / 3;
const ROUNDS = 11;

/** What a scan hands to COPY, for each table. */
type Copied = readonly (readonly [into: string, lines: readonly string[]])[];

async function copiedBy(scanned: Scanned): Promise<Copied> {
  const copied: [string, string[]][] = [];
  const session: SqlSession = {
    query: async (sql) => (sql.startsWith('INSERT INTO scan') ? [{ id: '1' }] : []) as never,
    run: async () => {},
    copy: async (into, rows) => {
      const lines: string[] = [];
      for await (const line of rows) lines.push(line);
      copied.push([into, lines]);
    },
  };
  await writeScan({ ...session, transaction: (work) => work(session) } as Database, scanned);
  return copied;
}

/** New rows each round: of another account. */
const ofAccount = (copied: Copied, from: string, to: string): Copied =>
  copied.map(([into, lines]) => [into, lines.map((line) => line.replaceAll(from, to))]);

const copyAll = (database: Database, copied: Copied): Promise<void> =>
  database.transaction(async (session) => {
    for (const [into, lines] of copied) await session.copy(into, lines);
  });

/** How fast the rows of a scan are kept, against COPY of the same rows to the same tables with the same indexes. */
export async function benchWrite(database: Database, accounts: Accounts): Promise<readonly Line[]> {
  let number = 500_000;
  const first = await accounts.read(number);
  const { id } = first.header.connector;
  const copied = await copiedBy(first);
  const rows = rowsIn(first);
  const scans: Scanned[] = [];
  const copies: Copied[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    scans.push(await accounts.read(++number));
    copies.push(ofAccount(copied, id, String(200_000_000_000 + ++number)));
  }
  const again = [...scans];
  const times = await medians(ROUNDS, {
    scan: () => writeScan(database, scans.pop() as Scanned),
    copy: () => copyAll(database, copies.pop() as Copied),
  });
  const { rescan } = await medians(ROUNDS, { rescan: () => writeScan(database, again.pop() as Scanned) });
  const rate = (time: number): string => `${Math.round(rows / time)}`;
  const share = times.copy / times.scan;
  return [
    {
      what: `writing a scan of ${rows} rows against COPY of them to the same tables and indexes`,
      measured: `${(100 * share).toFixed(0)} % (${rate(times.scan)} against ${rate(times.copy)} rows a millisecond; with nothing new ${rate(rescan)})`,
      bound: 'at least a third',
      isMet: share >= SHARE,
    },
  ];
}
