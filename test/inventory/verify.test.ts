import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import type { Verify } from '../../src/inventory/verification.ts';
import type { Scenario, ScenarioUser } from '../support/aws-endpoint.ts';
import { denied, key, scriptedAccount, USED, user } from './live-account.ts';

const account = scriptedAccount();

/** The report is of May; what happened in June it does not know. */
const REPORT_TIME = '2024-05-01T00:00:00Z';
const JUNE = '2024-06-01T00:00:00Z';
const inJune = { createDate: JUNE };
const usedInJune = { lastUsed: { date: JUNE, region: 'eu-west-1', service: 's3' } };
const newer = (name: string, ...keys: Parameters<typeof user>[1][]): ScenarioUser => ({
  ...user(name, ...keys),
  ...inJune,
});

const credentials = (condition: string): string => `iamUsers(where:{hasIAMUserCredentials:{${condition}}}){userName}`;
const UNUSED = credentials(
  'OR:[{accessKey1Active:true,accessKey1LastUsedDate:null},{accessKey2Active:true,accessKey2LastUsedDate:null}]',
);

interface Verified {
  readonly verdict: string;
  readonly found: readonly string[];
  readonly withdrawn: Readonly<Record<string, readonly string[]>>;
  readonly errors: readonly string[];
  readonly total: number | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

async function verified(scenario: Scenario, text = UNUSED, mode: Verify | 'none' = 'selected'): Promise<Verified> {
  const report = { generatedTime: REPORT_TIME, columns: 'with-additional' as const, ...scenario.report };
  const inventory = account.open({ ...scenario, report }, { verify: mode === 'none' ? undefined : mode });
  const { verdict, findings, selections, errors, total } = await judge(inventory, { text }, parseExpectation('eq []'));
  const withdrawn = selections.flatMap(({ found }) => found.withdrawn);
  return {
    verdict,
    found: findings.map(({ asset }) => String(inventory.read(asset, 'internalName'))).sort(),
    withdrawn: Object.fromEntries(withdrawn.map(({ name, reasons }) => [name, reasons])),
    errors: errors.map(({ message }) => message),
    total,
    counts: account.counts(),
  };
}

const THE_REPORT = { GetCredentialReport: 1 };
const THE_LIST = { ...THE_REPORT, ListUsers: 1 };

interface Row {
  readonly users: readonly ScenarioUser[];
  readonly text?: string;
  readonly found?: readonly string[];
  readonly withdrawn?: Verified['withdrawn'];
  readonly calls?: Verified['counts'];
}

/** Each is found by the report, but for what was made since; `found` is who is found by what is true now. */
const rows: Readonly<Record<string, Row>> = {
  'a key that is still there, active and unused': {
    users: [user('ana', key('1'))],
    found: ['ana'],
    calls: { ...THE_LIST, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
  },
  'a key that was deleted since': {
    users: [user('ana', key('1', { deletedSinceReport: true }))],
    withdrawn: { ana: ['access key 1 was deleted since the report'] },
    calls: { ...THE_LIST, ListAccessKeys: 1 },
  },
  'a key that was deactivated since': {
    users: [user('ana', key('1', { status: 'Inactive', statusInReport: 'Active' }))],
    withdrawn: { ana: ['access key 1 was deactivated since the report'] },
  },
  'a key that was used since': {
    users: [user('ana', key('1', usedInJune))],
    withdrawn: { ana: ['access key 1 was used since the report (2024-06-01T00:00:00Z)'] },
  },
  'a key that was deleted since, beside one that is still unused': {
    users: [user('ana', key('1', { deletedSinceReport: true }), key('2', { createDate: '2024-03-06T00:00:00Z' }))],
    found: ['ana'],
  },
  'a key that was deleted since, and another one made that is not used either': {
    users: [user('ana', key('1', { deletedSinceReport: true }), key('2', inJune))],
    found: ['ana'],
  },
  'a key that was deleted since, and another one made that is used': {
    users: [user('ana', key('1', { deletedSinceReport: true }), key('2', { ...inJune, ...usedInJune }))],
    withdrawn: { ana: ['access key 1 was replaced by another one since the report'] },
  },
  'a third key that was used since': {
    users: [user('ana', key('1', { lastUsed: USED }), key('2', { lastUsed: USED }), key('3', usedInJune))],
    calls: { ...THE_LIST, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 },
  },
  'a third key that is unused': {
    users: [user('ana', key('1', { lastUsed: USED }), key('2', { lastUsed: USED }), key('3'))],
    found: ['ana'],
    calls: { ...THE_LIST, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 },
  },
  'a user who was deleted since costs no call': {
    users: [{ ...user('ana', key('1')), deletedSinceReport: true }],
    withdrawn: { ana: ['deleted since the report'] },
    calls: THE_LIST,
  },
  'a user who was deleted since, and made anew with a key that is used': {
    users: [
      { ...user('ana', key('1')), deletedSinceReport: true },
      newer('ana', key('2', { ...inJune, ...usedInJune })),
    ],
    withdrawn: { ana: ['deleted since the report, and made anew'] },
  },
  'a user who was deleted since, and made anew with a key that is unused': {
    users: [{ ...user('ana', key('1')), deletedSinceReport: true }, newer('ana', key('2', inJune))],
    found: ['ana'],
  },
  'a user who was deleted since and is of no concern': {
    users: [{ ...user('ana', key('1', { lastUsed: USED })), deletedSinceReport: true }],
    calls: THE_LIST,
  },
  'a user who was made since with an unused key': {
    users: [user('old', key('1', { lastUsed: USED })), newer('ana', key('2', inJune))],
    found: ['ana'],
    calls: { ...THE_LIST, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
  },
  'users who were made since without a key, or with one that is off or used': {
    users: [
      newer('none'),
      newer('off', key('2', { ...inJune, status: 'Inactive' })),
      newer('used', key('3', { ...inJune, ...usedInJune })),
    ],
    calls: { ...THE_LIST, ListAccessKeys: 3, GetAccessKeyLastUsed: 1 },
  },
  'MFA that was enabled since': {
    users: [{ ...user('ana'), mfaActive: false, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/ana' }] }],
    text: credentials('mfaActive:false'),
    withdrawn: { ana: ['MFA is active since the report'] },
    calls: { ...THE_LIST, ListMFADevices: 1 },
  },
  'a password that was deleted since': {
    users: [{ ...user('ana'), passwordEnabledInReport: true, passwordEnabled: false }],
    text: credentials('passwordEnabled:true,mfaActive:false'),
    withdrawn: {
      ana: [
        'there is no console password since the report',
        'there is no console password that was set since the report',
      ],
    },
    calls: { ...THE_LIST, GetLoginProfile: 1, ListMFADevices: 1 },
  },
  'a password that was used since': {
    users: [{ ...user('ana'), passwordEnabled: true, passwordLastUsed: JUNE }],
    text: credentials('passwordEnabled:true,passwordLastUsed:null'),
    withdrawn: { ana: ['the console password was used since the report (2024-06-01T00:00:00Z)'] },
    calls: { ...THE_LIST, GetLoginProfile: 1 },
  },
  'a password that was never used, which the list tells': {
    users: [{ ...user('ana'), passwordEnabled: true }],
    text: 'iamUsers(where:{passwordLastUsed:null,hasIAMUserCredentials:{passwordEnabled:true}}){userName}',
    found: ['ana'],
    calls: { ...THE_LIST, GetLoginProfile: 1 },
  },
  'the time of a password that is the same is that of the report': {
    users: [{ ...user('ana'), passwordEnabled: true, passwordLastChanged: '2024-04-01T00:00:00Z' }],
    text: credentials('passwordLastChanged_LT:"2024-04-02"'),
    found: ['ana'],
  },
  'a certificate that is still there': {
    users: [{ ...user('ana'), signingCertificates: [{ id: 'C1' }] }],
    text: credentials('cert1Active:true'),
    found: ['ana'],
    calls: { ...THE_LIST, ListSigningCertificates: 1 },
  },
  'devices of which the report says that there are none': {
    users: [{ ...user('ana'), mfaActive: false, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/ana' }] }],
    text: 'iamUsers(where:{mfaSerialNumbers:[]}){userName}',
    withdrawn: { ana: ['MFA is active since the report'] },
    calls: { ...THE_LIST, ListMFADevices: 1 },
  },
  'a question that reads the list anyway reads no other': {
    users: [user('ana', key('1')), newer('bo', key('2', inJune))],
    text: UNUSED.replace('where:{', 'where:{iamPolicies_NONE:{policyType:"Inline"},'),
    found: ['ana', 'bo'],
    calls: { ...THE_REPORT, GetAccountAuthorizationDetails: 1, ListAccessKeys: 2, GetAccessKeyLastUsed: 2 },
  },
  'a question without a condition costs the list alone': {
    users: [user('ana', key('1')), newer('bo'), { ...user('gone'), deletedSinceReport: true }],
    text: 'iamUsers{userName}',
    found: ['ana', 'bo'],
    withdrawn: { gone: ['deleted since the report'] },
    calls: THE_LIST,
  },
  'a question that asks nothing of the report costs nothing more': {
    users: [user('ana')],
    text: 'iamRoles{roleName}',
    calls: { GetAccountAuthorizationDetails: 1 },
  },
};

describe('--verify', () => {
  test.each(Object.entries(rows))('%s', async (_name, { users, text, found = [], withdrawn = {}, calls }) => {
    const answer = await verified({ users }, text);
    expect({ found: answer.found, withdrawn: answer.withdrawn, errors: answer.errors }).toEqual({
      found,
      withdrawn,
      errors: [],
    });
    expect(answer.verdict).toBe(found.length > 0 ? 'FAIL' : 'PASS');
    if (calls) expect(answer.counts).toEqual(calls);
  });

  test('counts who is there', async () => {
    const users = [user('a'), newer('b'), { ...user('c', key('1')), deletedSinceReport: true }];
    expect(await verified({ users })).toMatchObject({ verdict: 'PASS', total: 2 });
  });

  test('without it, what the report says stands, and who is newer is not asked for', async () => {
    const users = [user('ana', key('1', usedInJune)), newer('bo', key('2', inJune))];
    const plain = await verified({ users }, UNUSED, 'none');
    expect(plain).toMatchObject({ verdict: 'FAIL', found: ['ana'], withdrawn: {}, counts: THE_REPORT });
  });

  test('verifies groups that are selected because of their users', async () => {
    const mfaDevices = [{ serial: 'arn:aws:iam::111122223333:mfa/ana' }];
    const users = [
      { ...user('ana'), groups: ['a'], mfaActive: false, mfaDevices },
      { ...user('bo'), groups: ['b'] },
    ];
    const text = 'iamGroups(where:{users_SOME:{hasIAMUserCredentials:{mfaActive:false}}}){groupName}';
    const answer = await verified({ users, groups: [{ name: 'a' }, { name: 'b' }] }, text);
    expect(answer).toMatchObject({
      found: ['b'],
      withdrawn: { a: ['ana: MFA is active since the report'] },
      errors: [],
    });
    expect(answer.counts['ListMFADevices']).toBe(2);
  });
});

describe('--verify of what belongs to users', () => {
  const device = { mfaActive: false, mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/x' }] };
  const rowsOf = 'iamUserCredentials(where:{mfaActive:false}){identifier}';

  test('rows of the report are told by their users, and those of who is gone are no longer there', async () => {
    const users = [
      user('ana'),
      { ...user('bo'), ...device },
      { ...user('cy'), deletedSinceReport: true },
      newer('dan'),
    ];
    const answer = await verified({ users, root: { mfaActive: true } }, rowsOf);
    expect(answer).toMatchObject({ verdict: 'FAIL', found: ['ana', 'dan'], errors: [] });
    expect(answer.withdrawn).toEqual({
      bo: ['bo: MFA is active since the report'],
      cy: ['deleted since the report'],
    });
    expect(answer.counts).toEqual({ ...THE_LIST, ListMFADevices: 3 });
  });

  test('keys are those that are there now', async () => {
    const users = [
      user('ana', key('1'), key('2', { deletedSinceReport: true })),
      { ...user('cy', key('3')), deletedSinceReport: true },
      newer('dan', key('4', inJune)),
    ];
    const answer = await verified({ users }, 'iamAccessKeys(where:{status:"Active"}){accessKeyId}');
    expect(answer).toMatchObject({ found: ['AKIAEXAMPLE1', 'AKIAEXAMPLE4'], withdrawn: {}, errors: [] });
  });
});

describe('--verify=all', () => {
  test('finds a key that was added since to an older user, which nothing else does', async () => {
    const users = [user('ana', key('1', { lastUsed: USED }), key('2', inJune)), user('bo')];
    expect(await verified({ users })).toMatchObject({ verdict: 'PASS', found: [] });
    expect(await verified({ users }, UNUSED, 'all')).toMatchObject({
      verdict: 'FAIL',
      found: ['ana'],
      counts: { ...THE_LIST, ListAccessKeys: 2, GetAccessKeyLastUsed: 2 },
    });
  });

  test('says what the report would have found', async () => {
    const users = [user('ana', key('1', usedInJune)), { ...user('bo', key('2')), deletedSinceReport: true }];
    expect(await verified({ users }, UNUSED, 'all')).toMatchObject({
      verdict: 'PASS',
      withdrawn: {
        ana: ['access key 1 was used since the report (2024-06-01T00:00:00Z)'],
        bo: ['deleted since the report'],
      },
    });
  });

  test('reads of a user what the question asks, and nothing else', async () => {
    const users = [user('ana', key('1')), user('bo')];
    const { counts } = await verified({ users }, credentials('mfaActive:true'), 'all');
    expect(counts).toEqual({ ...THE_LIST, ListMFADevices: 2 });
  });

  test('needs no columns that the report lacks', async () => {
    const users = [user('ana', key('1'))];
    const answer = await verified({ users, report: { columns: 'old16' } }, UNUSED, 'all');
    expect(answer).toMatchObject({ verdict: 'FAIL', found: ['ana'], errors: [] });
  });
});

describe('what cannot be verified is never clean, and never dropped', () => {
  test.each(['ListAccessKeys', 'GetAccessKeyLastUsed'])('%s denied: ERROR', async (action) => {
    const answer = await verified({ users: [user('ana', key('1'))], faults: [denied(action)] });
    expect(answer).toMatchObject({ verdict: 'ERROR', found: [], withdrawn: {} });
    expect(answer.errors).toEqual([expect.stringMatching(`user/ana matches cannot be told: iam:${action} denied`)]);
  });

  test('ListAccessKeys denied of one user: FAIL for the other, with the error', async () => {
    const users = [user('ana', key('1')), user('bo', key('2'))];
    const answer = await verified({ users, faults: [denied('ListAccessKeys', { UserName: 'bo' })] });
    expect(answer).toMatchObject({ verdict: 'FAIL', found: ['ana'], withdrawn: {} });
    expect(answer.errors).toEqual([expect.stringContaining('user/bo matches cannot be told')]);
  });

  test('the list of users denied: ERROR, because there may be newer ones', async () => {
    const answer = await verified({ users: [user('ana')], faults: [denied('ListUsers')] });
    expect(answer).toMatchObject({ verdict: 'ERROR', found: [] });
    expect(answer.errors).toEqual([
      expect.stringMatching(/newer than the credential report cannot be told: iam:ListUsers/),
    ]);
  });

  test('the list of users denied: what is found is found, and verified', async () => {
    const users = [user('ana', key('1')), user('bo', key('2', usedInJune))];
    const answer = await verified({ users, faults: [denied('ListUsers')] });
    expect(answer).toMatchObject({ verdict: 'FAIL', found: ['ana'], withdrawn: { bo: [expect.any(String)] } });
    expect(answer.errors).toHaveLength(1);
  });

  const activated = key('1', { statusInReport: 'Inactive' });
  test.each<[name: string, mode: Verify, keys: Parameters<typeof user>[1][]]>([
    ['of a key whose status changed since', 'selected', [activated]],
    ['of a key whose status changed since', 'all', [activated]],
    ['of one of two keys that cannot be told apart', 'selected', [activated, key('2', { status: 'Inactive' })]],
  ])('a time that no call tells, %s: ERROR (%s)', async (_name, mode, keys) => {
    const text = credentials('accessKey1LastRotated_LT:"2025-01-01"');
    const answer = await verified({ users: [user('ana', ...keys)] }, text, mode);
    expect(answer).toMatchObject({ verdict: 'ERROR', found: [] });
    expect(answer.errors).toEqual([
      expect.stringMatching(/accessKey1LastRotated of .*user\/ana changed since the credential report/),
    ]);
  });

  test('a user who was made shortly before the list was read is not taken for deleted', async () => {
    const createDate = new Date(Date.now() - 60_000).toISOString();
    const users = [{ ...user('ana', key('1', { createDate })), createDate, deletedSinceReport: true }];
    const answer = await verified({ users, report: { generatedTime: new Date().toISOString() } });
    expect(answer.withdrawn).toEqual({ ana: ['access key 1 was deleted since the report'] });
  });
});
