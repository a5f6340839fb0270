import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What stands in the config and the credentials file of AWS. A file that is not there or cannot be read holds nothing, and
 * the SDK says what else is wrong with it.
 */
export async function configTexts(): Promise<readonly string[]> {
  const aws = join(homedir(), '.aws');
  const files = [
    process.env['AWS_CONFIG_FILE'] ?? join(aws, 'config'),
    process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(aws, 'credentials'),
  ];
  return Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
}
