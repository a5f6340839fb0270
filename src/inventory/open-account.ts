import { AccountGraph } from './account-graph.ts';
import { AccountInventory } from './account-inventory.ts';
import type { FactSource } from './fact-source.ts';
import type { InventorySettings, Source } from './inventory.ts';

/** One account to ask. What one inventory of it has read, the others need not read again. */
export function openAccount(source: FactSource, settings: InventorySettings): Source {
  const graph = new AccountGraph(source, settings);
  return {
    kind: source.kind,
    get calls() {
      return source.calls;
    },
    inventory: () => new AccountInventory(graph),
    identify: async () => {
      await graph.load('CALLER_IDENTITY');
      return { accountId: String(graph.accountId), isSample: false };
    },
  };
}
