import { expect, test } from 'vitest';
import type { Exception } from '../../src/controls/exception.ts';
import { foundingControlId } from '../../src/controls/load-controls.ts';
import { usualOrder } from '../../src/controls/order.ts';
import type { Plan } from '../../src/remediate/plan-shape.ts';
import { readPlan } from '../../src/remediate/read-plan.ts';
import { key, remediatedAccount, USED, user } from './remediated-account.ts';

const account = remediatedAccount();

const planned = ({ batches }: Plan): readonly string[] =>
  batches.map(
    ({ action, group, steps }) => `${group}: ${action} ${steps.map(({ accessKeyId }) => accessKeyId).join()}`,
  );
const leftOut = ({ notPlanned }: Plan): readonly string[] =>
  notPlanned.map(({ userName, accessKeyId, reason }) => `${userName} ${accessKeyId}: ${reason}`);

test('a step says whose key it is, what decided, and the command', async () => {
  account.start({
    users: [
      user('ana', [key('B', { slot: 2, lastUsed: USED }), key('A', { slot: 1, createDate: '2024-03-01T10:20:32Z' })]),
    ],
    report: { generatedTime: '2026-11-25T08:00:00Z' },
  });
  const plan = await account.plan({ now: new Date('2026-11-25T10:00:00Z') });
  expect(plan).toMatchObject({
    account: '111122223333',
    partition: 'aws',
    createdAt: '2026-11-25T10:00:00Z',
    expiresAt: '2026-11-26T10:00:00Z',
    source: { kind: 'live', reportGeneratedAt: '2026-11-25T08:00:00Z', reportAgeSeconds: 7200 },
    controls: [{ id: foundingControlId, verdict: 'FAIL', errors: [] }],
    notPlanned: [],
    byHand: [],
  });
  expect(plan.batches).toEqual([
    {
      number: 1,
      action: 'deactivate',
      group: 'the rest',
      steps: [
        {
          action: 'deactivate',
          control: foundingControlId,
          account: '111122223333',
          userName: 'ana',
          arn: 'arn:aws:iam::111122223333:user/ana',
          userId: expect.stringMatching(/^AIDA/),
          accessKeyId: 'AKIAEXAMPLEA',
          evidence: {
            userCreated: '2024-03-01T10:20:30Z',
            keyCreated: '2024-03-01T10:20:32Z',
            status: 'Active',
            lastUsed: null,
            slot: 1,
            slotChanged: '2024-03-01T10:20:32Z',
            reportGeneratedAt: '2026-11-25T08:00:00Z',
            reportAgeSeconds: 7200,
          },
          command: 'aws iam update-access-key --user-name ana --access-key-id AKIAEXAMPLEA --status Inactive',
          undo: 'aws iam update-access-key --user-name ana --access-key-id AKIAEXAMPLEA --status Active',
        },
      ],
    },
  ]);
});

test('what is not sure, too young, used or gone is left out, each with the reason', async () => {
  const report = { generatedTime: '2026-11-25T08:00:00Z' };
  account.start({
    report,
    users: [
      user('twins', [key('T1'), key('T2')]),
      user('young', [key('Y', { createDate: '2026-11-20T00:00:00Z' })]),
      user('turnedOn', [key('O', { lastRotated: '2026-11-24T00:00:00Z' })]),
      user('late', [key('L', { lastUsed: { ...USED, date: '2026-11-25T09:00:00Z' } })]),
      user('gone', [key('G', { deletedSinceReport: true })]),
      user('off', [key('F', { status: 'Inactive', statusInReport: 'Active' })]),
    ],
  });
  const plan = await account.plan({ now: new Date('2026-11-25T10:00:00Z') });
  expect(planned(plan)).toEqual(['the rest: delete AKIAEXAMPLEF']);
  const twins = 'more than one key would fit, or it changed since the report: AKIAEXAMPLET1, AKIAEXAMPLET2';
  expect(leftOut(plan).toSorted()).toEqual([
    'gone null: no key of this user fits any more: it was deleted since the report',
    'late AKIAEXAMPLEL: it was used after all: 2026-11-25T09:00:00Z',
    'turnedOn AKIAEXAMPLEO: younger than --min-age: created or last changed 2026-11-24T00:00:00Z, and AWS reports uses late',
    `twins null: ${twins}`,
    `twins null: ${twins}`,
    'young AKIAEXAMPLEY: younger than --min-age: created 2026-11-20T00:00:00Z, and AWS reports uses late',
  ]);
});

test('a key that was turned on since the report is left out: when that was nobody knows', async () => {
  account.start({
    users: [user('ana', [key('A')]), user('turnedOn', [key('O', { statusInReport: 'Inactive' })])],
  });
  const plan = await account.plan({ verify: 'all' });
  expect(planned(plan)).toEqual(['the rest: deactivate AKIAEXAMPLEA']);
  expect(leftOut(plan)).toEqual([expect.stringMatching(/^turnedOn AKIAEXAMPLEO: when it last changed is not known: /)]);
});

