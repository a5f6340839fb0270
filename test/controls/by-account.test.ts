import { expect, test } from 'vitest';
import { rollUp } from '../../src/controls/by-account.ts';
import type { Finding } from '../../src/controls/finding.ts';
import type { RuleRun } from '../../src/controls/run-control.ts';
import { failed, withRule } from '../report/example-runs.ts';

const A = '111122223333';
const B = '444455556666';
const accounts = [A, B].map((id) => ({ id, name: id, organization: undefined, units: [], tags: {} }));

const example = failed.rules[0]?.findings[0];
const of = (account: string | undefined): Finding => ({ ...(example as Finding), account });
const denied = (account?: string) => ({ code: 'AccessDenied', message: 'no', ...(account ? { account } : {}) });

type Outcome = Pick<RuleRun, 'verdict'> & Partial<RuleRun>;

/** What a rule says of both, and what that is of each. */
const rows: readonly (readonly [name: string, outcome: Outcome, a: string, b: string])[] = [
  ['nothing found', { verdict: 'PASS' }, 'PASS', 'PASS'],
  ['found in one', { verdict: 'FAIL', findings: [of(A)] }, 'FAIL', 'PASS'],
  ['one unreadable', { verdict: 'ERROR', errors: [denied(B)] }, 'PASS', 'ERROR'],
  ['found in one, the other unreadable', { verdict: 'FAIL', findings: [of(A)], errors: [denied(B)] }, 'FAIL', 'ERROR'],
  ['found in one that is read in part', { verdict: 'FAIL', findings: [of(A)], errors: [denied(A)] }, 'FAIL', 'PASS'],
  ['an error of nobody in particular', { verdict: 'ERROR', errors: [denied()] }, 'ERROR', 'ERROR'],
  ['an ERROR without a reason', { verdict: 'ERROR' }, 'ERROR', 'ERROR'],
  [
    'found somewhere, one unreadable',
    { verdict: 'FAIL', findings: [of(undefined)], errors: [denied(B)] },
    'FAIL',
    'ERROR',
  ],
  ['not asked account by account', { verdict: 'ERROR', errors: [denied(B)], isByAccount: false }, 'ERROR', 'ERROR'],
  ['a value of all together', { verdict: 'FAIL', failsBeyondFindings: true }, 'ERROR', 'ERROR'],
];

test.each(rows)('%s', (_name, outcome, ...expected) => {
  const run = withRule(failed, { findings: [], isByAccount: true, ...outcome });
  const { verdicts, passed, failed: failing, notJudged } = rollUp(run, accounts);
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(expected);
  expect(passed + failing + notJudged).toBe(accounts.length);
});
