import { readFile } from 'node:fs/promises';
import { fileError } from '../../iam/file-error.ts';
import type { Control } from '../control.ts';
import type { Exception } from '../exception.ts';
import { parseExceptions } from './parse-exceptions.ts';

/** The exceptions of all those files, in the order in which they are written. @throws IamqlError InvalidInput */
export async function readExceptions(
  files: readonly string[],
  controls: readonly Control[],
): Promise<readonly Exception[]> {
  const lists = await Promise.all(files.map(async (file) => parseExceptions(await read(file), file, controls)));
  return lists.flat();
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw fileError(`cannot open ${file}`, cause);
  }
}
