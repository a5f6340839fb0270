import { describe, expect, test } from 'vitest';
import type { Scenario } from '../support/aws-endpoint.ts';
import { askInventory, denied, key, names, scriptedAccount, USED, user } from './live-account.ts';
import { reopen, snapshotOf } from './snapshot/snapshot-of.ts';

const account = scriptedAccount();

/** A report of May, and three users who were made in June: with a key never used, with a used one, with three keys. */
const REPORT_TIME = '2024-05-01T00:00:00Z';
const newer = (name: string, ...keys: Parameters<typeof user>[1][]) => ({
  ...user(name, ...keys),
  createDate: '2024-06-01T00:00:00Z',
});
const june = { createDate: '2024-06-01T00:00:05Z' };
const scenario: Scenario = {
  report: { generatedTime: REPORT_TIME, columns: 'with-additional' },
  users: [
    user('old-unused', key('O1')),
    user('old-used', key('O2', { lastUsed: USED })),
    newer('new-unused', key('N1', june)),
    { ...newer('new-used', key('N2', { ...june, lastUsed: USED })), passwordEnabled: true },
    newer(
      'new-third',
      key('N3', { ...june, lastUsed: USED }),
      key('N4', { ...june, status: 'Inactive' }),
      key('N5', june),
    ),
  ],
};

const UNUSED =
  'hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null},{accessKey2Active:true,accessKey2LastUsedDate:null}]}';
/** A condition of which the list of users is read: everybody fulfils it. */
const LISTED = 'iamPolicies_NONE:{policyType:"Inline"}';

describe('users who are newer than the report', () => {
  test('are judged from their own calls where the list of users was read', async () => {
    const answer = await account(
      scenario,
      `iamUsers(where:{${LISTED},${UNUSED}},options:{sort:{userName:ASC}}){userName}`,
    );
    expect([names(answer), answer.errors]).toEqual([['new-third', 'new-unused', 'old-unused'], []]);
    // What the question does not ask, passwords and MFA, is not read of them.
    expect(answer.counts).toEqual({
      GetCredentialReport: 1,
      GetAccountAuthorizationDetails: 1,
      ListAccessKeys: 3,
      GetAccessKeyLastUsed: 5,
    });
  });

  test('have a row that says what those calls say, and an error for what they do not', async () => {
    const text = `iamUsers(where:{${LISTED},userName:"new-used"}){hasIAMUserCredentials{passwordEnabled mfaActive accessKey1Active accessKey1LastUsedRegion accessKey2Active passwordNextRotation} passwordLastUsed}`;
    const answer = await account(scenario, text);
    expect(answer.data).toEqual({
      iamUsers: [
        {
          hasIAMUserCredentials: {
            passwordEnabled: true,
            mfaActive: false,
            accessKey1Active: true,
            accessKey1LastUsedRegion: 'eu-west-1',
            accessKey2Active: false,
            passwordNextRotation: null,
          },
          passwordLastUsed: null,
        },
      ],
    });
    expect(answer.errors).toEqual([
      expect.stringMatching(
        /^iamUsers\.0\.hasIAMUserCredentials\.passwordNextRotation: NotCollected .*new-used is newer than the credential report/,
      ),
    ]);
  });

  test('are errors, and not passed over, where those calls are refused', async () => {
    const PASSWORD = 'hasIAMUserCredentials:{passwordEnabled:false}';
    for (const [action, condition, found] of [
      ['ListAccessKeys', UNUSED, ['old-unused']],
      ['GetAccessKeyLastUsed', UNUSED, ['old-unused']],
      ['GetLoginProfile', PASSWORD, ['old-unused', 'old-used']],
    ] as const) {
      const answer = await account(
        { ...scenario, faults: [denied(action)] },
        `iamUsers(where:{${LISTED},${condition}}){userName}`,
      );
      expect(names(answer)).toEqual([...found, null, null, null]);
      expect(answer.errors.every((error) => error.includes(`iam:${action} denied`))).toBe(true);
    }
  });

  test('are asked for what decides them alone, so that what decides nothing cannot spoil it', async () => {
    const faults = ['GetLoginProfile', 'ListMFADevices'].map((action) => denied(action));
    const answer = await account({ ...scenario, faults }, `iamUsers(where:{${LISTED},${UNUSED}}){userName}`);
    expect([answer.errors, names(answer).toSorted()]).toEqual([[], ['new-third', 'new-unused', 'old-unused']]);
  });

  test('who were deleted and made anew under the same name are judged by what they have now', async () => {
    const users = [
      { ...user('ana', key('A0')), deletedSinceReport: true },
      newer('ana', key('A1', { ...june, lastUsed: USED })),
      { ...user('bo', key('B0', { lastUsed: USED })), deletedSinceReport: true },
      newer('bo', key('B1', june)),
    ];
    const answer = await account({ ...scenario, users }, `iamUsers(where:{${LISTED},${UNUSED}}){userName createDate}`);
    expect([answer.data, answer.errors]).toEqual([
      { iamUsers: [{ userName: 'bo', createDate: '2024-06-01T00:00:00Z' }] },
      [],
    ]);
  });

  test('cost nothing where nothing asks for the list', async () => {
    const answer = await account(scenario, `iamUsers(where:{${UNUSED}}){userName}`);
    expect([names(answer), answer.counts]).toEqual([['old-unused'], { GetCredentialReport: 1 }]);
  });
});

