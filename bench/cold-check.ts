import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import { startAwsEndpoint } from '../test/support/aws-endpoint.ts';
import { builtPackage } from '../test/support/built-package.ts';
import { cli, environment, largeAccount, run } from './account.ts';
import { type Line, medians, ms } from './line.ts';

const FROM_SOURCES = 1.6;
const BUILT = 1.2;

/** `iamql check`, whole process, cold, against a process that only imports the IAM client and makes the same calls. */
export async function benchColdCheck(): Promise<readonly Line[]> {
  const endpoint = await startAwsEndpoint(largeAccount());
  const env = environment(endpoint.url);
  const folder = builtPackage();
  const built = join(folder, 'bin', 'iamql.js');
  const json = JSON.parse(await run([cli, 'check', '--format', 'json'], env, [1]));
  const users = json.controls[0].rules[0].findings.map((finding: { name: string }) => finding.name);
  const counts = async (work: () => Promise<unknown>): Promise<number> => {
    const before = endpoint.calls.length;
    await work();
    return endpoint.calls.length - before;
  };
  const floor = () => run([join(packageRoot, 'bench', 'floor.mjs'), ...users], env);
  const sources = () => run([cli, 'check'], env, [1]);
  const packaged = () => run([built, 'check'], env, [1]);
  const made = [await counts(floor), await counts(sources), await counts(packaged)];
  const times = await medians(15, { floor, sources, packaged });
  await endpoint.close();
  rmSync(folder, { recursive: true });
  const line = (what: string, time: number, bound: number): Line => ({
    what: `cold check, 5,000 users, ${users.length} findings, ${what}`,
    measured: `${(time / times.floor).toFixed(2)} x (${ms(time)} against ${ms(times.floor)})`,
    bound: `at most ${bound} x`,
    isMet: time / times.floor <= bound,
  });
  return [
    {
      what: 'the same calls by floor, sources and package',
      measured: made.join(', '),
      bound: 'equal',
      isMet: new Set(made).size === 1,
    },
    line('from the sources', times.sources, FROM_SOURCES),
    line('as the built package', times.packaged, BUILT),
  ];
}
