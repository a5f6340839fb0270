import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Bundles the command line as the package has it, in a folder of its own within the checkout. Tests start it hundreds of
 * times, and it starts in two thirds of the time that its sources take.
 *
 * @param root the checkout.
 */
export async function bundleCli(root: string): Promise<{ readonly bin: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(root, 'node_modules', '.iamql-'));
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  const script = join(root, 'scripts', 'build-cli.ts');
  // Vitest sets NODE_ENV to test, for which libraries are bundled otherwise.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [script, join(folder, 'dist', 'cli')], { cwd: root, env });
  return { bin: join(folder, 'bin', 'iamql.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
