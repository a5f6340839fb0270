import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../src/package-root.ts';
import { cli, environment } from './account.ts';

const PEAK_MEMORY = pathToFileURL(join(packageRoot, 'bench', 'peak-memory.mjs')).href;

/**
 * Asks a server over a store, in a process of its own.
 *
 * @returns how much memory it had at the most, in MB.
 */
export async function servePeak(store: string, texts: readonly string[], rounds: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', PEAK_MEMORY, cli, 'serve', '--port', '0', '--store', store], {
    env: environment(''),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`serve ended: ${output}`)));
    child.stderr.on('data', () => {
      const [found] = /http:\S+/.exec(output) ?? [];
      if (found) resolve(found);
    });
  });
  for (let round = 0; round < rounds; round += 1) for (const text of texts) await post(url, text);
  child.kill('SIGTERM');
  await ended;
  return (Number(/peak memory: (\d+)/.exec(output)?.[1]) * 1024) / 1e6;
}

async function post(url: string, query: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (!response.ok || errors) throw new Error(`${response.status} ${JSON.stringify(errors)}`);
}
