import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isServer, shownLocation } from '../../src/store/database/location.ts';
import { openOrMakeStore, openStore } from '../../src/store/open-store.ts';

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'iamql-location-'));
process.chdir(folder);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

test.each(['', 'mysql://iamql:secret@db/iamql', 'postgres:/iamql:secret@db/iamql', 'file:///iamql-store'])(
  '%j is no place for a store, and no folder is made of it',
  async (location) => {
    for (const open of [openStore, openOrMakeStore]) {
      const error = await open(location).catch((refused: Error) => refused);
      expect(error).toMatchObject({
        kind: 'InvalidInput',
        message: expect.stringMatching(/^--store names .*postgres:/),
      });
      expect(String(error)).not.toContain('secret');
    }
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('a URL is one however its scheme is written', () => {
  expect(isServer('POSTGRES://iamql:secret@db/iamql')).toBe(true);
  expect(shownLocation('Postgresql://iamql:secret@db:5432/iamql?password=secret')).toBe(
    'postgresql://iamql@db:5432/iamql',
  );
});
