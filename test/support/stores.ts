import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres.ts';

/** A server makes its files first. */
const START_MS = 90_000;

/** The two that a store may be in. */
export const backends = ['PGlite', 'PostgreSQL'] as const;

export type Backend = (typeof backends)[number];

/** How the tests of one block get new, empty places for stores, which are gone afterwards. */
export function makesStores(backend: Backend): () => Promise<string> {
  let folder = '';
  let server: PostgresServer | undefined;
  let count = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'iamql-stores-'));
    if (backend === 'PostgreSQL') server = await startPostgres();
  }, START_MS);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return async () => {
    count += 1;
    return server ? server.newDatabase() : join(folder, `store ${count}`);
  };
}
