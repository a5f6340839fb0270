/** What `--explain` prints of a call; the shape that src/aws logs. */
export interface ExplainedCall {
  readonly action: string;
  readonly why: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Every call that was made to AWS: how often, how many requests with retries, how long in all, and why. */
export function renderCalls(calls: readonly ExplainedCall[]): string {
  if (calls.length === 0) return 'AWS calls: none\n';
  const groups = Map.groupBy(calls, ({ action, why, failed }) => JSON.stringify([action, why, failed]));
  const rows = [...groups.values()].map((group) => {
    const [first] = group as [ExplainedCall, ...ExplainedCall[]];
    const requests = group.reduce((sum, call) => sum + call.attempts, 0);
    const took = group.reduce((sum, call) => sum + call.durationMs, 0);
    const times = `${group.length} x ${first.action}${first.failed ? ' (no answer to use)' : ''}`;
    const retries = requests > group.length ? `, ${requests} requests` : '';
    return `  ${times}${retries}, ${Math.round(took)} ms: ${first.why}`;
  });
  return `AWS calls: ${calls.length}\n${rows.join('\n')}\n`;
}
