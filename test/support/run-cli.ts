import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { inject } from 'vitest';
import { EXAMPLE_CREDENTIALS } from './aws-clients.ts';

/** No port that anything listens on: whoever asks for metadata there is refused at once. */
const NO_METADATA = 'http://127.0.0.1:1';

export interface CliResult {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Beside an empty home, the path and no metadata service: nothing of the machine's own AWS set-up gets in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Left out, stdin is at its end. */
  readonly stdin?: string;
  readonly cwd?: string;
  /** Another `iamql` than the one that is bundled of the checkout. */
  readonly bin?: string;
  /** Nobody reads stdout: its end of the pipe is closed, as `head` closes it. */
  readonly closeStdout?: boolean;
  /** The same of stderr. */
  readonly closeStderr?: boolean;
  /** Sent once `when` resolves, to a process that is still running. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly when: Promise<unknown> };
}

/** Where the bundled command line is. */
export const iamqlBin = (): string => inject('iamqlBin');

/** Runs `iamql` as a person does, to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** A running `iamql`: what it has written so far, and how it ends. */
export interface RunningCli {
  readonly ended: Promise<CliResult>;
  /** Waits for text on stderr. @throws when the process ends without it. */
  waitFor(text: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<Child>();
// A test that fails or times out leaves no server behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const home = mkdtempSync(join(tmpdir(), 'iamql-home-'));
  const child = spawn(process.execPath, [options.bin ?? iamqlBin(), ...args], {
    cwd: options.cwd ?? home,
    env: { PATH: process.env['PATH'], HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: NO_METADATA, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  // A process that ends before it has read its input closes the pipe: that is its right, and no error of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const output = collect(child);
  if (options.closeStdout) child.stdout.destroy();
  if (options.closeStderr) child.stderr.destroy();
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      rmSync(home, { recursive: true, force: true });
      resolve({ code, stdout: output.stdout, stderr: output.stderr });
    });
  });
  const { signal } = options;
  void signal?.when.then(() => child.kill(signal.name));
  return { ended, waitFor: (text) => waitFor(child, output, text), kill: (name) => void child.kill(name) };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function collect(child: Child): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return output;
}

function waitFor(child: Child, output: { readonly stderr: string }, text: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const match = text.exec(output.stderr);
      if (match) resolve(match);
    };
    child.stderr.on('data', look);
    child.once('close', () => reject(new Error(`iamql ended without ${text}; it said: ${output.stderr}`)));
    look();
  });
}

/** The environment of someone with credentials for that endpoint. A cut answer is not asked for again. */
export function awsEnv(endpointUrl: string): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_MAX_ATTEMPTS: '1',
  };
}
