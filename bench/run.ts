import { benchCalls } from './calls.ts';
import { benchColdCheck } from './cold-check.ts';
import { benchGraph } from './graph.ts';
import type { Line } from './line.ts';
import { benchReport } from './report.ts';
import { benchServe } from './serve.ts';
import { benchSnapshot } from './snapshot.ts';
import { benchStore } from './store.ts';
import { benchWhere } from './where.ts';

/**
 * `npm run bench [NAME...]`: ratios against floors that are measured in the same run, because machines differ and are
 * shared. It exits with 1 when a bound is not met; nothing in the tests is timed.
 */
const benches: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
  calls: benchCalls,
  report: benchReport,
  check: benchColdCheck,
  serve: benchServe,
  where: benchWhere,
  graph: benchGraph,
  snapshot: benchSnapshot,
  store: benchStore,
};

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  const bench = benches[name];
  if (!bench) throw new Error(`there is no bench ${name}; there are ${Object.keys(benches).join(', ')}`);
  for (const { what, measured, bound, isMet } of await bench()) {
    if (!isMet) process.exitCode = 1;
    console.log(`${isMet ? 'ok  ' : 'MISS'}  ${what}: ${measured}${bound ? `  (${bound})` : ''}`);
  }
}
