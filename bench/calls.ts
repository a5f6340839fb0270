import { findControls, foundingControlId } from '../src/controls/load-controls.ts';
import { manyUsers, type Scenario, startAwsEndpoint } from '../test/support/aws-endpoint.ts';
import { cli, environment, run } from './account.ts';
import type { Line } from './line.ts';

/** AWS calls, counted at the endpoint: the same for 10 and for 5,000 users, and per finding only what names its keys. */
export async function benchCalls(): Promise<readonly Line[]> {
  const [founding] = await findControls([foundingControlId]);
  const text = founding?.rules[0]?.query ?? '';
  const lines: Line[] = [];
  for (const count of [10, 5000]) {
    const users = manyUsers(count, 2);
    lines.push(await calls(`query, ${count} users, fresh report`, { users }, ['query', text], 1));
    lines.push(
      await calls(`query, ${count} users, no report yet`, { users, report: { state: 'absent' } }, ['query', text], 4),
    );
    // The report, and for each of two findings the list of keys and the last use of each.
    lines.push(await calls(`check, ${count} users, 2 findings`, { users }, ['check'], undefined));
  }
  return lines;
}

async function calls(
  what: string,
  scenario: Scenario,
  args: readonly string[],
  most: number | undefined,
): Promise<Line> {
  const endpoint = await startAwsEndpoint(scenario);
  try {
    await run([cli, ...args], environment(endpoint.url), [0, 1]);
    const counts = endpoint.counts();
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const measured = Object.entries(counts).map(([action, count]) => `${count} ${action}`);
    return {
      what: `AWS calls, ${what}`,
      measured: measured.join(', '),
      bound: most ? `at most ${most}` : '',
      isMet: total <= (most ?? total),
    };
  } finally {
    await endpoint.close();
  }
}
