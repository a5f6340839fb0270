import { setTimeout as sleep } from 'node:timers/promises';
import { IamqlError } from '../iam/error.ts';

/** A database that is restarted is back within this, or somebody has to look. In milliseconds. */
const MOST_MS = 120_000;
const PAUSE_MS = 500;

/**
 * Does something with the store, again and again while the database cannot be reached. It may be done twice: the answer to
 * the first may be what was lost.
 *
 * @param signal ends the waiting.
 */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const end = performance.now() + MOST_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof IamqlError && error.kind === 'Unreachable';
      if (!isAway || signal.aborted || performance.now() > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
