import { readFile } from 'node:fs/promises';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { type ConnectorsFile, parseConnectors } from './parse-connectors.ts';

/** @throws IamqlError InvalidInput for a file that is not there or means nothing. */
export async function readConnectors(file: string): Promise<ConnectorsFile> {
  try {
    return parseConnectors(await readFile(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof IamqlError) throw cause;
    throw fileError(`cannot open ${file}`, cause);
  }
}
