import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { scriptedAccount } from '../inventory/live-account.ts';
import { clean, everyAction, questions, questionsOfParts } from '../support/asked-account.ts';
import { lastingFaults as faults } from '../support/lasting-faults.ts';

const account = scriptedAccount();
/** What does not answer is given up soon: that it is, matters here, not when. */
const soon = { timeouts: { answerMs: 250 } };

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
      const inventory = account.open(scenario, question.freshness, 'hang' in fault ? soon : {});
      const { verdict, errors } = await judge(inventory, question, parseExpectation('eq []'));
      if (isHarmless(action, name)) expect([verdict, errors]).toEqual(['PASS', []]);
      else expect([verdict, errors.length > 0]).toEqual(['ERROR', true]);
    });
  });
});
