import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { newDatabase } from './databases.ts';

/** The two that a store may be in. */
export const backends = ['PGlite', 'PostgreSQL'] as const;

export type Backend = (typeof backends)[number];

/** How the tests of one block get new, empty places for stores. Folders are gone afterwards. */
export function makesStores(backend: Backend): () => Promise<string> {
  let folder = '';
  let count = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iamql-stores-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return async () => {
    count += 1;
    return backend === 'PostgreSQL' ? newDatabase() : join(folder, `store ${count}`);
  };
}
