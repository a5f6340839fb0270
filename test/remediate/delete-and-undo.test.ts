import { describe, expect, test } from 'vitest';
import { foundingControlId } from '../../src/controls/load-controls.ts';
import { Journal } from '../../src/remediate/journal.ts';
import { renderUndone } from '../../src/report/remediation-run.ts';
import type { ScenarioUser } from '../support/aws-endpoint.ts';
import { changesOf, DAY_MS, key, remediatedAccount, three, told, USED, user } from './remediated-account.ts';

const account = remediatedAccount();

describe('deleting', () => {
  /** Keys that this tool has turned off, and a plan for later. */
  async function turnedOff(users: readonly ScenarioUser[] = three) {
    const endpoint = account.start({ users });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    endpoint.setScenario({ ...endpoint.scenario, users: [...endpoint.account.users] });
    endpoint.forgetCalls();
    // Right before the hold is over.
    return { endpoint, journal, plan: await account.plan({ now: later(13.5 * DAY_MS)() }) };
  }
  const later = (ms: number) => () => new Date(Date.now() + ms);

  test('only what this tool has turned off, and that long ago', async () => {
    const { endpoint, journal, plan } = await turnedOff([...three, user('other', [key('O', { status: 'Inactive' })])]);
    const early = await account.apply(plan, { journal, action: 'delete', clock: later(13.6 * DAY_MS) });
    expect(told(early)[0]).toMatch(
      /^AKIAEXAMPLEA: skipped: turned off .*, which is less than --hold ago: not before 20/,
    );
    expect(changesOf(endpoint)).toEqual([]);
    endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, lastUsed: USED }));
    endpoint.account.replaceKey('AKIAEXAMPLEC', (it) => ({ ...it, status: 'Active' }));
    const applied = await account.apply(plan, { journal, action: 'delete', clock: later(14.2 * DAY_MS) });
    expect(told(applied)).toEqual([
      'AKIAEXAMPLEA: done',
      'AKIAEXAMPLEB: skipped: it was used: 2024-04-01T01:02:00Z',
      'AKIAEXAMPLEC: skipped: it is Active now',
      'AKIAEXAMPLEO: before: left alone: the journal does not say that this tool turned it off: delete it by hand, or not at all',
    ]);
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA deleted']);
  });

  test('the first batch that has one that was off long enough, before those that are to wait', async () => {
    const endpoint = account.start({ users: three });
    const journal = account.newJournal();
    const first = await account.plan({ batchSize: 1 });
    await account.apply(first, { journal, batches: 2 });
    const clock = later(10 * DAY_MS);
    await account.apply(await account.plan({ now: clock() }), { journal, clock });
    endpoint.setScenario({ ...endpoint.scenario, users: [...endpoint.account.users] });
    endpoint.forgetCalls();
    const now = later(15 * DAY_MS);
    const applied = await account.apply(await account.plan({ batchSize: 1, now: now() }), {
      ...{ journal, action: 'delete', clock: now },
    });
    expect([applied.batches, changesOf(endpoint)]).toEqual([[2], ['AKIAEXAMPLEB deleted']]);
  });

  test('not with another journal, nor what was found off after a crash, nor what others turned on and off since', async () => {
    const { endpoint, journal, plan } = await turnedOff();
    const clock = later(14.2 * DAY_MS);
    const other = await account.apply(plan, { journal: account.newJournal(), action: 'delete', clock });
    expect(told(other).every((line) => line.includes('the journal does not say'))).toBe(true);
    const [first, second, third] = endpoint.account.users;
    const lastRotated = new Date(Date.now() + 2 * DAY_MS).toISOString();
    const users = [second, third].flatMap((one) => one ?? []);
    endpoint.setScenario({
      ...endpoint.scenario,
      users: [{ ...(first as ScenarioUser), accessKeys: [{ ...key('A'), status: 'Inactive', lastRotated }] }, ...users],
      report: { generatedTime: new Date(Date.now() + 10 * DAY_MS).toISOString() },
    });
    const [anew] = told(await account.apply(plan, { journal, action: 'delete', clock }));
    expect(anew).toMatch(/after this tool turned it off: somebody else did that$/);
    const crashed = account.newJournal();
    const open = await Journal.open(crashed);
    const [intent] = Journal.read(journal);
    const { format: _format, n: _n, digest: _digest, ...written } = intent as never as Record<string, never>;
    open.append(written as never);
    open.close();
    endpoint.setScenario({
      ...endpoint.scenario,
      users: three.map((one) => ({
        ...one,
        accessKeys: one.accessKeys.map((it) => ({ ...it, status: 'Inactive' as const })),
      })),
    });
    const found = await account.apply(plan, { journal: crashed, action: 'delete', clock });
    expect(found.settled.map(({ isDone }) => isDone)).toEqual([true]);
    expect(told(found)[0]).toContain('is not certain: it was found off after a crash');
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEB deleted', 'AKIAEXAMPLEC deleted']);
  });

  test.each([
    ['by a slot that the plan does not name', 1, '2024-03-05T00:00:00+00:00'],
    ['by the time at which it was turned off', 1, '2026-03-05T00:00:00+00:00'],
  ] as const)('not what is excepted %s', async (_what, slot, createDate) => {
    const { endpoint, journal, plan } = await turnedOff([user('ana', [key('A', { slot })])]);
    const exception = {
      ...{ control: foundingControlId, account: '111122223333', asset: 'ana', reason: 'drill', owner: 'team' },
      ...{ key: { slot, createDate }, expires: '2099-01-01T00:00:00+00:00', ticket: undefined, place: 'x:1:1' },
    };
    const [batch] = plan.batches;
    const [step] = batch?.steps ?? [];
    if (!batch || !step) throw new Error('nothing was planned');
    const forged = { ...plan, batches: [{ ...batch, steps: [{ ...step, evidence: { ...step.evidence, slot: 2 } }] }] };
    const setting = { journal, action: 'delete' as const, clock: later(14.2 * DAY_MS), exceptions: [exception] };
    expect(told(await account.apply(forged, setting))[0]).toContain('skipped: excepted until 2099-01-01T00:00:00Z');
    expect(changesOf(endpoint)).toEqual([]);
    expect((await account.plan({ exceptions: [exception] })).excepted).toMatchObject([{ accessKeyId: 'AKIAEXAMPLEA' }]);
  });

  test('not what was changed since, whatever the report says of another key that is off', async () => {
    const second = key('B', { slot: 2, createDate: '2024-05-05T00:00:00Z', status: 'Inactive' });
    const { endpoint, journal, plan } = await turnedOff([user('ana', [key('A', { slot: 1 }), second])]);
    const lastRotated = new Date(Date.now() + 2 * DAY_MS).toISOString();
    endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, lastRotated }));
    endpoint.setScenario({
      ...endpoint.scenario,
      users: [...endpoint.account.users],
      report: { generatedTime: new Date(Date.now() + 10 * DAY_MS).toISOString() },
    });
    const [first] = told(await account.apply(plan, { journal, action: 'delete', clock: later(14.2 * DAY_MS) }));
    expect(first).toMatch(/^AKIAEXAMPLEA: skipped: it was changed .*, after this tool turned it off/);
    expect(changesOf(endpoint)).toEqual([]);
  });
});

