import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ask as askInventory } from '../../src/graphql/ask.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { MIGRATIONS } from '../../src/store/fixed-tables.ts';
import { migrate } from '../../src/store/migrations.ts';
import { listScans } from '../../src/store/scans/scan-list.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { runCli } from '../support/run-cli.ts';
import { type Backend, backends, makesStores } from '../support/stores.ts';

/** Frozen: what version 1 wrote, whatever the catalogue is today. */
const VERSION_1 = readFileSync(new URL('./fixtures/version-1.sql', import.meta.url), 'utf8');

/** What version 2 added to it. */
const VERSION_2 = readFileSync(new URL('./fixtures/version-2.sql', import.meta.url), 'utf8');

/** As version 4 and those before wrote what PostgreSQL takes no text out of. */
const ODD_EXCEPTION = String.raw`UPDATE finding SET exception =
  '{"owner":"ana","reason":"a\u0000\u0001\\u0000\\\u0002\ud800"}' WHERE state = 'EXCEPTED'`;

const timeout = 90_000;

/** Does something to a place as only a database can, behind iamql's back. */
async function withDatabase<T>(backend: Backend, store: string, work: (database: Database) => Promise<T>): Promise<T> {
  if (backend === 'PGlite') mkdirSync(store, { recursive: true });
  const database = await (backend === 'PGlite' ? openPglite(`${store}/postgres`) : openPostgres(store));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

interface Life {
  readonly name: string;
  readonly state: string;
  readonly parameters: readonly { readonly value: string }[];
  readonly reopenedCount: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly stateSince: string;
  readonly resolvedAt: string | null;
  readonly unjudgedSince: string | null;
}

const ask = async (store: string, text: string) => {
  const { code, stdout, stderr } = await runCli(['query', '--store', store, text]);
  const body = JSON.parse(stdout);
  const erring = (body.errors ?? []).map(({ path }: { path: readonly string[] }) => path[0]);
  return { code, stderr, data: body.data, errors: body.errors ?? [], erring: [...new Set<string>(erring)].sort() };
};

const QUESTIONS = `{
  users: iamUsers{userName}
  roles: iamRoles{roleName}
  long: iamRoles(where:{maxSessionDuration_GT:7200}){roleName}
  held: iamRoles(where:{instanceProfiles:{arn_CONTAINS:"x"}}){roleName}
  profiles: iamInstanceProfiles(where:{arn:"none"}){arn}
  keys: iamAccessKeysAggregate{count}
}`;

/** What tells one state of the whole database from another: columns, counts, and what the store says of itself. */
const stateOf = (database: Database) =>
  database.query(
    `SELECT (SELECT md5(string_agg(concat_ws(' ', table_name, column_name, data_type), ',' ORDER BY table_name, column_name))
             FROM information_schema.columns WHERE table_schema = 'public') AS columns,
            (SELECT md5(string_agg(u::text, ',' ORDER BY u.identifier)) FROM "IAMUser" u) AS users,
            (SELECT string_agg(s::text, ',') FROM store s) AS store`,
  );

describe.each(backends)('a store in %s', { timeout }, (backend) => {
  const newStore = makesStores(backend);

  test('of version 1 is brought up to date: what it lacks is unread until the next scan, and the rest is answered', async () => {
    const store = await newStore();
    await withDatabase(backend, store, (database) => database.run(VERSION_1));
    const old = await ask(store, QUESTIONS);
    expect(old.erring).toEqual(['held', 'long', 'profiles']);
    expect(old.data).toMatchObject({ keys: { count: 11 } });
    expect([old.data.users.length, old.data.roles.length]).toEqual([10, 6]);
    expect(old.errors[0].message).toContain('scan it again');
    expect(old.code).toBe(2);
    const scanned = await runCli(['scan', '--sample', '--store', store]);
    expect(scanned).toMatchObject({ code: 0, stderr: '' });
    expect(scanned.stdout).toMatch(/^scan 2 /);
    const healed = await ask(store, QUESTIONS);
    expect(healed.erring).toEqual([]);
    expect(healed.code).toBe(0);
    expect(healed.data.users).toEqual(old.data.users);
    await withDatabase(backend, store, async (database) => {
      // As of then it is still not known.
      const source = new StoreSource(database, { connectors: undefined, tags: {}, asOf: '2026-11-03T00:00:00+00:00' });
      const then = await askInventory(source.inventory(), { text: QUESTIONS });
      expect(then.result.errors?.map(({ path }) => path?.[0])).toEqual(expect.arrayContaining(['held', 'long']));
      await source.close();
      expect((await listScans(database, { connectors: undefined, tags: {} })).map(({ name }) => name)).toEqual([
        'prod',
        'prod',
      ]);
      // Tables that were there have every index of those that are made today.
      const lacking = await database.query(
        `SELECT tablename FROM pg_indexes WHERE indexname = tablename || '_now'
         EXCEPT SELECT tablename FROM pg_indexes WHERE indexname = tablename || '_past'`,
      );
      expect(lacking).toEqual([]);
    });
  });

  // A migration is the same SQL in both, and a folder takes its time to start.
  const versions = MIGRATIONS.map((_, index) => index + 1).slice(1, backend === 'PGlite' ? 2 : -1);
  test.each(versions)('of version %d is brought up to date: findings go on, with their lives', async (version) => {
    const store = await newStore();
    await withDatabase(backend, store, async (database) => {
      await database.run(`${VERSION_1};${VERSION_2};${ODD_EXCEPTION}`);
      // A migration is never changed: what it makes of the version before is what its own version wrote.
      for (const sql of MIGRATIONS.slice(2, version)) await database.run(sql);
      await database.query('UPDATE store SET version = $1', [version]);
    });
    const reason = String.raw`"a\u0000\u0001\\u0000\\\u0002\ufffd"`;
    const { data, errors } = await ask(
      store,
      `{ excepted: findings(asOf:"2026-11-02T23:00:00Z", where:{exception:{reason:${reason}}}) { name exception { reason owner } }
         findings(options:{sort:[{name:ASC}]}) { name state parameters { value } firstSeen lastSeen stateSince resolvedAt reopenedCount unjudgedSince }
         findingsSummary { day open { high } excepted opened reopened resolved retired unjudged } }`,
    );
    expect(errors).toEqual([]);
    expect(data.excepted).toEqual([{ name: 'eve', exception: { reason: JSON.parse(reason), owner: 'ana' } }]);
    const [first, second, third, fourth] = data.findingsSummary.map(({ day }: { day: string }) => day);
    const shown = data.findings.map(({ firstSeen, lastSeen, stateSince, resolvedAt, unjudgedSince, ...one }: Life) => [
      ...[one.name, one.state, one.parameters[0]?.value, one.reopenedCount],
      ...[firstSeen, lastSeen, stateSince, resolvedAt, unjudgedSince].map((time) => time?.slice(0, 10) ?? null),
    ]);
    expect(shown).toEqual([
      ['ana', 'OPEN', '90', 0, first, fourth, first, null, null],
      ['bob', 'OPEN', '90', 1, first, fourth, fourth, null, null],
      ['eve', 'RESOLVED', '90', 1, first, third, fourth, fourth, null],
      ['kim', 'OPEN', '90', 0, first, first, first, null, second],
    ]);
    const none = { excepted: 0, opened: 0, reopened: 0, resolved: 0, retired: 0, unjudged: 0 };
    expect(data.findingsSummary).toEqual([
      { day: first, open: { high: 3 }, ...none, excepted: 1, opened: 3 },
      { day: second, open: { high: 3 }, ...none, excepted: 1, unjudged: 1 },
      { day: third, open: { high: 3 }, ...none, reopened: 1, resolved: 1 },
      { day: fourth, open: { high: 3 }, ...none, reopened: 1, resolved: 1 },
    ]);
  });

  test('of a newer version is refused, and left as it is', async () => {
    const store = await newStore();
    await runCli(['scan', '--sample', '--store', store]);
    const changes = [
      ['UPDATE store SET version = version + 1', /version \d+ is not known here/],
      [
        `UPDATE store SET tables = jsonb_set(tables, '{IAMOracle}', '{"identifier": "text"}')`,
        /IAMOracle is not known here/,
      ],
      [`UPDATE store SET tables = jsonb_set(tables, '{IAMUser,mood}', '"text"')`, /IAMUser\.mood is not known here/],
      [
        `UPDATE store SET tables = jsonb_set(tables, '{IAMUser,userName}', '"bigint"')`,
        /IAMUser\.userName is not known here/,
      ],
    ] as const;
    // Two by the command, and two by what it opens a store with, which is a start of the database less.
    const [inProcess, byCommand] = [changes.slice(2), changes.slice(0, 2)];
    let was: readonly unknown[] = [];
    const putBack = (database: Database) => database.query('UPDATE store SET version = $1, tables = $2', was);
    await withDatabase(backend, store, async (database) => {
      const [row] = await database.query<{ version: number; tables: object }>('SELECT * FROM store');
      was = [row?.version, row?.tables];
      for (const [change, expected] of inProcess) {
        await database.run(change);
        const before = await stateOf(database);
        await expect(migrate(database, catalogue)).rejects.toThrow(expected);
        expect(await stateOf(database)).toEqual(before);
        await putBack(database);
      }
    });
    for (const [index, [change, expected]] of byCommand.entries()) {
      const before = await withDatabase(backend, store, async (database) => {
        await database.run(change);
        return stateOf(database);
      });
      const command = index % 2 === 0 ? ['scan', '--sample'] : ['scans'];
      const { code, stdout, stderr } = await runCli([...command, '--store', store]);
      expect(stderr).toMatch(/^iamql: the store was written by a newer iamql \(/);
      expect(stderr).toMatch(expected);
      expect(stdout).toBe('');
      expect(code).toBe(3);
      await withDatabase(backend, store, async (database) => {
        expect(await stateOf(database)).toEqual(before);
        await putBack(database);
      });
    }
  });

  test("is not made among somebody else's tables", async () => {
    const store = await newStore();
    await withDatabase(backend, store, (database) => database.run('CREATE TABLE scan (page int)'));
    const { code, stderr } = await runCli(['scan', '--sample', '--store', store]);
    expect(stderr).toBe('iamql: the database has a table "scan" of something else; give iamql a database of its own\n');
    expect(code).toBe(3);
    await withDatabase(backend, store, async (database) => {
      expect(await database.query('SELECT * FROM scan')).toEqual([]);
      expect(await database.query("SELECT to_regclass('store') AS store")).toEqual([{ store: null }]);
    });
  });
});

describe('a new store on PostgreSQL', { timeout }, () => {
  const newStore = makesStores('PostgreSQL');

  test('is made once, by whichever of several processes comes first', async () => {
    const store = await newStore();
    const ended = await Promise.all(
      ['1', '2', '3', '4'].map((name) => runCli(['scan', '--sample', '--name', name, '--store', store])),
    );
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));
    const listed = JSON.parse((await runCli(['scans', '--store', store, '--format', 'json'])).stdout);
    expect(listed.length).toBe(4);
    const { data } = await ask(store, '{iamUsersAggregate{count}}');
    expect(data).toEqual({ iamUsersAggregate: { count: 10 } });
  });
});
