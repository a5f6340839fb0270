import type { Source } from '../inventory/inventory.ts';
import type { Database, SqlSession } from './database/database.ts';
import { openStore } from './open-store.ts';
import { readScope } from './read-scope.ts';
import { ScanHeaders } from './scans/scan-headers.ts';
import { Scope, type ScopeRequest } from './scope.ts';
import { StoreAssets } from './store-assets.ts';
import { StoreInventory } from './store-inventory.ts';
import type { View } from './view.ts';

/** The accounts of a store, all or some, now or as they were. */
export class StoreSource implements Source {
  readonly kind = 'store';
  readonly calls = [];
  private readonly location: string | Database;
  private readonly request: ScopeRequest;
  private opening: Promise<Database> | undefined;
  private readonly views = new Set<View>();
  private readonly headers = new ScanHeaders();

  /** @param location a folder, `postgres://...`, or a database that whoever opened it will close. */
  constructor(location: string | Database, request: ScopeRequest) {
    this.location = location;
    this.request = request;
  }

  inventory(): StoreInventory {
    return new StoreInventory(() => this.view());
  }

  async identify() {
    const { scope, close } = await this.view();
    await close();
    const names = scope.accounts.map(({ accountId }) => accountId);
    const isSample = scope.accounts.some(({ scan }) => scan?.header.source === 'sample');
    const accountId = names.length === 1 ? String(names[0]) : `${names.length} accounts`;
    return { accountId, accounts: names, isSample };
  }

  async close(): Promise<void> {
    await Promise.all([...this.views].map((view) => view.close()));
    // Who asked has been told why it could not be opened.
    if (typeof this.location === 'string') await (await this.opening?.catch(() => undefined))?.close();
  }

  /** A failure is not kept: a database may come back while a server runs. */
  private open(): Promise<Database> {
    if (typeof this.location !== 'string') return Promise.resolve(this.location);
    this.opening ??= openStore(this.location).catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  private async view(): Promise<View> {
    const { close, ...view } = await openView(await this.open(), this.request, this.headers);
    const open: View = {
      ...view,
      close: async () => {
        if (this.views.delete(open)) await close();
      },
    };
    this.views.add(open);
    return open;
  }
}

/** What one inventory looks at. @throws IamqlError InvalidInput for a scope that names what is not there. */
export async function openView(database: Database, request: ScopeRequest, headers = new ScanHeaders()): Promise<View> {
  const { session, close } = await database.view();
  try {
    return { ...(await look(session, request, headers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function look(session: SqlSession, request: ScopeRequest, headers: ScanHeaders): Promise<View> {
  const { accounts, someRetired } = await readScope(session, request, headers);
  const scope = new Scope(accounts, request, someRetired);
  return {
    session,
    scope,
    assets: new StoreAssets(session, scope),
    asOf: request.asOf,
    at: (asOf) => look(session, { ...request, asOf }, headers),
    // Whoever has opened the session closes it.
    close: async () => {},
  };
}
