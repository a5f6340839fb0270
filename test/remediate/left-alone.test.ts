import { describe, expect, test } from 'vitest';
import { foundingControlId } from '../../src/controls/load-controls.ts';
import type { Journal } from '../../src/remediate/journal.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import type { ScenarioUser } from '../support/aws-endpoint.ts';
import { changesOf, DAY_MS, key, kinds, OPERATOR, remediatedAccount, told, USED, user } from './remediated-account.ts';

const account = remediatedAccount();

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
    const signing = { arn: 'arn:aws:iam::111122223333:user/else', sourceArns: [], keyIds: new Set(['AKIAEXAMPLEZ']) };
    expect(told(await account.apply(plan, { journal: account.newJournal() }))).toEqual([
      'AKIAEXAMPLEO: skipped: it is a key of the user who runs this: let somebody else do it',
      'AKIAEXAMPLEZ: done',
    ]);
    account.start({ users: [user('operator', [key('O')]), user('zoe', [key('Z')])] });
    expect(told(await account.apply(plan, { journal: account.newJournal(), caller: signing }))[1]).toBe(
      'AKIAEXAMPLEZ: skipped: it is a key that you work with',
    );
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEO Inactive']);
    account.start({ users: [user('operator', [key('O')]), user('zoe', [key('Z')])] });
    const asRole = {
      arn: 'arn:aws:sts::111122223333:assumed-role/Fixer/me',
      sourceArns: [OPERATOR],
      keyIds: new Set([]),
    };
    expect(told(await account.apply(plan, { journal: account.newJournal(), caller: asRole }))[0]).toBe(
      'AKIAEXAMPLEO: skipped: it is a key of the user who runs this: let somebody else do it',
    );
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
    const asAsset = { ...exception, asset: 'AKIAEXAMPLEA', key: undefined };
    const [same] = told(await account.apply(plan, { journal: account.newJournal(), exceptions: [asAsset] }));
    expect(same).toContain('excepted until 2099-01-01T00:00:00Z, owner team: drill');
    expect((await account.plan({ exceptions: [asAsset] })).excepted).toMatchObject([{ reason: 'drill' }]);
    expect(changesOf(endpoint)).toEqual([]);
  });

  test('a key that an exception for another control names, and not one whose user or account it names', async () => {
    const other = {
      ...{ control: 'aws-iam-access-keys-are-rotated', account: '111122223333', reason: 'break glass', owner: 'team' },
      ...{ expires: '2099-01-01T00:00:00+00:00', ticket: undefined, place: 'x:1:1' },
    };
    const rows = [
      [{ ...other, asset: 'ana', key: { accessKeyId: 'AKIAEXAMPLEA' } }, 'skipped'],
      [{ ...other, asset: 'AKIAEXAMPLEA', key: undefined }, 'skipped'],
      [{ ...other, asset: 'ana', key: undefined }, 'would'],
      [{ ...other, asset: '*', key: undefined }, 'would'],
    ] as const;
    for (const [exception, outcome] of rows) {
      account.start({ users: [one()] });
      const plan = await account.plan();
      const { steps } = await account.apply(plan, { isDry: true, exceptions: [exception] });
      expect(steps.map((step) => step.outcome)).toEqual([outcome]);
      expect((await account.plan({ exceptions: [exception] })).excepted).toHaveLength(outcome === 'skipped' ? 1 : 0);
    }
  });

  test('a key that this tool turned off and somebody turned on again by hand, until it is older than --min-age', async () => {
    const endpoint = account.start({ users: [one()] });
    const journal = account.newJournal();
    await account.apply(await account.plan(), { journal });
    endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, status: 'Active' }));
    const plan = await account.plan({ batchSize: 1 });
    const [step] = told(await account.apply(plan, { journal }));
    expect(step).toMatch(/skipped: this tool turned it off, .*, and it is on: somebody may need it$/);
    const clock = () => new Date(Date.now() + 8 * DAY_MS);
    await account.apply(await account.plan({ batchSize: 2, now: clock() }), { journal, clock });
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEA Inactive']);
  });

  test('a key that a run that was cut off may have turned off, and that is on an hour later', async () => {
    const endpoint = account.start({ users: [one()] });
    const journal = account.newJournal();
    const plan = await account.plan();
    const dying = (file: Journal): Journal => {
      const append = file.append.bind(file);
      file.append = (written) => {
        if (written.kind === 'done') throw new Error('died');
        append(written);
      };
      return file;
    };
    await expect(account.apply(plan, { journal, around: dying })).rejects.toThrow('died');
    endpoint.account.replaceKey('AKIAEXAMPLEA', (it) => ({ ...it, status: 'Active' }));
    const clock = () => new Date(Date.now() + 3_600_000);
    const [step] = told(await account.apply(plan, { journal, clock }));
    expect(step).toMatch(
      /skipped: a run that was cut off may have turned it off, 20.*, and it is on: somebody may need it/,
    );
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive']);
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

  test('a key that was turned on since the report of today, which does not say when', async () => {
    const endpoint = account.start({ users: [one()] });
    const plan = await account.plan();
    endpoint.setScenario({ callerArn: OPERATOR, users: [user('ana', [key('A', { statusInReport: 'Inactive' })])] });
    const [step] = told(await account.apply(plan, { journal: account.newJournal() }));
    expect(step).toMatch(/skipped: when it last changed is not known/);
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
