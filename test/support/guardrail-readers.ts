import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.ts';
import { motoPython } from './moto-environment.ts';
import { pythonWith } from './python-environment.ts';

const SCRIPT = fileURLToPath(new URL('guardrail_readers.py', import.meta.url));
const READERS = [
  '--no-deps',
  // Evaluates policies with their conditions, as constraints for a solver: Apache-2.0, where others are AGPL or GPL.
  ...['iamprover==0.7.1', 'z3-solver==5.4.1.0', 'PyYAML==6.0.4'],
  // Reads HCL.
  ...['python-hcl2==8.1.4', 'lark==1.3.1', 'regex==2026.11.19'],
];
/** CloudFormation Guard itself, built for Python 3.11 and 3.12 alone. */
const GUARD = ['--no-deps', '--only-binary=:all:', 'cfn-guard-rs==0.3.3', 'PyYAML==6.0.4'];

const readersPython = (root: string): Promise<string> => pythonWith(root, 'guardrails-1', READERS);
const guardPython = (root: string): Promise<string> => pythonWith(root, 'cfn-guard-1', GUARD);

/** Makes what the tests of guardrails need, so that no test waits for it. */
export async function installGuardrailReaders(root: string): Promise<void> {
  await Promise.all([readersPython(root), (await hasGuard()) ? guardPython(root) : undefined]);
}

interface Questions {
  readonly allowed: {
    readonly ask: {
      /** A service control policy, beside FullAWSAccess; left out, FullAWSAccess alone. */
      readonly policy?: string;
      /** The policy of the principal; left out, everything is allowed. */
      readonly identity?: string;
      readonly principal: string;
      readonly action: string;
      readonly resource: string;
      /** Every key that the policy compares; `''` for one that is missing, because the solver tries all that are free. */
      readonly context: Readonly<Record<string, string>>;
    };
    readonly answer: boolean;
  };
  readonly guard: { readonly ask: { readonly template: unknown; readonly rules: string }; readonly answer: string };
  readonly hcl: { readonly ask: string; readonly answer: Readonly<Record<string, unknown>> };
  readonly invoke: {
    readonly ask: {
      readonly code: string;
      readonly event: unknown;
      readonly environment: Readonly<Record<string, string>>;
    };
    /** What a function says to CloudFormation it says to an address of its event. */
    readonly answer: null;
  };
  readonly lint: { readonly ask: string; readonly answer: readonly string[] };
  /** The properties of a rule of AWS Config for a function, whichever that is. */
  readonly rule: { readonly ask: unknown; readonly answer: string };
  readonly matches: { readonly ask: { readonly pattern: unknown; readonly event: unknown }; readonly answer: boolean };
}

const pythons = {
  allowed: readersPython,
  hcl: readersPython,
  guard: guardPython,
  invoke: motoPython,
  lint: motoPython,
  matches: motoPython,
  rule: motoPython,
};

/** Asks what the tools of a guardrail say, with one start of Python. */
export async function askTool<What extends keyof Questions>(
  what: What,
  asked: readonly Questions[What]['ask'][],
): Promise<readonly Questions[What]['answer'][]> {
  const running = promisify(execFile)(await pythons[what](packageRoot), [SCRIPT, what], { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(JSON.stringify(asked));
  return JSON.parse((await running).stdout);
}

/** Whether there is CloudFormation Guard for the Python of this machine. */
export async function hasGuard(): Promise<boolean> {
  const script = 'import sys, platform; print(sys.version_info[1], platform.system(), platform.machine())';
  const [minor, ...system] = (await promisify(execFile)('python3', ['-c', script])).stdout.trim().split(' ');
  return ['11', '12'].includes(minor ?? '') && system.join(' ') === 'Linux x86_64';
}
