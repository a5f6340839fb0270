import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '../aws/config-service.ts';
import { packageRoot } from '../package-root.ts';
import { evaluate, type LambdaContext } from './evaluate.ts';
import { parseInvocation } from './invocation.ts';

/** What AWS Lambda calls for a rule of AWS Config. Beside it lies the control, as `iamql guardrails config` wrote it. */
export async function handler(event: unknown, context?: LambdaContext): Promise<readonly Evaluation[]> {
  const invocation = parseInvocation(event);
  const control = JSON.parse(readFileSync(join(packageRoot, 'control.json'), 'utf8'));
  return evaluate(control, invocation, context);
}
