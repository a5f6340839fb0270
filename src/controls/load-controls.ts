import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import { meant } from '../yaml/meant.ts';
import type { Benchmark } from './benchmark.ts';
import type { Control } from './control.ts';

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
 * The bundled library, with what people have in folders of their own. The build has read it to JSON: YAML and what checks it
 * cost a start 50 ms and more. A checkout may have changed since, and then what is written is read.
 *
 * @throws IamqlError InvalidControl for a file that is wrong, and for an id that is used twice.
 */
export async function loadLibrary(folders: readonly string[] = []): Promise<Library> {
  if (folders.length === 0 && isBuilt()) return JSON.parse(await readFile(builtLibrary, 'utf8'));
  return readLibrary(folders);
}

/** The same, from what is written. */
export async function readLibrary(folders: readonly string[] = []): Promise<Library> {
  const { checkTogether, readFolder } = await import('./authoring/read-library.ts');
  const files = (await Promise.all([libraryFolder, ...folders].map(readFolder))).flat();
  checkTogether(files);
  for (const { source } of files) source.throwIfWrong();
  return {
    controls: files.flatMap(({ control }) => control ?? []).sort(byId),
    benchmarks: files.flatMap(({ benchmark }) => benchmark ?? []).sort(byId),
  };
}

/** Nothing that the build made the library from has changed since; in a package there is nothing else. */
function isBuilt(): boolean {
  const parser = join(packageRoot, 'src', 'controls');
  if (!existsSync(parser)) return true;
  const built = statSync(builtLibrary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [libraryFolder, parser].every((folder) =>
    // A folder changes when a file in it comes or goes.
    ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].every(
      (name) => statSync(join(folder, name)).mtimeMs < built,
    ),
  );
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

/** Every control of the bundled library, by id. @throws IamqlError InvalidControl */
export const loadControls = async (): Promise<readonly Control[]> => (await loadLibrary()).controls;

/** Controls by id or alias, in the order asked. @throws IamqlError InvalidInput for one that is not there. */
export async function findControls(ids: readonly string[], library?: Library): Promise<readonly Control[]> {
  const { controls } = library ?? (await loadLibrary());
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
