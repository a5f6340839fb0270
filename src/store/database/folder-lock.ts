import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, lockFile } from '../../file-lock.ts';
import { IamqlError } from '../../iam/error.ts';

/**
 * Holds a folder for this process alone. PGlite does not: two processes on one folder lose each other's rows and say
 * nothing.
 *
 * @throws IamqlError InvalidInput when another process holds it, or where the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await lockIn(folder);
  if (lock) return lock;
  throw new IamqlError(
    'InvalidInput',
    `another process has the store in ${folder} open, and a folder is for one at a time; wait for it, or keep the store in a database that serves many: --store postgres://...`,
  );
}

async function lockIn(folder: string): Promise<FileLock | undefined> {
  try {
    mkdirSync(folder, { recursive: true });
    return await lockFile(join(folder, 'iamql.lock'));
  } catch (cause) {
    throw new IamqlError('InvalidInput', `cannot keep a store in ${folder}: ${whyNot(folder, cause as Error)}`, {
      cause,
    });
  }
}

const whyNot = (folder: string, { message }: Error): string =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false ? 'it is a file, not a folder' : message;