test('exposed users first, then production, each in batches of its own', async () => {
  const tagged = (name: string, tags: Readonly<Record<string, string>>) => user(name, [key(name)], { tags });
  account.start({
    users: [
      tagged('a', {}),
      tagged('b', { Env: 'PROD' }),
      tagged('c', { exposure: 'Internet' }),
      tagged('d', { env: 'prod', exposed: 'true' }),
      tagged('e', { env: 'test' }),
      tagged('f', { environment: 'production' }),
    ],
  });
  const ofUsual = await account.plan({ batchSize: 2, order: usualOrder });
  expect(planned(ofUsual)).toEqual([
    'exposed: deactivate AKIAEXAMPLEc,AKIAEXAMPLEd',
    'production: deactivate AKIAEXAMPLEb,AKIAEXAMPLEf',
    'the rest: deactivate AKIAEXAMPLEa,AKIAEXAMPLEe',
  ]);
  const own = [{ name: 'testers', tags: { env: ['test'] }, users: ['arn:aws:iam::111122223333:user/f*'] }];
  expect(planned(await account.plan({ batchSize: 1, order: own }))).toEqual([
    'testers: deactivate AKIAEXAMPLEe',
    'testers: deactivate AKIAEXAMPLEf',
    'the rest: deactivate AKIAEXAMPLEa',
    'the rest: deactivate AKIAEXAMPLEb',
    'the rest: deactivate AKIAEXAMPLEc',
    'the rest: deactivate AKIAEXAMPLEd',
  ]);
});

test('what is excepted is left out and listed, key by key', async () => {
  account.start({
    users: [
      user('bruno', [key('B1', { slot: 1 }), key('B2', { slot: 2, createDate: '2024-05-05T00:00:00Z' })]),
      user('dora', [key('D')]),
      user('erik', [key('E')]),
    ],
  });
  const base = {
    control: foundingControlId,
    account: '111122223333',
    reason: 'drill',
    owner: 'team',
    ticket: undefined,
  };
  const exceptions: readonly Exception[] = [
    {
      ...base,
      asset: 'bruno',
      key: { accessKeyId: 'AKIAEXAMPLEB1' },
      expires: '2099-01-01T00:00:00+00:00',
      place: 'x:1:1',
    },
    { ...base, asset: 'dora', key: undefined, expires: '2099-01-01T00:00:00+00:00', place: 'x:2:1' },
    {
      ...base,
      asset: 'erik',
      key: { accessKeyId: 'AKIAEXAMPLEE' },
      expires: '2020-01-01T00:00:00+00:00',
      place: 'x:3:1',
    },
  ];
  const plan = await account.plan({ exceptions });
  expect(planned(plan)).toEqual(['the rest: deactivate AKIAEXAMPLEB2,AKIAEXAMPLEE']);
  expect(plan.excepted).toMatchObject([
    { userName: 'bruno', accessKeyId: 'AKIAEXAMPLEB1', owner: 'team', reason: 'drill' },
    { userName: 'dora', accessKeyId: 'AKIAEXAMPLED', reason: expect.stringContaining('names no key') },
  ]);
});

test('what is excepted is listed of other controls too, and no command is printed for it', async () => {
  account.start({ users: [user('dora', [], { passwordEnabled: true }), user('emil', [], { passwordEnabled: true })] });
  const control = 'aws-iam-console-users-have-mfa';
  const exception = {
    ...{ control, account: '111122223333', asset: 'dora', key: undefined, reason: 'kiosk', owner: 'team' },
    ...{ expires: '2099-01-01T00:00:00+00:00', ticket: undefined, place: 'x:1:1' },
  };
  const plan = await account.plan({ controls: [control], exceptions: [exception] });
  expect(plan.excepted).toEqual([
    {
      ...{ control, userName: 'dora', arn: 'arn:aws:iam::111122223333:user/dora', accessKeyId: null, slot: null },
      ...{ reason: 'kiosk', owner: 'team', expires: '2099-01-01T00:00:00Z' },
    },
  ]);
  expect(plan.byHand.map(({ name }) => name)).toEqual(['emil']);
});

test('a user whose UserId cannot be read is not planned for', async () => {
  account.start({
    users: [user('ana', [key('A')])],
    faults: [{ action: 'GetAccountAuthorizationDetails', error: { code: 'AccessDenied' } }],
  });
  const plan = await account.plan();
  expect(planned(plan)).toEqual([]);
  expect(leftOut(plan)[0]).toContain('iam:GetAccountAuthorizationDetails denied');
});

test('what is off is planned for the founding control alone, and the plan of another can be read', async () => {
  const off = key('B', { createDate: '2024-05-05T00:00:00Z', status: 'Inactive' });
  account.start({ users: [user('ana', [key('A'), off])] });
  const plan = await account.plan({ controls: ['aws-iam-unused-credentials-are-disabled'] });
  expect(planned(plan)).toEqual(['the rest: deactivate AKIAEXAMPLEA']);
  expect(readPlan(JSON.stringify(plan), 'plan.json')).toEqual(plan);
});

test('a key that several controls find is one step, and a used one is a matter for people', async () => {
  account.start({ users: [user('ana', [key('A'), key('B', { createDate: '2024-05-05T00:00:00Z', lastUsed: USED })])] });
  const plan = await account.plan({ controls: [foundingControlId, 'aws-iam-unused-credentials-are-disabled'] });
  expect(planned(plan)).toEqual(['the rest: deactivate AKIAEXAMPLEA']);
  expect(plan.byHand.map(({ control, name }) => `${control} ${name}`)).toEqual([
    'aws-iam-unused-credentials-are-disabled ana',
  ]);
  expect(plan.byHand[0]?.commands.join('\n')).toContain('--access-key-id AKIAEXAMPLEB --status Inactive');
  expect(plan.byHand[0]?.commands.join('\n')).not.toMatch(/AKIAEXAMPLEA|login-profile/);
});
