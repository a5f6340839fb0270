import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { foundingControlId } from '../../src/controls/load-controls.ts';
import type { Applied } from '../../src/remediate/apply.ts';
import { Journal } from '../../src/remediate/journal.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import type { ScenarioUser } from '../support/aws-endpoint.ts';
import { changesOf, DAY_MS, key, OPERATOR, remediatedAccount, statuses, USED, user } from './remediated-account.ts';

const account = remediatedAccount();

const told = ({ steps }: Applied): readonly string[] =>
  steps.map(({ step, outcome, reason }) => `${step.accessKeyId}: ${outcome}${reason ? `: ${reason}` : ''}`);
const kinds = (file: string): readonly string[] =>
  Journal.read(file).map(({ kind, action, accessKeyId }) => `${kind} ${action} ${accessKeyId}`);

const three = ['A', 'B', 'C'].map((id) => user(id.toLowerCase(), [key(id)]));

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
  expect(told(again)).toEqual(['AKIAEXAMPLEA: before', 'AKIAEXAMPLEB: before', 'AKIAEXAMPLEC: before']);
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

describe('what has changed since the plan is never touched:', () => {
  const one = (more: Partial<ScenarioUser> = {}) => user('ana', [key('A')], more);
  const changes: readonly (readonly [what: string, change: () => void, reason: RegExp])[] = [
    [
      'a key that was used',
      () => account.endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, lastUsed: USED })),
      /it was used: 2024-04-01T01:02:00Z/,
    ],
    [
      'a key that is off',
      () => account.endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, status: 'Inactive' })),
      /it is Inactive now/,
    ],
    [
      'a key that is gone',
      () => account.endpoint.account.replaceKey('AKIAEXAMPLEA', () => undefined),
      /the key is gone/,
    ],
    ['a user who is gone', () => account.endpoint.account.replaceUser('ana', undefined), /no such user any more/],
    [
      'the key of a user who was made anew',
      () => account.endpoint.account.replaceUser('ana', one({ userId: 'AIDAANOTHERUSEREXAMPLE' })),
      /another user has that name: AIDAANOTHERUSEREXAMPLE/,
    ],
    [
      'a user who was moved',
      () => account.endpoint.account.replaceUser('ana', one({ path: '/moved/' })),
      /the user is arn:aws:iam::111122223333:user\/moved\/ana now/,
    ],
    [
      'another key of that id',
      () =>
        account.endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, createDate: '2024-06-01T00:00:00Z' })),
      /it was made 2024-06-01T00:00:00Z/,
    ],
  ];

  test.each(changes)('%s', async (_what, change, reason) => {
    const endpoint = account.start({ users: [one()] });
    const plan = await account.plan();
    change();
    const journal = account.newJournal();
    const [step] = told(await account.apply(plan, { journal }));
    expect(step).toMatch(reason);
    expect(step).toMatch(/^AKIAEXAMPLEA: skipped/);
    expect(changesOf(endpoint)).toEqual([]);
    expect(kinds(journal)).toEqual(['skipped deactivate AKIAEXAMPLEA']);
  });

  test('a key of whoever runs it, and the key that signs', async () => {
    const endpoint = account.start({ users: [user('operator', [key('O')]), user('zoe', [key('Z')])] });
    const plan = await account.plan();
    const signing = { arn: 'arn:aws:iam::111122223333:user/else', keyIds: new Set(['AKIAEXAMPLEZ']) };
    expect(told(await account.apply(plan, { journal: account.newJournal() }))).toEqual([
      'AKIAEXAMPLEO: skipped: it is a key of the user who runs this: let somebody else do it',
      'AKIAEXAMPLEZ: done',
    ]);
    account.start({ users: [user('operator', [key('O')]), user('zoe', [key('Z')])] });
    expect(told(await account.apply(plan, { journal: account.newJournal(), caller: signing }))[1]).toBe(
      'AKIAEXAMPLEZ: skipped: it is a key that you work with',
    );
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEO Inactive']);
  });

  test('the key whose credentials are in use, whoever the plan says it is of', async () => {
    const endpoint = account.start({
      users: [user('robot', [{ ...key('X'), id: EXAMPLE_CREDENTIALS.accessKeyId }])],
    });
    const [step] = told(await account.apply(await account.plan(), { journal: account.newJournal() }));
    expect(step).toContain('it is a key that you work with');
    expect(changesOf(endpoint)).toEqual([]);
  });

  test('a key that somebody has excepted since', async () => {
    const endpoint = account.start({ users: [one()] });
    const plan = await account.plan();
    const exception = {
      ...{ control: foundingControlId, account: '111122223333', asset: 'ana', reason: 'drill', owner: 'team' },
      ...{
        key: { accessKeyId: 'AKIAEXAMPLEA' },
        expires: '2099-01-01T00:00:00+00:00',
        ticket: undefined,
        place: 'x:1:1',
      },
    };
    const [step] = told(await account.apply(plan, { journal: account.newJournal(), exceptions: [exception] }));
    expect(step).toContain('excepted until 2099-01-01T00:00:00Z, owner team: drill');
    expect(changesOf(endpoint)).toEqual([]);
  });

  test('a key whose slot was changed since, as the report of today says', async () => {
    const endpoint = account.start({ users: [one()] });
    const plan = await account.plan();
    const lastRotated = new Date(Date.now() - DAY_MS).toISOString();
    endpoint.setScenario({ callerArn: OPERATOR, users: [user('ana', [key('A', { lastRotated })])] });
    const [step] = told(await account.apply(plan, { journal: account.newJournal() }));
    expect(step).toMatch(/skipped: younger than --min-age: created or last changed/);
    expect(changesOf(endpoint)).toEqual([]);
  });

  test('a key that is excepted by its slot, whatever the plan says of the slot', async () => {
    const endpoint = account.start({ users: [one()] });
    const plan = await account.plan();
    const [step] = plan.batches[0]?.steps ?? [];
    if (!step) throw new Error('nothing was planned');
    const exception = {
      ...{ control: foundingControlId, account: '111122223333', asset: 'ana', reason: 'drill', owner: 'team' },
      ...{ key: { slot: 1, createDate: '2024-03-05T00:00:00+00:00' }, expires: '2099-01-01T00:00:00+00:00' },
      ...{ ticket: undefined, place: 'x:1:1' },
    };
    const forged = { ...step, evidence: { ...step.evidence, slot: 2 } };
    const batches = [{ number: 1, action: 'deactivate' as const, group: '', steps: [forged] }];
    const journal = account.newJournal();
    const [said] = told(await account.apply({ ...plan, batches }, { journal, exceptions: [exception] }));
    expect(said).toMatch(/^AKIAEXAMPLEA: skipped/);
    expect(changesOf(endpoint)).toEqual([]);
  });

  test('whatever a plan says that somebody wrote: a key in use is judged by the control', async () => {
    const endpoint = account.start({ users: [one(), user('busy', [key('U', { lastUsed: USED })])] });
    const plan = await account.plan();
    const [batch] = plan.batches;
    const [step] = batch?.steps ?? [];
    if (!batch || !step) throw new Error('nothing was planned');
    const { userId } = { userId: (await account.plan()).batches[0]?.steps[0]?.userId ?? '' };
    const forged = {
      ...step,
      userName: 'busy',
      arn: 'arn:aws:iam::111122223333:user/busy',
      accessKeyId: 'AKIAEXAMPLEU',
      userId,
    };
    const [said] = told(
      await account.apply({ ...plan, batches: [{ ...batch, steps: [forged] }] }, { journal: account.newJournal() }),
    );
    expect(said).toMatch(/AKIAEXAMPLEU: skipped: another user has that name/);
    const busyId = endpoint.account.users.find(({ name }) => name === 'busy');
    endpoint.account.replaceUser('busy', { ...(busyId as ScenarioUser), userId });
    const [used] = told(
      await account.apply({ ...plan, batches: [{ ...batch, steps: [forged] }] }, { journal: account.newJournal() }),
    );
    expect(used).toMatch(/AKIAEXAMPLEU: skipped: it was used/);
    expect(changesOf(endpoint)).toEqual([]);
  });
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
      'AKIAEXAMPLEA: before',
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

