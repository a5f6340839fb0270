import { instantToMs } from '../iam/instant.ts';
import { AccountGraph } from './account-graph.ts';
import { AccountInventory } from './account-inventory.ts';
import type { FactSource } from './fact-source.ts';
import type { InventorySettings, Source } from './inventory.ts';
import type { Verify } from './verification.ts';

export interface Freshness {
  /** No facts older than this when a question is asked, in milliseconds; undefined for any age. */
  readonly maxAgeMs?: number | undefined;
  /** Whose facts are read live in place of the report's. */
  readonly verify?: Verify | undefined;
}

/** One account to ask. What one inventory of it has read, the others need not read again until it is too old. */
export function openAccount(source: FactSource, settings: InventorySettings, freshness: Freshness = {}): Source {
  const { maxAgeMs, verify } = freshness;
  let graph = new AccountGraph(source, settings);
  const current = (): AccountGraph => {
    if (source.kind === 'live' && maxAgeMs !== undefined && isOlder(graph, maxAgeMs))
      graph = new AccountGraph(source, settings);
    return graph;
  };
  return {
    kind: source.kind,
    get calls() {
      return source.calls;
    },
    inventory: () => new AccountInventory(current(), verify),
    identify: async () => {
      await graph.load('CALLER_IDENTITY');
      const accountId = String(graph.accountId);
      return { accountId, accounts: [accountId], isSample: false };
    },
  };
}

/** Some group that was read was true longer ago. The facts of one answer are of one graph, so all are read anew. */
function isOlder(graph: AccountGraph, maxAgeMs: number): boolean {
  const times = [...graph.readTimes().keys()].flatMap((group) => graph.factTime(group) ?? []);
  return times.some((time) => Date.now() - instantToMs(time) > maxAgeMs);
}
