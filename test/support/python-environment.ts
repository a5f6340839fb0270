import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

const run = promisify(execFile);

/** The Python of a virtual environment that has those packages, made on first use below node_modules. */
export async function pythonWith(root: string, name: string, packages: readonly string[]): Promise<string> {
  const pythonVersion = await readPythonVersion();
  // A newer Python cannot use the packages of an older one, so its version is part of the name.
  const folder = join(root, 'node_modules', '.cache', `${name}-python-${pythonVersion}`);
  if (!(await exists(join(folder, 'complete')))) await install(folder, packages);
  return join(folder, 'bin', 'python');
}

async function readPythonVersion(): Promise<string> {
  const script = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';
  try {
    return (await run('python3', ['-c', script])).stdout.trim();
  } catch (cause) {
    const need = 'The tests run moto, an AWS emulator written in Python: they need python3 and its venv module';
    throw new Error(`${need} (python3-venv on Debian and Ubuntu).`, { cause });
  }
}

/** Built beside its place and renamed when complete, so that two runs at once never see or spoil each other's half. */
async function install(folder: string, packages: readonly string[]): Promise<void> {
  const building = `${folder}.building-${process.pid}`;
  await mkdir(building, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', building], { timeout: INSTALL_TIMEOUT_MS });
    const arguments_ = ['-m', 'pip', 'install', '--quiet', ...packages];
    await run(join(building, 'bin', 'python'), arguments_, { timeout: INSTALL_TIMEOUT_MS });
    await writeFile(join(building, 'complete'), '');
    await moveIntoPlace(building, folder);
  } catch (cause) {
    throw new Error(`${packages.join(', ')} could not be installed with pip into ${folder}`, { cause });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function moveIntoPlace(building: string, folder: string): Promise<void> {
  try {
    await rename(building, folder);
  } catch (error) {
    // Another run was first: its environment is as good as ours.
    if (!(await exists(join(folder, 'complete')))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
