import type { Source } from '../inventory/inventory.ts';
import type { Database } from './database.ts';
import { openStore } from './open-store.ts';
import { readScope, Scope, type ScopeRequest } from './scope.ts';
import { StoreAssets } from './store-assets.ts';
import { StoreInventory, type View } from './store-inventory.ts';

/** The accounts of a store, all or some, now or as they were. */
export class StoreSource implements Source {
  readonly kind = 'store';
  readonly calls = [];
  private readonly location: string;
  private readonly request: ScopeRequest;
  private opening: Promise<Database> | undefined;
  private readonly views = new Set<View>();

  /** @param location a folder, or `postgres://...`. */
  constructor(location: string, request: ScopeRequest) {
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
    return { accountId: names.length === 1 ? String(names[0]) : `${names.length} accounts`, isSample };
  }

  async close(): Promise<void> {
    await Promise.all([...this.views].map((view) => view.close()));
    await (await this.opening)?.close();
  }

  private async view(): Promise<View> {
    this.opening ??= openStore(this.location);
    const { close, ...view } = await openView(await this.opening, this.request);
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
export async function openView(database: Database, request: ScopeRequest): Promise<View> {
  const { session, close } = await database.view();
  try {
    const scope = new Scope(await readScope(session, request), request);
    return { session, scope, assets: new StoreAssets(session, scope), close };
  } catch (error) {
    await close();
    throw error;
  }
}
