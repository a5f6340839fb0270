import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../src/package-root.ts';
import { cli, environment, run } from './account.ts';
import { startEndpointProcess } from './endpoint.ts';
import type { Line } from './line.ts';

const BOUND_MB = 350;
const PEAK_MEMORY = pathToFileURL(join(packageRoot, 'bench', 'peak-memory.mjs')).href;

/** Peak memory of the process that writes a whole account of 5,000 users to a file, and of the one that reads it back. */
export async function benchSnapshot(): Promise<readonly Line[]> {
  const endpoint = await startEndpointProcess({ latencyMs: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'iamql-bench-'));
  const file = join(folder, 'account.ndjson.gz');
  const env = environment(endpoint.url);
  const measured = (...args: readonly string[]) => run(['--import', PEAK_MEMORY, cli, ...args], env, [0, 1]);
  try {
    const start = performance.now();
    const written = await measured('snapshot', '--output', file);
    const seconds = (performance.now() - start) / 1000;
    const size = `${seconds.toFixed(0)} s, a file of ${(statSync(file).size / 1e6).toFixed(1)} MB`;
    const read = await measured('check', '--snapshot', file);
    return [line('writing', written, size), line('checking', read, 'its snapshot')];
  } finally {
    endpoint.stop();
    rmSync(folder, { recursive: true });
  }
}

function line(what: string, output: string, more: string): Line {
  const peak = (Number(/peak memory: (\d+)/.exec(output)?.[1]) * 1024) / 1e6;
  return {
    what: `peak memory of ${what} a snapshot of 5,000 users, 1,000 roles and 1,500 policies`,
    measured: `${peak.toFixed(0)} MB (${more})`,
    bound: `under ${BOUND_MB} MB`,
    isMet: peak < BOUND_MB,
  };
}
