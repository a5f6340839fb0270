import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import type { Control } from './control.ts';
import { parseControl } from './parse-control.ts';

/** The control that the project began with, and that `iamql check` judges when none is named. */
export const foundingControlId = 'aws-iam-no-initial-access-keys';

/** The library as the build has read it. */
export const builtControls: string = join(packageRoot, 'dist', 'controls.json');

/**
 * Every control of the bundled library, by id. The package has them as JSON beside the files that they were written in:
 * to read YAML costs a start 15 ms. A checkout may have changed since it was built, so it reads what is written.
 *
 * @throws IamqlError InvalidControl
 */
export async function loadControls(): Promise<readonly Control[]> {
  const isCheckout = existsSync(join(packageRoot, 'src'));
  return isCheckout ? readControls(join(packageRoot, 'controls')) : JSON.parse(await readFile(builtControls, 'utf8'));
}

/** Every control in the YAML files of a folder, by id. @throws IamqlError InvalidControl */
async function readControls(folder: string): Promise<readonly Control[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml'));
  const controls = await Promise.all(files.sort().map((file) => loadControl(join(folder, file))));
  return controls.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Controls by id or alias, in the order asked. @throws IamqlError InvalidInput for one that is not there. */
export async function findControls(ids: readonly string[]): Promise<readonly Control[]> {
  const controls = await loadControls();
  return ids.map((id) => {
    const found = controls.find((control) => control.id === id || control.aliases.includes(id));
    if (!found)
      throw new IamqlError(
        'InvalidInput',
        `there is no control ${JSON.stringify(id)}; \`iamql controls list\` shows them`,
      );
    return found;
  });
}

async function loadControl(file: string): Promise<Control> {
  return parseControl(await readFile(file, 'utf8'), relative(packageRoot, file));
}
