import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { bundleCli } from './bundled-cli.ts';
import { formatsPython } from './format-readers.ts';
import { installGuardrailReaders } from './guardrail-readers.ts';
import { motoPython } from './moto-environment.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where moto answers for the whole run; its accounts are shared by every test file. */
    motoUrl: string;
    /** Where a PostgreSQL server answers for the whole run; test/support/databases.ts makes databases in it. */
    postgresUrl: string;
    /** The command line, bundled. */
    iamqlBin: string;
  }
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 50;

/**
 * Vitest's global setup: moto's server, an AWS emulator, and PostgreSQL run on free loopback ports while the tests do, and
 * the command line is bundled.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What the tests of report formats and guardrails need is installed here as well: no test waits for an installation.
  const { root } = project.config;
  await Promise.all([motoPython(root), formatsPython(root), installGuardrailReaders(root)]);
  const [moto, postgres, cli] = await Promise.all([startMoto(root), startPostgres(), bundleCli(root)]);
  project.provide('motoUrl', moto.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('iamqlBin', cli.bin);
  project.onTestsRerun(cli.renew);
  return async () => {
    cli.remove();
    await Promise.all([moto.close(), postgres.stop()]);
  };
}

/** A server of its own, for a test that changes what counts for all of its accounts. @param root the checkout. */
export async function startMoto(root: string): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const python = await motoPython(root);
  const server = spawn(python, ['-m', 'moto.server', '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Nothing survives a run that ends without its teardown.
  const killServer = (): void => void server.kill('SIGKILL');
  process.once('exit', killServer);
  try {
    const url = await waitUntilAnswering(server);
    const close = async (): Promise<void> => {
      process.off('exit', killServer);
      await stop(server);
    };
    return { url, close };
  } catch (error) {
    killServer();
    throw error;
  }
}

async function waitUntilAnswering(server: ChildProcess): Promise<string> {
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    // The log goes on for the whole run; only its beginning tells the port or why the server did not start.
    if (log.length < 10_000) log += chunk.toString();
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
    if (url !== undefined && (await answers(url))) return url;
    await sleep(POLL_MS);
  }
  throw new Error(`moto's server did not answer within ${START_TIMEOUT_MS / 1000} seconds; it said:\n${log}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/data.json`, { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) })).ok;
  } catch {
    // The server has said its port and not yet begun to accept: the caller asks again until its deadline.
    return false;
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  const deadline = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(deadline);
}
