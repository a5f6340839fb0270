import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import type { Control } from './control.ts';
import { parseControl } from './parse-control.ts';

/** The control that the project began with, and that `iamql check` judges when none is named. */
export const foundingControlId = 'aws-iam-no-initial-access-keys';

/** Every control of the bundled library, by id. @throws IamqlError InvalidControl */
export async function loadControls(folder = join(packageRoot, 'controls')): Promise<readonly Control[]> {
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
