import { describe, expect, test } from 'vitest';
import { changesOf, kinds, OPERATOR, remediatedAccount, statuses, three, told, USED } from './remediated-account.ts';

const account = remediatedAccount();

describe('what AWS answers that is not expected', () => {
  test('throttling is looked at again before it is tried again', async () => {
    const throttled = { action: 'UpdateAccessKey', error: { code: 'Throttling' }, skip: 1, times: 2 };
    const endpoint = account.start({ users: three, faults: [throttled] });
    const journal = account.newJournal();
    const plan = await account.plan();
    // It is used while the second try is waited for.
    let tries = 0;
    endpoint.onCall = ({ action, params }) => {
      if (action !== 'UpdateAccessKey' || params['AccessKeyId'] !== 'AKIAEXAMPLEB') return;
      tries += 1;
      if (tries === 2) endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, lastUsed: USED }));
    };
    expect(told(await account.apply(plan, { journal }))).toEqual([
      'AKIAEXAMPLEA: done',
      'AKIAEXAMPLEB: skipped: it was used: 2024-04-01T01:02:00Z',
      'AKIAEXAMPLEC: done',
    ]);
    expect(statuses(endpoint)).toEqual({ AKIAEXAMPLEA: 'Inactive', AKIAEXAMPLEB: 'Active', AKIAEXAMPLEC: 'Inactive' });
    expect(kinds(journal).filter((line) => line.endsWith('B'))).toEqual([
      'intent deactivate AKIAEXAMPLEB',
      'void deactivate AKIAEXAMPLEB',
      'intent deactivate AKIAEXAMPLEB',
      'void deactivate AKIAEXAMPLEB',
      'skipped deactivate AKIAEXAMPLEB',
    ]);
  });

  test.each([
    ['throttling without end', { error: { code: 'Throttling' } }, 'Throttled'],
    ['denial', { error: { code: 'AccessDenied' } }, 'AccessDenied'],
    ['expired credentials', { error: { code: 'ExpiredToken' } }, 'ExpiredCredentials'],
  ])('%s in the middle of a batch stops it, and nothing was done', async (_name, fault, kind) => {
    const endpoint = account.start({ users: three, faults: [{ action: 'UpdateAccessKey', skip: 1, ...fault }] });
    const journal = account.newJournal();
    const plan = await account.plan();
    const applied = await account.apply(plan, { journal });
    expect(applied.stopped?.kind).toBe(kind);
    expect(applied.left).toBe(2);
    expect(statuses(endpoint)).toEqual({ AKIAEXAMPLEA: 'Inactive', AKIAEXAMPLEB: 'Active', AKIAEXAMPLEC: 'Active' });
    expect(kinds(journal).at(-1)).toBe('void deactivate AKIAEXAMPLEB');
    account.endpoint.setScenario({ ...endpoint.scenario, faults: [], users: [...endpoint.account.users] });
    expect(told(await account.apply(plan, { journal }))).toEqual([
      expect.stringMatching(/^AKIAEXAMPLEA: before: done 20/),
      'AKIAEXAMPLEB: done',
      'AKIAEXAMPLEC: done',
    ]);
  });

  test.each([
    ['an answer that is cut', { cut: true }, 'done'],
    ['no answer', { hang: true }, 'done'],
    ['a page that is not of AWS', { garbage: true as const }, 'done'],
    ['a server error', { error: { code: 'InternalFailure' } }, 'intent'],
  ])('%s stops it; AWS is asked what is true', async (_name, fault, last) => {
    const endpoint = account.start({ users: three, faults: [{ action: 'UpdateAccessKey', times: 1, ...fault }] });
    const journal = account.newJournal();
    const plan = await account.plan();
    const applied = await account.apply(plan, { journal });
    expect(applied.stopped?.message).toMatch(last === 'done' ? /AWS shows that it was done/ : /is not certain/);
    expect(kinds(journal).at(-1)).toBe(`${last} deactivate AKIAEXAMPLEA`);
    expect(changesOf(endpoint)).toHaveLength(1);
    const resumed = await account.apply(plan, { journal });
    expect(resumed.settled.map(({ isDone }) => isDone)).toEqual(last === 'done' ? [] : [false]);
    expect(Object.values(statuses(endpoint))).toEqual(['Inactive', 'Inactive', 'Inactive']);
    expect(changesOf(endpoint)).toHaveLength(last === 'done' ? 3 : 4);
  });

  test.each(['GetUser', 'ListAccessKeys', 'GetAccessKeyLastUsed'])(
    '%s denied: nobody knows, so it stops',
    async (action) => {
      const endpoint = account.start({ users: three });
      const plan = await account.plan();
      endpoint.setScenario({
        callerArn: OPERATOR,
        users: three,
        faults: [{ action, error: { code: 'AccessDenied' } }],
      });
      const applied = await account.apply(plan, { journal: account.newJournal() });
      expect(applied.stopped?.kind).toBe('AccessDenied');
      expect(applied.steps).toEqual([]);
      expect(changesOf(endpoint)).toEqual([]);
    },
  );
});
