import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What stands in the config and the credentials file of AWS. A file that is not there holds nothing.
 *
 * @param otherwise what is read in place of a file that cannot be: nothing, and the SDK says what is wrong with it.
 */
export async function configTexts(
  otherwise: (file: string, code: string) => string = () => '',
): Promise<readonly string[]> {
  const aws = join(homedir(), '.aws');
  const files = [
    process.env['AWS_CONFIG_FILE'] ?? join(aws, 'config'),
    process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(aws, 'credentials'),
  ];
  const orElse =
    (file: string) =>
    (error: NodeJS.ErrnoException): string =>
      ABSENT.includes(error.code ?? '') ? '' : otherwise(file, error.code ?? error.message);
  return Promise.all(files.map((file) => readFile(file, 'utf8').catch(orElse(file))));
}

const ABSENT = ['ENOENT', 'ENOTDIR'];
