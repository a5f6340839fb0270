import type { Fault } from './scenario.ts';

/** Hands out the scenario's faults call by call, and knows which are used up. */
export class FaultSchedule {
  readonly #entries: { readonly fault: Fault; matched: number }[];

  constructor(faults: readonly Fault[]) {
    this.#entries = faults.map((fault) => ({ fault, matched: 0 }));
  }

  take(action: string, params: Readonly<Record<string, string>>): Fault | undefined {
    for (const entry of this.#entries) {
      if (!matches(entry.fault, action, params)) continue;
      const skip = entry.fault.skip ?? 0;
      if (entry.matched >= skip + (entry.fault.times ?? Number.POSITIVE_INFINITY)) continue;
      entry.matched += 1;
      if (entry.matched > skip) return entry.fault;
    }
    return undefined;
  }
}

function matches(fault: Fault, action: string, params: Readonly<Record<string, string>>): boolean {
  if (fault.action !== '*' && fault.action !== action) return false;
  return Object.entries(fault.params ?? {}).every(([name, value]) => params[name] === value);
}
