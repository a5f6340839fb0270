import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';

/** What fills a database before the tests of a block may take a while. */
export const START_MS = 60_000;

/** What a store may be kept in, by name: each opens an empty database, of which there is one at a time in a test file. */
export const databases: Readonly<Record<string, () => Promise<Database>>> = {
  PGlite: emptyPglite,
  PostgreSQL: async () => openPostgres(await newDatabase()),
};

/** An empty database of the server that all tests share. @returns where a client connects to it. */
export async function newDatabase(): Promise<string> {
  const url = new URL(inject('postgresUrl'));
  const client = new pg.Client(url.href);
  await client.connect();
  const name = `of_${randomUUID().replaceAll('-', '_')}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = name;
  return url.href;
}

/** Making one takes longer than most tests: the blocks of a file have one after the other, emptied. */
export async function emptyPglite(): Promise<Database> {
  common ??= openPglite(undefined);
  const database = await common;
  await database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return { ...database, close: async () => {} };
}

let common: Promise<Database> | undefined;
