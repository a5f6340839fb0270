import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface BundledCli {
  readonly bin: string;
  /** Bundles it anew, after its sources have changed. */
  readonly renew: () => Promise<void>;
  readonly remove: () => void;
}

/**
 * Bundles the command line as the package has it, in a folder of its own within the checkout. Tests start it hundreds of
 * times, and it starts in two thirds of the time that its sources take.
 *
 * @param root the checkout.
 */
export async function bundleCli(root: string): Promise<BundledCli> {
  const folder = await mkdtemp(join(root, 'node_modules', '.iamql-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Nothing is left of a run that ends without its teardown.
  process.once('exit', remove);
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  const renew = async () => {
    // Vitest sets NODE_ENV to test, for which libraries are bundled otherwise.
    const env = { ...process.env, NODE_ENV: 'production' };
    const args = [join(root, 'scripts', 'build-cli.ts'), join(folder, 'dist', 'cli')];
    await promisify(execFile)(process.execPath, args, { cwd: root, env });
  };
  await renew();
  return { bin: join(folder, 'bin', 'iamql.js'), renew, remove };
}
