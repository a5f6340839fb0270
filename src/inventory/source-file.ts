import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { type Instant, instantToMs, renderInstant } from '../iam/instant.ts';

/** What stands in place of a file's name for stdin. */
export const STDIN = '-';

/** @throws IamqlError InvalidInput where there is no such file: nothing was opened, so nothing can be distrusted. */
export async function readSourceFile(file: string): Promise<Uint8Array> {
  try {
    return file === STDIN ? await buffer(process.stdin) : await readFile(file);
  } catch (cause) {
    throw fileError(`cannot open ${file}`, cause);
  }
}

/**
 * @param what the facts of a file, for people: `the report`.
 * @param at when they were true; undefined where the file does not say, for which `advice` helps.
 * @throws IamqlError TooOld
 */
export function checkAge(what: string, at: Instant | undefined, maxAgeMs: number | undefined, advice: string): void {
  if (maxAgeMs === undefined) return;
  if (at === undefined)
    throw new IamqlError('TooOld', `${what} does not say how old it is, which --max-age needs; ${advice}`);
  if (Date.now() - instantToMs(at) <= maxAgeMs) return;
  throw new IamqlError('TooOld', `${what} of ${renderInstant(at)} is older than --max-age`);
}
