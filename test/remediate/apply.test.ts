import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../src/remediate/journal.ts';
import {
  changesOf,
  DAY_MS,
  key,
  kinds,
  OPERATOR,
  remediatedAccount,
  three,
  told,
  USED,
  user,
} from './remediated-account.ts';

const account = remediatedAccount();

test('without --yes nothing is changed and nothing written', async () => {
  const endpoint = account.start({ users: three });
  const plan = await account.plan();
  const journal = account.newJournal();
  const applied = await account.apply(plan, { isDry: true, journal });
  expect(told(applied)).toEqual(['AKIAEXAMPLEA: would', 'AKIAEXAMPLEB: would', 'AKIAEXAMPLEC: would']);
  expect(applied.rejudged[0]).toMatchObject({ userName: 'a', before: { verdict: 'FAIL' }, after: undefined });
  expect(changesOf(endpoint)).toEqual([]);
  expect(() => readFileSync(journal)).toThrow('ENOENT');
});

test('each key is turned off once, written down before and after, and judged anew', async () => {
  const endpoint = account.start({ users: three });
  const plan = await account.plan();
  const journal = account.newJournal();
  const applied = await account.apply(plan, { journal });
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive', 'AKIAEXAMPLEC Inactive']);
  expect(kinds(journal).slice(0, 2)).toEqual(['intent deactivate AKIAEXAMPLEA', 'done deactivate AKIAEXAMPLEA']);
  expect(Journal.read(journal)[0]).toMatchObject({
    account: '111122223333',
    userName: 'a',
    plan: plan.digest,
    by: OPERATOR,
  });
  expect(applied.rejudged.map(({ before, after }) => [before.verdict, after?.verdict])).toEqual(
    three.map(() => ['FAIL', 'PASS']),
  );
  expect(applied).toMatchObject({ stopped: undefined, left: 0 });
  const again = await account.apply(plan, { journal, batches: 'all' });
  expect(told(again)).toEqual(['A', 'B', 'C'].map((id) => expect.stringMatching(`^AKIAEXAMPLE${id}: before: done 20`)));
  expect(changesOf(endpoint)).toHaveLength(3);
});

test('one batch a run, unless told', async () => {
  const endpoint = account.start({ users: three });
  const plan = await account.plan({ batchSize: 1 });
  const journal = account.newJournal();
  for (const batch of [1, 2]) expect((await account.apply(plan, { journal })).batches).toEqual([batch]);
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']);
  expect((await account.apply(plan, { journal, batches: 'all' })).batches).toEqual([1, 2, 3]);
  expect(changesOf(endpoint)).toHaveLength(3);
  const none = await account.apply(plan, { journal, batches: 9 });
  expect(none.stopped?.message).toBe('the plan has no batch 9: it has 3');
});

test('a third key, beyond the slots of the report', async () => {
  const keys = [key('1', { lastUsed: USED }), key('2', { createDate: '2024-04-05T00:00:00Z', lastUsed: USED })];
  const endpoint = account.start({
    users: [user('farah', [...keys, key('3', { createDate: '2024-05-05T00:00:00Z' })])],
    report: { columns: 'with-additional' },
  });
  const applied = await account.apply(await account.plan(), { journal: account.newJournal() });
  expect(told(applied)).toEqual(['AKIAEXAMPLE3: done']);
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLE3 Inactive']);
});

describe('judged anew', () => {
  /** From the change on, AWS shows the key as it was before, so many times. */
  function showsFormer(times: number): void {
    const { endpoint } = account;
    let looks = Number.NaN;
    endpoint.onCall = ({ action }) => {
      if (action === 'UpdateAccessKey') looks = 0;
      if (action !== 'ListAccessKeys' || Number.isNaN(looks)) return;
      looks += 1;
      const status = looks <= times ? 'Active' : 'Inactive';
      endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, status }));
    };
  }

  test.each([
    ['AWS that answers late is asked again', 2, 'PASS', []],
    ['a key that somebody turns on again at once is still found', 1_000, 'FAIL', ['AKIAEXAMPLEA']],
  ])('%s', async (_name, times, verdict, keys) => {
    const endpoint = account.start({ users: [user('ana', [key('A')])] });
    const plan = await account.plan();
    showsFormer(times);
    const { rejudged } = await account.apply(plan, { journal: account.newJournal() });
    expect(rejudged[0]?.after?.verdict).toBe(verdict);
    expect(rejudged[0]?.after?.keys.map(({ accessKeyId }) => accessKeyId)).toEqual(keys);
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive']);
  });

  test.each([
    ['is gone', undefined],
    ['is another one of that name', { ...user('ana', []), userId: 'AIDAANOTHERUSEREXAMPLE' }],
  ])('a user who %s is no user who passes', async (_what, other) => {
    const endpoint = account.start({ users: [user('ana', [key('A')])] });
    const plan = await account.plan();
    endpoint.onCall = ({ action }) => {
      if (action === 'UpdateAccessKey') setImmediate(() => endpoint.account.replaceUser('ana', other));
    };
    const { rejudged } = await account.apply(plan, { journal: account.newJournal() });
    expect(rejudged[0]?.after).toMatchObject({ verdict: 'ERROR', errors: [{ code: 'NotCollected' }] });
  });

  test('also a user for whom a request was sent and no answer came', async () => {
    const fault = { action: 'UpdateAccessKey', times: 1, cut: true };
    account.start({ users: three, faults: [fault] });
    const applied = await account.apply(await account.plan(), { journal: account.newJournal() });
    expect(applied.stopped?.message).toContain('AWS shows that it was done');
    expect(applied.rejudged).toMatchObject([
      { userName: 'a', before: { verdict: 'FAIL' }, after: { verdict: 'PASS' }, changed: ['AKIAEXAMPLEA'] },
    ]);
  });

  test('what cannot be judged anew is an error, and what was done stays done', async () => {
    const endpoint = account.start({ users: [user('ana', [key('A')])] });
    const plan = await account.plan();
    endpoint.setScenario({
      ...{ callerArn: OPERATOR, users: [user('ana', [key('A')])] },
      faults: [{ action: 'GetUser', skip: 1, error: { code: 'AccessDenied' } }],
    });
    const applied = await account.apply(plan, { journal: account.newJournal() });
    expect(applied.rejudged[0]?.after).toMatchObject({ verdict: 'ERROR', errors: [{ code: 'AccessDenied' }] });
    expect(told(applied)).toEqual(['AKIAEXAMPLEA: done']);
  });
});

