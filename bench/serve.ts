import { spawn } from 'node:child_process';
import autocannon from 'autocannon';
import { findControls, foundingControlId } from '../src/controls/load-controls.ts';
import { manyUsers, type Scenario, startAwsEndpoint } from '../test/support/aws-endpoint.ts';
import { cli, environment, largeAccount } from './account.ts';
import { type Line, median } from './line.ts';

const BOUND = 0.6;
const SECONDS = 3;
const ROUNDS = 3;

/** Requests per second for the founding query over 5,000 users, against the same 20 assets with no filter to evaluate. */
export async function benchServe(): Promise<readonly Line[]> {
  const [founding] = await findControls([foundingControlId]);
  const filtered = await start(largeAccount());
  const unfiltered = await start({ users: manyUsers(20, 20), report: { columns: 'with-additional' } });
  try {
    const rates: { filtered: number[]; unfiltered: number[] } = { filtered: [], unfiltered: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      const withFilter = await rate(filtered.url, founding?.rules[0]?.query ?? '');
      const without = await rate(unfiltered.url, 'iamUsers{...AssetFragment}');
      if (round === 0) continue; // Warms both up.
      rates.filtered.push(withFilter);
      rates.unfiltered.push(without);
    }
    const [a, b] = [median(rates.filtered), median(rates.unfiltered)];
    const measured = `${((100 * a) / b).toFixed(0)} % (${a.toFixed(0)} against ${b.toFixed(0)} requests a second)`;
    return [
      {
        what: 'serve, founding query over 5,000 users, against the 20 assets alone',
        measured,
        bound: `at least ${BOUND * 100} %`,
        isMet: a / b >= BOUND,
      },
    ];
  } finally {
    await Promise.all([filtered.stop(), unfiltered.stop()]);
  }
}

async function start(scenario: Scenario): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const endpoint = await startAwsEndpoint(scenario);
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0'], {
    env: environment(endpoint.url),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.once('close', () => reject(new Error(`serve ended: ${output}`)));
    child.stderr.on('data', (chunk) => {
      output += chunk;
      const [found] = /http:\S+/.exec(output) ?? [];
      if (found) resolve(found);
    });
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await endpoint.close();
    },
  };
}

async function rate(url: string, query: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const result = await autocannon({
    url,
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
    connections: 4,
    duration: SECONDS,
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 200`);
  return result.requests.average;
}
