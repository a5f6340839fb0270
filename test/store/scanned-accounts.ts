import { buildTestAccount } from '../../src/controls/authoring/test-account.ts';
import type { ControlTest } from '../../src/controls/control.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Source } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { migrate } from '../../src/store/migrations.ts';
import { scanAccount } from '../../src/store/scans/scan-account.ts';
import { startPostgres } from '../support/postgres.ts';

/** The assets of a small account, as a control's test writes them. */
export type Assets = ControlTest['assets'];

/** An account that is only in a test. Its id is that of every test account. */
export function accountOf(assets: Assets, now = '2026-01-01T00:00:00+00:00'): Source {
  const wrong = (_path: unknown, message: string): never => {
    throw new Error(message);
  };
  const test = { name: 'a', verdict: 'PASS', parameters: {}, assets } as ControlTest;
  const open = () =>
    buildTestAccount(test, { now, path: [], complaints: { wrong, wrongKey: wrong } as never }).inventory;
  return {
    kind: 'snapshot',
    calls: [],
    inventory: open,
    identify: async () => {
      const accountId = String(open().evidence().account);
      return { accountId, accounts: [accountId], isSample: false };
    },
  };
}

export interface KeptScan {
  readonly id: string;
  readonly endedAt: string;
}

/** Scans a small account into a store. */
export async function scan(database: Database, assets: Assets): Promise<KeptScan> {
  // No two scans end in the same millisecond: a time between them must be one.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { scan: id } = await scanAccount(database, accountOf(assets), {}, '0.0.0');
  const [row] = await database.query<{ ended_at: Date }>('SELECT ended_at FROM scan WHERE id = $1', [id]);
  return { id: String(id), endedAt: (row as { ended_at: Date }).ended_at.toISOString() };
}

/** The two that there are: what is kept and answered is the same in both. */
export const backends: Readonly<Record<string, () => Promise<{ database: Database; stop(): Promise<void> }>>> = {
  PGlite: async () => {
    const database = await openPglite(undefined);
    await migrate(database, catalogue);
    return { database, stop: () => database.close() };
  },
  PostgreSQL: async () => {
    const server = await startPostgres();
    const database = await openPostgres(server.url);
    await migrate(database, catalogue);
    return { database, stop: () => database.close().then(server.stop) };
  },
};