describe('time that passes in between:', () => {
  test('a key is looked at again where writing down took long, and left alone if it was used', async () => {
    const endpoint = account.start({ users: three });
    const plan = await account.plan();
    const file = account.newJournal();
    let nowMs = Date.now();
    const slow = (journal: Journal): Journal => {
      const append = journal.append.bind(journal);
      journal.append = (written) => {
        append(written);
        if (written.kind !== 'intent' || nowMs > Date.now() + 60_000) return;
        nowMs += 5 * 60_000;
        endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, lastUsed: USED }));
      };
      return journal;
    };
    const applied = await account.apply(plan, { journal: file, around: slow, clock: () => new Date(nowMs) });
    expect(told(applied)[0]).toBe('AKIAEXAMPLEA: skipped: it was used: 2024-04-01T01:02:00Z');
    expect(kinds(file).slice(0, 3)).toEqual(
      ['intent', 'void', 'skipped'].map((kind) => `${kind} deactivate AKIAEXAMPLEA`),
    );
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEB Inactive', 'AKIAEXAMPLEC Inactive']);
  });

  test('the request is signed by the clock of AWS, which would refuse another', async () => {
    const endpoint = account.start({ users: [user('ana', [key('A')])], clockAheadMs: 3 * DAY_MS });
    await account.apply(await account.plan(), { journal: account.newJournal() });
    const sent = endpoint.calls.find(({ action }) => action === 'UpdateAccessKey');
    expect(sent?.signedAt.slice(0, 8)).toBe(
      new Date(Date.now() + 3 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
    );
  });

  test('a plan that expires is not gone on with', async () => {
    const endpoint = account.start({ users: three });
    const plan = await account.plan();
    const clock = () => new Date(Date.now() + (changesOf(endpoint).length > 0 ? DAY_MS : 0));
    const applied = await account.apply(plan, { journal: account.newJournal(), clock });
    expect(applied.stopped?.kind).toBe('TooOld');
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive']);
  });
});

test('a control that is asked with two sets of values, of which one finds the key', async () => {
  const id = 'aws-iam-unused-credentials-are-disabled';
  const createDate = new Date(Date.now() - 60 * DAY_MS).toISOString();
  const endpoint = account.start({ users: [user('ana', [key('A', { createDate })])] });
  const asked = [45, 90].map((maxUnusedDays) => ({ id, parameters: { maxUnusedDays } }));
  for (const controls of [asked, asked.toReversed()]) {
    const plan = await account.plan({ controls });
    expect(plan.controls.map(({ verdict }) => verdict).toSorted()).toEqual(['FAIL', 'PASS']);
    expect(told(await account.apply(plan, { journal: account.newJournal(), isDry: true }))).toEqual([
      'AKIAEXAMPLEA: would',
    ]);
  }
  const applied = await account.apply(await account.plan({ controls: asked }), { journal: account.newJournal() });
  expect(applied.rejudged).toMatchObject([{ before: { verdict: 'FAIL' }, after: { verdict: 'PASS' } }]);
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive']);
});

test('a step that is under way when somebody interrupts is finished, and no other begun', async () => {
  const endpoint = account.start({ users: three });
  const journal = account.newJournal();
  const plan = await account.plan();
  const applied = await account.apply(plan, { journal, isInterrupted: () => changesOf(endpoint).length === 1 });
  expect(applied.stopped?.kind).toBe('Interrupted');
  expect(kinds(journal)).toEqual(['intent deactivate AKIAEXAMPLEA', 'done deactivate AKIAEXAMPLEA']);
});
