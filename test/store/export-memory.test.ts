import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import { headerOf } from '../../src/inventory/snapshot/snapshot-header.ts';
import { takeSnapshot } from '../../src/inventory/snapshot/take-snapshot.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { migrate } from '../../src/store/migrations.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { accountOf } from './scanned-accounts.ts';

/** Left alone, V8 takes more before it looks for garbage. 200,000 users at once have no room in this. */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=4'];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  const database = await openPostgres(server.url);
  await migrate(database, catalogue);
  for (const [connector, users] of [
    ['few', 10_000],
    ['many', 200_000],
  ] as const)
    await fill(database, connector, users);
  await database.close();
}, 60_000);
afterAll(() => server?.stop());

test('it takes no more memory to export 200,000 users than 10,000', async () => {
  const [few, many] = [await child('few'), await child('many')];
  expect([few.lines, many.lines, few.problems, many.problems]).toEqual([10_000, 200_000, 0, 0]);
  process.stdout.write(`export: ${few.maxRssKb} kB for 10,000 users, ${many.maxRssKb} kB for 200,000\n`);
  expect(many.maxRssKb - few.maxRssKb).toBeLessThan(60_000);
}, 60_000);

async function child(connector: string) {
  const script = fileURLToPath(new URL('export-memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...HEAP, script, server.url, connector]);
  return JSON.parse(stdout) as { lines: number; problems: number; maxRssKb: number };
}

/** Users as the database makes them: what is in them does not matter, how many there are does. */
async function fill(
  database: Awaited<ReturnType<typeof openPostgres>>,
  connector: string,
  users: number,
): Promise<void> {
  const source = accountOf({ IAMUser: [{ userName: 'ana' }] });
  const inventory = source.inventory();
  const header = headerOf(await takeSnapshot(inventory), inventory, '0.0.0');
  await database.query('INSERT INTO connector (id, name, account_id) VALUES ($1, $1, $1)', [connector]);
  const [row] = await database.query<{ id: string }>(
    'INSERT INTO scan (connector, started_at, ended_at, header) VALUES ($1, now(), now(), $2) RETURNING id::text AS id',
    [connector, { ...header, unread: [] }],
  );
  await database.query('UPDATE connector SET scan = $2 WHERE id = $1', [connector, row?.id]);
  await database.query(
    `INSERT INTO "IAMUser" (_connector, _first, _hash, identifier, arn, "userName", "internalName", "contentHash", "iamPolicies", tags)
     SELECT $1, $2, '', n::text, 'arn:aws:iam::111122223333:user/' || n, 'user ' || n, 'user ' || n, repeat('x', 64),
            ARRAY['arn:aws:iam::111122223333:policy/' || n], ARRAY['tag ' || n, 'another tag ' || n]
     FROM generate_series(1, $3::int) n`,
    [connector, row?.id, users],
  );
}