test('a user who was deleted since the report has no policies, and spoils nothing', async () => {
  const users = [{ ...user('gone', key('G1')), deletedSinceReport: true }, user('here')];
  const answer = await account(
    { users },
    'iamUsers(where:{iamPolicies_NONE:{}}){userName hasIAMGroup{groupName} userId}',
  );
  expect(answer.errors).toEqual([]);
  expect(names(answer)).toEqual(['here']);
});

describe('that there are more users than the report shows is told by the number of users, where it is read anyway', () => {
  const CLEAN = `iamUsers(where:{userName:"nobody",${UNUSED}}){userName}`;
  const SUMMARY = 'iamAccountSummaries{accountID}';
  const MORE = expect.stringMatching(
    /^iamUsers\.0: NotCollected the account has 5 users, and the credential report 2: those whom it does not show were not judged; iam:ListUsers \(--verify\) or/,
  );

  test.each([
    ['before', `{${SUMMARY} ${CLEAN}}`],
    ['after', `{${CLEAN} ${SUMMARY}}`],
  ])('read %s the users', async (_order, text) => {
    const { data, errors, counts } = await account(scenario, text);
    expect([data?.['iamUsers'], errors]).toEqual([[null], [MORE]]);
    expect(counts['ListUsers'] ?? counts['GetAccountAuthorizationDetails']).toBeUndefined();
  });

  test('but not where it is not read, fails, shows no more, or the users are listed', async () => {
    const twoUsers = { ...scenario, users: scenario.users?.slice(0, 2) ?? [] };
    const denies = { ...scenario, faults: [denied('GetAccountSummary')] };
    expect((await account(scenario, CLEAN)).errors).toEqual([]);
    expect((await account(twoUsers, `{${CLEAN} ${SUMMARY}}`)).errors).toEqual([]);
    expect((await account(denies, `{${CLEAN} ${SUMMARY}}`)).data?.['iamUsers']).toEqual([]);
    const listed = `{iamUsers(where:{${LISTED},${UNUSED}}){userName} ${SUMMARY}}`;
    expect((await account(scenario, listed)).errors).toEqual([]);
  });
});

describe('where nobody may list the users who are newer than the report, a snapshot', () => {
  const profile = (name: string) => ({ ...newer(name), passwordEnabled: true, mfaDevices: [{ serial: 'GAHT1' }] });
  // Nor how many they are, which alone would make every answer about users an error.
  const faults = [denied('GetAccountAuthorizationDetails'), denied('GetAccountSummary')];
  const unlisted: Scenario = { ...scenario, users: [user('old'), profile('new')], faults };
  const NOT_LISTED = expect.stringContaining('AccessDenied iam:GetAccountAuthorizationDetails denied');

  test.each([
    ['does not know what these have', 'iamSSHPublicKeys(where:{status:"Expired"}){userName}', 1],
    ['does not know what these have, of what the report tells', 'iamUserLoginProfiles{userName}', 1],
    ['does not know how many there are', 'iamAccessKeysAggregate{count}', 1],
    ['knows what the account lists as a whole', 'iamMFADevices(where:{isVirtual:true}){serialNumber}', 0],
    ['knows the rows of the report', 'iamUserCredentials(where:{mfaActive:true}){identifier}', 0],
    ['knows the users of the report', 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:true}}){userName}', 0],
  ])('%s', async (_name, text, count) => {
    const live = await askInventory(account.open(unlisted), text);
    const { errors } = await askInventory(reopen(await snapshotOf(account.open(unlisted))), text);
    for (const told of [live.errors, errors]) expect(told).toEqual(Array.from({ length: count }, () => NOT_LISTED));
  });

  test('of a report knows all that the report knows', async () => {
    const report = await snapshotOf(account.open(unlisted));
    const [header = '', ...lines] = report.split('\n');
    const { sha256: _digest, ...unsigned } = JSON.parse(header);
    const text = [JSON.stringify({ ...unsigned, source: 'report' }), ...lines].join('\n');
    expect((await askInventory(reopen(text), 'iamSSHPublicKeys{userName}')).errors).toEqual([]);
  });
});
