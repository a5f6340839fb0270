import v8 from 'node:v8';

/** Percent of what is live, after which garbage is looked for again; V8 would wait for about 100. */
const HEAP_GROWS_PERCENT = 40;

/**
 * For a process that holds a whole account, or answers from a store for days: what is no longer needed is collected soon,
 * although there is memory left. Of 5,000 users it holds 110 MB, and V8 would let the process grow to four times that.
 * docs/adr/0012-save-memory.md
 *
 * @param isOfMany of many accounts or requests, one after the other, what is young dies young: its space may grow, which
 *   spares a sixth of the processor time of a round.
 */
export function saveMemory(isOfMany = false): void {
  if (!isOfMany) v8.setFlagsFromString('--semi-space-growth-factor=1');
  v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_PERCENT}`);
}
