import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { IamqlError } from '../../iam/error.ts';
import type { Problem } from '../../yaml/yaml-source.ts';
import type { Control } from '../control.ts';
import { libraryFolder } from '../load-controls.ts';
import { checkTogether, type LibraryFile, readFolder, readLibraryFile } from './read-library.ts';
import { type TestedRow, testControl } from './test-control.ts';

/** A file of a library that was tested. */
export interface TestedFile {
  readonly file: string;
  readonly control: Control | undefined;
  readonly rows: readonly TestedRow[];
  readonly problems: readonly Problem[];
}

/**
 * Tests files of a library: those that are named, or else all in the folders, or else the bundled ones. Whatever they must
 * agree with is read beside them.
 *
 * @param names files, or folders of files.
 * @throws IamqlError InvalidInput for a file that cannot be opened.
 */
export async function testLibrary(
  names: readonly string[],
  folders: readonly string[],
): Promise<readonly TestedFile[]> {
  const asked = names.length > 0 ? names : folders.length > 0 ? folders : [libraryFolder];
  const named = (await Promise.all(asked.map(readNamed))).flat();
  const files = [...new Map(named.map((file) => [pathOf(file.path), file])).values()];
  const beside = (await Promise.all([libraryFolder, ...folders].map(readFolder))).flat();
  const isAsked = new Set(files.map(({ path }) => pathOf(path)));
  const context = beside.filter(({ path }) => !isAsked.has(pathOf(path)));
  checkTogether([...context, ...files]);
  const tested: TestedFile[] = [];
  for (const file of files) tested.push(await testFile(file));
  return tested;
}

const pathOf = (path: string): string => realpathSync(resolve(path));

async function readNamed(name: string): Promise<readonly LibraryFile[]> {
  const isFolder = statSync(name, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined)
    throw new IamqlError('InvalidInput', `cannot open ${name}: there is no such file or folder`);
  return isFolder ? readFolder(name) : [await readLibraryFile(name)];
}

async function testFile({ source, control }: LibraryFile): Promise<TestedFile> {
  const rows = control ? await testControl(source, control) : [];
  const problems = source.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { file: source.file, control, rows, problems };
}
