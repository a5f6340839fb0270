import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '../aws/config-service.ts';
import { packageRoot } from '../package-root.ts';
import { evaluate } from './evaluate.ts';
import { parseInvocation } from './invocation.ts';

/** What AWS Lambda says of a run. */
interface LambdaContext {
  readonly getRemainingTimeInMillis: () => number;
}

/** What AWS Lambda calls for a rule of AWS Config. Beside it lies what `iamql guardrails config` wrote: control and exceptions. */
export async function handler(event: unknown, context?: LambdaContext): Promise<readonly Evaluation[]> {
  const invocation = parseInvocation(event);
  return evaluate(read('control'), invocation, {
    exceptions: read('exceptions'),
    leftMs: context?.getRemainingTimeInMillis(),
    maxAgeMs: maxAgeMs(),
  });
}

const read = (name: string) => JSON.parse(readFileSync(join(packageRoot, `${name}.json`), 'utf8'));

/** What is no number is 0, which no facts fulfil. */
function maxAgeMs(): number | undefined {
  const written = process.env['IAMQL_MAX_AGE_MS'];
  return written === undefined ? undefined : Number(written) || 0;
}
