import { parseCredentialReport } from '../src/iam/credential-report.ts';
import { renderCredentialReport } from '../test/support/aws-endpoint.ts';
import { largeAccount } from './account.ts';
import { type Line, medians, ms } from './line.ts';

const BOUND = 3;

/** Reading a credential report of 5,000 rows against splitting its text on commas. */
export async function benchReport(): Promise<readonly Line[]> {
  const csv = renderCredentialReport(largeAccount());
  const times = await medians(41, {
    split: () => csv.split('\n').map((line) => line.split(',')),
    parse: () => parseCredentialReport(csv),
  });
  const ratio = times.parse / times.split;
  const size = `${(csv.length / 1e6).toFixed(1)} MB`;
  const measured = `${ratio.toFixed(2)} x (${ms(times.parse)} against ${ms(times.split)})`;
  return [
    {
      what: `reading a 5,000-row report (${size}) against splitting on commas`,
      measured,
      bound: `at most ${BOUND} x`,
      isMet: ratio <= BOUND,
    },
  ];
}