describe('deleting', () => {
  /** Keys that this tool has turned off, and a plan for later. */
  async function turnedOff(users: readonly ScenarioUser[] = three) {
    const endpoint = account.start({ users });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    endpoint.setScenario({ ...endpoint.scenario, users: [...endpoint.account.users] });
    endpoint.forgetCalls();
    return { endpoint, journal, plan: await account.plan() };
  }
  const later = (ms: number) => () => new Date(Date.now() + ms);

  test('only what this tool has turned off, and that long ago', async () => {
    const { endpoint, journal, plan } = await turnedOff([...three, user('other', [key('O', { status: 'Inactive' })])]);
    const early = await account.apply(plan, { journal, action: 'delete', clock: later(13 * DAY_MS) });
    expect(told(early)[0]).toMatch(/^AKIAEXAMPLEA: skipped: turned off .*, which is less than --hold ago$/);
    expect(changesOf(endpoint)).toEqual([]);
    endpoint.account.replaceKey('AKIAEXAMPLEB', (it) => ({ ...it, lastUsed: USED }));
    endpoint.account.replaceKey('AKIAEXAMPLEC', (it) => ({ ...it, status: 'Active' }));
    const applied = await account.apply(plan, { journal, action: 'delete', clock: later(15 * DAY_MS) });
    expect(told(applied)).toEqual([
      'AKIAEXAMPLEA: done',
      'AKIAEXAMPLEB: skipped: it was used: 2024-04-01T01:02:00Z',
      'AKIAEXAMPLEC: skipped: it is Active now',
      'AKIAEXAMPLEO: before',
    ]);
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA deleted']);
  });

  test('not with another journal, nor what was found off after a crash, nor what others turned on and off since', async () => {
    const { endpoint, journal, plan } = await turnedOff();
    const clock = later(15 * DAY_MS);
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
    const { format: _format, n: _n, prev: _prev, ...written } = intent as never as Record<string, never>;
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

  test('of somebody else account there is nothing', async () => {
    account.start({ users: three });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    expect((await account.undo(journal, { accountId: '444455556666' })).keys).toEqual([]);
    const later = new Date(Date.now() + DAY_MS).toISOString().replace('Z', '+00:00');
    expect((await account.undo(journal, { since: later })).keys).toEqual([]);
  });
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

test('a step that is under way when somebody interrupts is finished, and no other begun', async () => {
  const endpoint = account.start({ users: three });
  const journal = account.newJournal();
  const plan = await account.plan();
  const applied = await account.apply(plan, { journal, isInterrupted: () => changesOf(endpoint).length === 1 });
  expect(applied.stopped?.kind).toBe('Interrupted');
  expect(kinds(journal)).toEqual(['intent deactivate AKIAEXAMPLEA', 'done deactivate AKIAEXAMPLEA']);
});
