import type { FactGroup } from '../iam/assets.generated.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import type { Facts } from './fact-source.ts';
import { absorbAccessKeys, absorbLastUses } from './user-keys.ts';

/** Puts what was read where it belongs: one mapping from the answers of AWS for each group of facts. */
export const absorb: {
  readonly [G in Exclude<FactGroup, 'CALLER_IDENTITY'>]: (graph: AccountGraph, facts: Facts[G], owner: Node) => void;
} = {
  CREDENTIAL_REPORT: (graph, facts) => {
    graph.report = facts;
  },
  ACCOUNT_ALIASES: ({ connector }, [alias]) => {
    if (connector) connector['accountAlias'] = alias ?? null;
  },
  ACCESS_KEYS: absorbAccessKeys,
  ACCESS_KEY_LAST_USED: (_graph, lastUses, user) => absorbLastUses(user, lastUses),
};
