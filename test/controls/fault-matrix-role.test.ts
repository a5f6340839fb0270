import { expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { scriptedAccount } from '../inventory/live-account.ts';
import { clean, questions } from '../support/asked-account.ts';
import { lastingFaults } from '../support/lasting-faults.ts';

const roleArn = 'arn:aws:iam::111122223333:role/Audit';
const account = scriptedAccount({ roleArn, timeouts: { answerMs: 1_000 } });
const scenario = { ...clean, roles: [{ arn: roleArn }] };
const question = questions['GetCredentialReport'] as { readonly text: string };

async function verdictOf(...faults: readonly { readonly action: string }[]) {
  const { verdict, errors } = await judge(account.open({ ...scenario, faults }), question, parseExpectation('eq []'));
  return [verdict, errors.length > 0];
}

/** An answer in one piece has no pages. */
const isHarmless = (fault: string): boolean => /^a slow answer|^an empty page|^the same marker/.test(fault);

/** The one call that comes before all others, and that no question decides. */
test.each(Object.entries(lastingFaults))('AssumeRole with %s is never taken for clean', async (name, fault) => {
  expect(await verdictOf()).toEqual(['PASS', false]);
  expect(await verdictOf({ action: 'AssumeRole', ...fault })).toEqual(
    isHarmless(name) ? ['PASS', false] : ['ERROR', true],
  );
  expect(account.counts()['AssumeRole']).toBeGreaterThan(0);
});