describe('undo', () => {
  test('turns on what the journal says is off, once, and apply leaves it alone', async () => {
    const endpoint = account.start({ users: three });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    endpoint.forgetCalls();
    const dry = await account.undo(journal, { isDry: true });
    expect(dry.keys.map(({ outcome }) => outcome)).toEqual(['would', 'would', 'would']);
    expect(changesOf(endpoint)).toEqual([]);
    endpoint.account.replaceKey('AKIAEXAMPLEA', () => undefined);
    endpoint.account.replaceUser('b', { ...(three[1] as ScenarioUser), userId: 'AIDAANOTHERUSEREXAMPLE' });
    const undone = await account.undo(journal);
    expect(undone.keys.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['skipped', 'the key is gone'],
      ['skipped', 'another user has that name'],
      ['done', undefined],
    ]);
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEC Active']);
    expect((await account.undo(journal)).keys).toHaveLength(2);
    expect((await account.undo(journal, { keys: ['AKIAEXAMPLEC'] })).stopped?.kind).toBe('InvalidInput');
    const again = await account.apply(await account.plan(), { journal });
    expect(told(again).at(-1)).toMatch(/^AKIAEXAMPLEC: skipped: turned on again by undo/);
  });

  test('not what was used after it was turned off, nor, unless it is named, what was found off', async () => {
    const endpoint = account.start({ users: three, faults: [{ action: 'UpdateAccessKey', skip: 2, cut: true }] });
    const journal = account.newJournal();
    const plan = await account.plan();
    expect((await account.apply(plan, { journal })).stopped).toBeDefined();
    endpoint.setScenario({ ...endpoint.scenario, faults: [], users: [...endpoint.account.users] });
    const lastUsed = { ...USED, date: new Date(Date.now() + 60_000).toISOString() };
    endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, lastUsed }));
    endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, lastUsed: USED }));
    endpoint.forgetCalls();
    const reasons = (await account.undo(journal)).keys.map(({ outcome, reason }) => `${outcome} ${reason}`);
    expect(reasons).toEqual([
      expect.stringMatching(/^skipped it was used .*, after this tool turned it off: .*--status Active$/),
      'done undefined',
      'skipped whether this tool turned it off is not certain: name the key to turn it on',
    ]);
    await account.undo(journal, { keys: ['AKIAEXAMPLEC'] });
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEB Active', 'AKIAEXAMPLEC Active']);
  });

  test('what a run that was cut off has left open is said before anything is changed', async () => {
    account.start({ users: three });
    const file = account.newJournal();
    const dying = (journal: Journal): Journal => {
      const append = journal.append.bind(journal);
      journal.append = (written) => {
        if (written.kind === 'done') throw new Error('died');
        append(written);
      };
      return journal;
    };
    await expect(account.apply(await account.plan(), { journal: file, around: dying })).rejects.toThrow('died');
    const dry = await account.undo(file, { isDry: true });
    expect([dry.open, dry.keys]).toEqual([1, []]);
    expect(renderUndone(dry, '111122223333', file)).toContain('A run that was cut off has left open');
  });

  test('not what somebody else changed since, as the report says, unless it is named', async () => {
    const endpoint = account.start({ users: three });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    const lastRotated = new Date(Date.now() + 2 * DAY_MS).toISOString();
    endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, lastRotated }));
    const generatedTime = new Date(Date.now() + 3 * DAY_MS).toISOString();
    const users = [...endpoint.account.users];
    endpoint.setScenario({ ...endpoint.scenario, users, report: { generatedTime } });
    endpoint.forgetCalls();
    const [, second] = (await account.undo(journal)).keys;
    expect(second).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringMatching(/^it was changed .*: name the key/),
    });
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Active', 'AKIAEXAMPLEC Active']);
    await account.undo(journal, { keys: ['AKIAEXAMPLEB'] });
    expect(changesOf(endpoint).at(-1)).toBe('AKIAEXAMPLEB Active');
  });

  test('says which keys somebody had used before, of which AWS told too late, and which are on', async () => {
    const endpoint = account.start({ users: three });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, lastUsed: USED }));
    endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, status: 'Active' }));
    const dry = await account.undo(journal, { isDry: true });
    expect(dry.keys.map(({ outcome, lastUsed }) => [outcome, lastUsed])).toEqual([
      ['would', USED.date],
      ['before', null],
      ['would', null],
    ]);
    expect(renderUndone(dry, '111122223333', journal)).toContain(
      'it was in use: AWS says now that it was used 2024-04-01T01:02:00Z, before it was turned off',
    );
  });

  test('of somebody else account there is nothing', async () => {
    account.start({ users: three });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    const elsewhere = await account.undo(journal, { accountId: '444455556666' });
    expect(elsewhere).toMatchObject({ keys: [], otherAccounts: ['111122223333'] });
    expect(renderUndone(elsewhere, '444455556666', journal)).toContain(
      'the journal knows keys of other accounts: 111122223333',
    );
    const later = new Date(Date.now() + DAY_MS).toISOString().replace('Z', '+00:00');
    expect((await account.undo(journal, { since: later })).keys).toEqual([]);
  });
});
