import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import { manyUsers, type Scenario } from '../test/support/aws-endpoint.ts';

/** AWS's documented example credentials; the endpoint is on the loopback. */
export const environment = (endpoint: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
});

/** 5,000 users of whom 20 have an active key that was never used, and a report in today's format. */
export const largeAccount = (): Scenario => ({ users: manyUsers(5000, 20), report: { columns: 'with-additional' } });

export const cli = join(packageRoot, 'bin', 'iamql.js');

/** Runs a Node program to its end. @throws Error when its exit code is not one of `codes`. */
export function run(args: readonly string[], env: NodeJS.ProcessEnv, codes: readonly number[] = [0]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      codes.includes(code ?? -1)
        ? resolve(output)
        : reject(new Error(`${args.join(' ')} ended with ${code}: ${output}`)),
    );
  });
}
