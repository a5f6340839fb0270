import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import type { Benchmark } from './benchmark.ts';
import type { Control } from './control.ts';
import { meant } from './meant.ts';

/** The control that the project began with, and that `iamql check` judges when none is named. */
export const foundingControlId = 'aws-iam-no-initial-access-keys';

/** The library as the build has read it. */
export const builtLibrary: string = join(packageRoot, 'dist', 'controls.json');
/** The library as it is written. */
export const libraryFolder: string = join(packageRoot, 'controls');

/** Controls, and benchmarks that point at them; each by id. */
export interface Library {
  readonly controls: readonly Control[];
  readonly benchmarks: readonly Benchmark[];
}

/**
 * The bundled library, with what people have in folders of their own. The package has its own as JSON beside the files that
 * it was written in: to read YAML costs a start 15 ms. A checkout may have changed since it was built, so it reads what is
 * written.
 *
 * @throws IamqlError InvalidControl for a file that is wrong, and for an id that is used twice.
 */
export async function loadLibrary(folders: readonly string[] = []): Promise<Library> {
  const isCheckout = existsSync(join(packageRoot, 'src'));
  if (!isCheckout && folders.length === 0) return JSON.parse(await readFile(builtLibrary, 'utf8'));
  const { checkTogether, readFolder } = await import('./authoring/read-library.ts');
  const files = (await Promise.all([libraryFolder, ...folders].map(readFolder))).flat();
  checkTogether(files);
  for (const { source } of files) source.throwIfWrong();
  return {
    controls: files.flatMap(({ control }) => control ?? []).sort(byId),
    benchmarks: files.flatMap(({ benchmark }) => benchmark ?? []).sort(byId),
  };
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

/** Every control of the bundled library, by id. @throws IamqlError InvalidControl */
export const loadControls = async (): Promise<readonly Control[]> => (await loadLibrary()).controls;

/** Controls by id or alias, in the order asked. @throws IamqlError InvalidInput for one that is not there. */
export async function findControls(
  ids: readonly string[],
  library: Promise<Library> | Library = loadLibrary(),
): Promise<readonly Control[]> {
  const { controls } = await library;
  return ids.map((id) => {
    const found = controls.find((control) => control.id === id || control.aliases.includes(id));
    if (found) return found;
    const known = controls.flatMap(({ id: own, aliases }) => [own, ...aliases]);
    const near = meant(id, known) || '; `iamql controls list` shows them';
    throw new IamqlError('InvalidInput', `there is no control ${JSON.stringify(id)}${near}`);
  });
}

/** @throws IamqlError InvalidInput for one that is not there. */
export function findBenchmark(id: string, { benchmarks }: Library): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.id === id);
  if (found) return found;
  const known = benchmarks.map((benchmark) => benchmark.id);
  const there = known.length > 0 ? `there are ${known.join(', ')}` : 'there are none';
  throw new IamqlError('InvalidInput', `there is no benchmark ${JSON.stringify(id)}: ${there}${meant(id, known)}`);
}
