import pLimit from 'p-limit';
import { CALLS_AT_ONCE } from '../aws/call-gate.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { type AccountGraph, loadKey } from './account-graph.ts';
import type { Demand } from './demand.ts';

/** After so many assets in a row could not be read, and none could, the rest is not asked: the answer would be the same. */
const FAILURES_BEFORE_GIVING_UP = 3;

/** How the readings of a group went that are made asset by asset. */
interface Luck {
  failuresInARow: number;
  hasSucceeded: boolean;
  lastFailure: IamqlError | undefined;
}

/** What one run or one request has read of an account: what failed once is not asked again. */
export class Readings {
  private readonly graph: AccountGraph;
  /** The calls wait for their turn themselves; what waits here is still undone when it turns out that nobody may ask. */
  private readonly limit = pLimit(CALLS_AT_ONCE);
  private readonly begun = new Map<string, Promise<IamqlError | undefined>>();
  /** The readings that have ended, with what went wrong. */
  private readonly ended = new Map<string, IamqlError | undefined>();
  private readonly luck = new Map<FactGroup, Luck>();

  constructor(graph: AccountGraph) {
    this.graph = graph;
  }

  /** Reads facts once; what goes wrong is kept as well: each rule of a control asks, and would wait for the same answer. */
  read(demand: Demand): Promise<IamqlError | undefined> {
    const key = keyOf(demand);
    const known = this.begun.get(key);
    if (known) return known;
    const reading = demand.owner ? this.limit(() => this.tryReading(demand)) : this.tryReading(demand);
    this.begun.set(key, reading);
    return reading;
  }

  /** Reading it again would tell nothing new. */
  isSettled(demand: Demand): boolean {
    return this.ended.has(keyOf(demand));
  }

  failureOf(demand: Demand): IamqlError | undefined {
    return this.ended.get(keyOf(demand));
  }

  private async tryReading(demand: Demand): Promise<IamqlError | undefined> {
    const luck = this.luckOf(demand.group);
    const hasGivenUp = demand.owner && !luck.hasSucceeded && luck.failuresInARow >= FAILURES_BEFORE_GIVING_UP;
    const failure = hasGivenUp ? luck.lastFailure : await this.load(demand);
    if (!failure) luck.hasSucceeded = true;
    else {
      luck.failuresInARow++;
      luck.lastFailure = failure;
    }
    this.ended.set(keyOf(demand), failure);
    return failure;
  }

  private async load({ group, owner }: Demand): Promise<IamqlError | undefined> {
    try {
      await this.graph.load(group, owner);
      return undefined;
    } catch (error) {
      if (error instanceof IamqlError) return error;
      throw error;
    }
  }

  private luckOf(group: FactGroup): Luck {
    const luck = this.luck.get(group) ?? { failuresInARow: 0, hasSucceeded: false, lastFailure: undefined };
    this.luck.set(group, luck);
    return luck;
  }
}

const keyOf = ({ group, owner }: Demand): string => loadKey(group, owner);
