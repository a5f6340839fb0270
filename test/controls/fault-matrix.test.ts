import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { scriptedAccount } from '../inventory/live-account.ts';
import { clean, everyAction, questions, questionsOfParts } from '../support/asked-account.ts';
import type { Fault } from '../support/aws-endpoint.ts';

/** What does not answer is given up soon: that it is, matters here, not when. */
const account = scriptedAccount({ timeouts: { answerMs: 1_000 } });

/** What ends without retries; test/controls/fault-recovery.test.ts has what passes with them. */
const faults: Readonly<Record<string, Omit<Fault, 'action'>>> = {
  'throttled for ever': { error: { code: 'Throttling' } },
  'throttled twice, and asked once': { error: { code: 'Throttling' }, times: 2 },
  'a server error': { error: { code: 'InternalFailure' } },
  'a connection cut within the body': { cut: true },
  'a page that is not of AWS': { garbage: true },
  'garbage XML': { garbage: '<Nonsense><a>1</a></Nonsense>' },
  'XML that breaks off': { garbage: '<Response><Result><Users><member>' },
  'an empty page that says there is more': { emptyTruncated: true },
  'the same marker again': { sameMarker: true },
  'access denied': { error: { code: 'AccessDenied' } },
  'an expired token': { error: { code: 'ExpiredToken' } },
  'no answer': { hang: true },
  'a slow answer': { delayMs: 40 },
};

/** Answers that come in one piece have no pages, so a fault of pages leaves them as they are. */
const PAGELESS = /^(Get(?!AccountAuth)|Generate|ListSAMLProviders$|ListOpenIDConnectProviders$)/;
const isHarmless = (action: string, fault: string): boolean =>
  fault === 'a slow answer' || (PAGELESS.test(action) && /^an empty page|^the same marker/.test(fault));

describe('every call there is', () => {
  test('has a question here', () => {
    expect([...everyAction].toSorted()).toEqual(Object.keys(questions).toSorted());
  });

  const all = [...Object.entries(questions), ...questionsOfParts];

  test.each(all)('%s passes where nothing is wrong, and was asked: %o', async (action, question) => {
    const inventory = account.open(question.scenario ?? clean, question.freshness);
    const { verdict, errors } = await judge(inventory, question, parseExpectation('eq []'));
    expect([verdict, errors]).toEqual(['PASS', []]);
    expect(account.counts()[action]).toBeGreaterThan(0);
  });

  describe.each(all)('%s: %o', (action, question) => {
    test.each(Object.entries(faults))('with %s is never taken for clean', async (name, fault) => {
      const scenario = { ...(question.scenario ?? clean), faults: [{ action, ...fault }] };
      const inventory = account.open(scenario, question.freshness);
      const { verdict, errors } = await judge(inventory, question, parseExpectation('eq []'));
      if (isHarmless(action, name)) expect([verdict, errors]).toEqual(['PASS', []]);
      else expect([verdict, errors.length > 0]).toEqual(['ERROR', true]);
    });
  });
});
