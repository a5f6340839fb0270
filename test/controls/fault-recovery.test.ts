import { expect, test, vi } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { scriptedAccount } from '../inventory/live-account.ts';
import { clean, questions } from '../support/asked-account.ts';
import type { Fault } from '../support/aws-endpoint.ts';

const account = scriptedAccount();

const passing: Readonly<Record<string, Omit<Fault, 'action'>>> = {
  'throttled twice': { error: { code: 'Throttling' }, times: 2 },
  'a server error, twice': { error: { code: 'InternalFailure' }, times: 2 },
  'a connection cut within the body, twice': { cut: true, times: 2 },
};

/** All at the same time, each from an account of its own, because what is struck waits before it asks again. */
test.each(Object.entries(passing))('%s, every call is made again and its question passes', async (_name, fault) => {
  vi.stubEnv('AWS_MAX_ATTEMPTS', '6');
  const asked = Object.entries(questions).filter(([, { scenario }]) => !scenario);
  const faults = asked.map(([action]) => ({ action, ...fault }));
  account.open({ ...clean, faults });
  const verdicts = await Promise.all(
    asked.map(async ([action, question]) => {
      const { verdict, errors } = await judge(account.another(question.freshness), question, parseExpectation('eq []'));
      return [action, verdict, errors.map(String)];
    }),
  );
  expect(verdicts).toEqual(asked.map(([action]) => [action, 'PASS', []]));
  for (const [action] of asked) expect([action, account.counts()[action]]).toEqual([action, expect.any(Number)]);
  for (const [action] of asked) expect(account.counts()[action]).toBeGreaterThan(2);
});
