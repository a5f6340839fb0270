import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { SnapshotSource } from '../../src/inventory/snapshot/snapshot-source.ts';
import { version } from '../../src/package-version.ts';
import type { Database } from '../../src/store/database/database.ts';
import { scansToJudge } from '../../src/store/findings/judged-scans.ts';
import { keepFindings } from '../../src/store/findings/keep-findings.ts';
import { openOrMakeStore } from '../../src/store/open-store.ts';
import { scanAccount } from '../../src/store/scans/scan-account.ts';
import { quoted, tablesOf } from '../../src/store/tables.ts';

/** What a store looks like from outside: whoever has seen two scans can tell whether this is one of them, and whole. */
export interface Seen {
  /** The newest scan; `0` where there is none. */
  readonly scan: string;
  /** How many users its header counts. */
  readonly users: number;
  /** Of all rows that are there now; and of those that were there as of the scan before. */
  readonly now: string;
  readonly before: { readonly users: number; readonly rows: string } | undefined;
  /** Rows of scans that there are not. */
  readonly strays: number;
  /** By how many findings what is open differs from what the last judgement found, and from what all of them add up to. */
  readonly torn: readonly [number, number];
}

const union = (select: (table: string) => string): string =>
  tablesOf(catalogue)
    .map(({ name }) => select(quoted(name)))
    .join(' UNION ALL ');

const rowsAsOf = (scan: string): string => `_first <= ${scan} AND (_last IS NULL OR _last > ${scan})`;

async function printOf(database: Database, where: string): Promise<string> {
  const rows = union((table) => `SELECT '${table.slice(1, -1)}' || _hash AS row FROM ${table} WHERE ${where}`);
  const [found] = await database.query<{ print: string }>(
    `SELECT md5(string_agg(row, ',' ORDER BY row)) AS print FROM (${rows}) AS rows`,
  );
  return found?.print ?? '';
}

async function look(database: Database): Promise<Seen> {
  const [newest, previous] = await database.query<{ id: string; users: number }>(
    `SELECT id::text, (header->'types'->'IAMUser'->>'assets')::int AS users FROM scan ORDER BY scan.id DESC LIMIT 2`,
  );
  const scan = newest?.id ?? '0';
  const strays = union((table) => `SELECT 1 FROM ${table} WHERE _first > ${scan} OR _last > ${scan}`);
  const [stray] = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM (${strays}) AS strays`);
  return {
    scan,
    users: newest?.users ?? 0,
    now: await printOf(database, '_last IS NULL'),
    before: previous && { users: previous.users, rows: await printOf(database, rowsAsOf(previous.id)) },
    strays: stray?.count ?? 0,
    torn: await tornFindings(database),
  };
}

async function tornFindings(database: Database): Promise<Seen['torn']> {
  const [row] = await database.query<{ open: number; found: number; sum: number }>(
    `SELECT (SELECT count(*)::int FROM finding WHERE last IS NULL) AS open,
            (SELECT coalesce(max(found), 0)::int FROM judgement WHERE next_at IS NULL) AS found,
            (SELECT coalesce(sum((changes->>'open')::int), 0)::int FROM judgement) AS sum`,
  );
  const { open = 0, found = 0, sum = 0 } = row ?? {};
  return [open - found, open - sum];
}

/** A control that finds every user, over all scans that it has not been judged over. */
async function judgeUsers(database: Database): Promise<void> {
  for (const scan of await scansToJudge(database)) {
    const users = await database.query<{ identifier: string }>('SELECT identifier FROM "IAMUser" WHERE _last IS NULL');
    const findings = users.map(({ identifier }) => ({
      ...{ type: 'IAMUser', identifier, name: identifier, key: null, exception: null },
    }));
    const said = { severity: 'LOW', parameters: {}, verdict: 'FAIL', total: undefined, errors: [] } as const;
    await keepFindings(database, scan, [{ control: 'every-user', ...said, findings }]);
  }
}

const say = (seen: Seen): void => void process.stdout.write(`${JSON.stringify(seen)}\n`);

/** Opens a store and scans into it, one snapshot after the other, until it is ended. Says what it sees after each step. */
async function scanOnAndOn(location: string, files: readonly string[], most: number): Promise<void> {
  const database = await openOrMakeStore(location);
  say(await look(database));
  for (let count = 0; count < most; count += 1) {
    const file = files[count % files.length] as string;
    const source = new SnapshotSource({ file, maxAgeMs: undefined, setupSeconds: undefined });
    await scanAccount(database, source, {}, version());
    await judgeUsers(database);
    say(await look(database));
  }
  await database.close();
}

const [location = '', most = '', ...files] = process.argv.slice(2);
await scanOnAndOn(location, files, Number(most));
