import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { IamqlError } from '../../iam/error.ts';
import { fileError } from '../../iam/file-error.ts';
import { packageRoot } from '../../package-root.ts';
import { meant } from '../../yaml/meant.ts';
import { YamlSource } from '../../yaml/yaml-source.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Control } from '../control.ts';
import { whyNotParameter } from '../parameters.ts';
import { readBenchmark } from './parse-benchmark.ts';
import { readControl } from './parse-control.ts';

/** A file of a library, and what it holds: neither where it could not be read. */
export interface LibraryFile {
  readonly path: string;
  readonly source: YamlSource;
  readonly control?: Control | undefined;
  readonly benchmark?: Benchmark | undefined;
}

/**
 * Every control and benchmark in the YAML files of a folder; benchmarks are those below a folder of that name.
 *
 * @throws IamqlError InvalidInput where there is no such folder, or no such file in it.
 */
export async function readFolder(folder: string): Promise<readonly LibraryFile[]> {
  const names = (await filesOf(folder)).filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) throw new IamqlError('InvalidInput', `there is no .yaml file in ${folder}`);
  return Promise.all(names.sort().map((name) => readLibraryFile(join(folder, name))));
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (cause) {
    throw fileError(`cannot read ${folder}`, cause);
  }
}

/** @throws IamqlError InvalidInput where it cannot be opened. */
export async function readLibraryFile(file: string): Promise<LibraryFile> {
  const source = new YamlSource(await readText(file), nameOf(file));
  const isBenchmark = file.split(sep).includes('benchmarks') || hasSections(source.value);
  return isBenchmark
    ? { path: file, source, benchmark: readBenchmark(source) }
    : { path: file, source, control: readControl(source) };
}

const hasSections = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'sections' in value && !('rules' in value);

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw fileError(`cannot open ${file}`, cause);
  }
}

/** As a person who stands in the current folder would write it; the bundled ones as the package names them. */
function nameOf(file: string): string {
  const inPackage = relative(packageRoot, file);
  const isBundled = inPackage.startsWith(`controls${sep}`);
  const here = relative(process.cwd(), file);
  return isBundled && here.startsWith('..') ? inPackage : here;
}

/** What several files say that does not go together: ids that are used twice, benchmarks that point nowhere. */
export function checkTogether(files: readonly LibraryFile[]): void {
  checkIds(files);
  const controls = files.flatMap(({ control }) => control ?? []);
  const byId = new Map<unknown, Control | undefined>(controls.map((control) => [control.id, control]));
  // One that cannot be read is there all the same, and its own problems say so.
  for (const { source, control } of files) if (!control && hasId(source.value)) byId.set(source.value.id, undefined);
  for (const { source, benchmark } of files) if (benchmark) checkBenchmark(source, benchmark, byId);
}

const hasId = (value: unknown): value is { readonly id: unknown } =>
  typeof value === 'object' && value !== null && 'id' in value;

function checkIds(files: readonly LibraryFile[]): void {
  const used = { control: new Map<string, string>(), benchmark: new Map<string, string>() };
  const use = (what: keyof typeof used, source: YamlSource, id: string, path: readonly PropertyKey[]): void => {
    const before = used[what].get(id);
    if (before) source.wrong(path, `the id ${id} is used already: ${before}`);
    else used[what].set(id, source.placeOf(path));
  };
  for (const { source, control, benchmark } of files) {
    if (benchmark) use('benchmark', source, benchmark.id, ['id']);
    if (!control) continue;
    use('control', source, control.id, ['id']);
    for (const [index, alias] of control.aliases.entries()) use('control', source, alias, ['aliases', index]);
  }
}

function checkBenchmark(
  source: YamlSource,
  { sections }: Benchmark,
  byId: ReadonlyMap<unknown, Control | undefined>,
): void {
  for (const [s, { recommendations }] of sections.entries()) {
    for (const [r, recommendation] of recommendations.entries()) {
      if (recommendation.control === undefined) continue;
      const path = ['sections', s, 'recommendations', r];
      const control = byId.get(recommendation.control);
      if (!byId.has(recommendation.control)) {
        const known = [...byId.keys()].map(String);
        const message = `there is no control ${recommendation.control}${meant(recommendation.control, known)}`;
        source.wrong([...path, 'control'], message);
      }
      if (!control) continue;
      for (const [name, value] of Object.entries(recommendation.parameters)) {
        const problem = whyNotParameter(control, name, value);
        if (problem) source.wrong([...path, 'parameters', name], problem);
      }
    }
  }
}
