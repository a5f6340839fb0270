import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildTestAccount } from '../../../src/controls/authoring/test-account.ts';
import type { ControlTest } from '../../../src/controls/control.ts';
import { ask } from '../../../src/graphql/ask.ts';

const NOW = '2026-01-01T00:00:00+00:00';

async function answer(assets: string, text: string): Promise<unknown> {
  const complaints: string[] = [];
  const { inventory } = buildTestAccount({ assets: parse(assets) } as ControlTest, {
    now: NOW,
    path: [],
    complaints: {
      wrong: (path, message) => complaints.push(`${path.join('.')}: ${message}`),
      wrongKey: (path, message) => complaints.push(`${path.join('.')}: ${message}`),
    },
  });
  expect(complaints).toEqual([]);
  const { data, errors } = (await ask(inventory, { text })).result;
  return errors ? errors.map(({ message }) => message) : Object.values(JSON.parse(JSON.stringify(data)))[0];
}

describe('the account of a test', () => {
  const rows: Readonly<Record<string, readonly [assets: string, text: string, answer: unknown]>> = {
    'what is not written is null, false, nothing, or a year ago': [
      'IAMUser: [{}]',
      'iamUsers {userName path createDate permissionsBoundaryArn tags {key} hasIAMUserCredentials {mfaActive passwordEnabled}}',
      [
        {
          userName: 'IAMUser 1',
          path: '/',
          createDate: '2025-01-01T00:00:00Z',
          permissionsBoundaryArn: null,
          tags: [],
          hasIAMUserCredentials: { mfaActive: false, passwordEnabled: null },
        },
      ],
    ],
    'names, ARN and account follow from the name': [
      'IAMRole: [{roleName: deploy}]',
      'iamRoles {internalName identifier arn accountID connector {name}}',
      [
        {
          internalName: 'deploy',
          identifier: 'arn:aws:iam::111122223333:role/deploy',
          arn: 'arn:aws:iam::111122223333:role/deploy',
          accountID: '111122223333',
          connector: { name: '111122223333' },
        },
      ],
    ],
    'times are before and after the time of the test': [
      'IAMServerCertificate: [{serverCertificateName: a, expiration: 45 days ahead, uploadDate: 90 minutes ago}]',
      'iamServerCertificates {expiration uploadDate}',
      [{ expiration: '2026-02-15T00:00:00Z', uploadDate: '2025-12-31T22:30:00Z' }],
    ],
    'a named question counts from that time': [
      'IAMServerCertificate: [{serverCertificateName: in, expiration: 30 days ahead}, {serverCertificateName: out, expiration: 31 days ahead}]',
      'ExpiringSSLCertificates(days: 30) {internalName}',
      [{ internalName: 'in' }],
    ],
    'a relation has both of its ends': [
      'IAMUser: [{userName: ana, hasIAMGroup: [{groupName: admins, iamPolicies: [{policyName: all}]}]}]',
      'iamPolicies {policyName groups {groupName users {userName}}}',
      [{ policyName: 'all', groups: [{ groupName: 'admins', users: [{ userName: 'ana' }] }] }],
    ],
    'from the other side as well, under both names': [
      'IAMPolicy: [{policyName: all, roles: [{roleName: deploy}]}]',
      'iamRoles {iamPolicies {policyName} hasIAMPolicy {policyName}}',
      [{ iamPolicies: [{ policyName: 'all' }], hasIAMPolicy: [{ policyName: 'all' }] }],
    ],
    'where types have several to each other, from both sides': [
      'IAMPolicy: [{policyName: bound, boundedUsers: [{userName: ana}]}, {policyName: has, users: [{userName: bo}]}]',
      'iamUsers {userName permissionsBoundary {policyName} iamPolicies {policyName}}',
      [
        { userName: 'ana', permissionsBoundary: { policyName: 'bound' }, iamPolicies: [] },
        { userName: 'bo', permissionsBoundary: null, iamPolicies: [{ policyName: 'has' }] },
      ],
    ],
    'a part has the asset that it belongs to, whichever of its relations leads there': [
      'IAMRole: [{roleName: a, hasIAMAssumeRolePolicyStatement: [{notPrincipals: [{type: AWS, value: b}]}]}]\nIAMAccessKey: [{accessKeyId: AKIAEXAMPLE1}]',
      'iamAssumeRolePolicyPrincipals {value statement {role {roleName}}}',
      [{ value: 'b', statement: { role: { roleName: 'a' } } }],
    ],
    'and one that is made up where the test writes none': [
      'IAMAccessKey: [{accessKeyId: AKIAEXAMPLE1}]',
      'iamAccessKeys {accessKeyId user {userName hasIAMUserCredentials {accessKey1Active}}}',
      [
        {
          accessKeyId: 'AKIAEXAMPLE1',
          user: { userName: 'IAMUser 3', hasIAMUserCredentials: { accessKey1Active: true } },
        },
      ],
    ],
    'an anchor is one asset': [
      'IAMUser: [{userName: ana, hasIAMGroup: [&a {groupName: admins}]}, {userName: bo, hasIAMGroup: [*a]}]',
      'iamGroups {groupName users {userName}}',
      [{ groupName: 'admins', users: [{ userName: 'ana' }, { userName: 'bo' }] }],
    ],
    'the account has the managed policies and the root user': [
      'IAMPolicy: [{policyName: in, policyType: Inline}, {policyName: mine}]\nRootUser: [{}]',
      'connectors {managedPolicies {policyName} rootUser {internalName}}',
      [{ managedPolicies: [{ policyName: 'mine' }], rootUser: { internalName: '<root_account>' } }],
    ],
    'what the report says of a user stands in both': [
      'IAMUser: [{hasIAMUserCredentials: {passwordLastUsed: 1 day ago}}]',
      'iamUsers {passwordLastUsed}',
      [{ passwordLastUsed: '2025-12-31T00:00:00Z' }],
    ],
    'the slots of the report are keys': [
      'IAMUser: [{createDate: 2025-06-01T00:00:00Z, hasIAMUserCredentials: {accessKey2Active: true, accessKey2LastRotated: 2025-06-01T00:00:05Z}}]',
      'iamUsers {accessKeys {status slot createDate lastUsedDate createdDuringUserSetup}}',
      [
        {
          accessKeys: [
            {
              status: 'Active',
              slot: 2,
              createDate: '2025-06-01T00:00:05Z',
              lastUsedDate: null,
              createdDuringUserSetup: true,
            },
          ],
        },
      ],
    ],
    'keys fill the slots, and those beyond are additional': [
      'IAMUser: [{userName: ana, accessKeys: [{status: Inactive}, {status: Inactive, lastUsedDate: 1 day ago}, {accessKeyId: AKIAEXAMPLE3}]}]',
      'iamUsers(where: {hasIAMUserCredentials: {OR: [{accessKey1Active: true, accessKey1LastUsedDate: null}, {accessKey2Active: true, accessKey2LastUsedDate: null}]}}) {userName hasIAMUserCredentials {accessKey1Active accessKey2LastUsedDate}}',
      [
        {
          userName: 'ana',
          hasIAMUserCredentials: { accessKey1Active: false, accessKey2LastUsedDate: '2025-12-31T00:00:00Z' },
        },
      ],
    ],
    'a field that could not be read is an error': [
      'IAMUser: [{userName: ana, hasIAMUserCredentials: {mfaActive: unread}}]',
      'iamUsers(where: {hasIAMUserCredentials: {mfaActive: true}}) {userName}',
      [expect.stringMatching(/user\/ana.*: the test says that mfaActive of .* could not be read/)],
    ],
    'so is a list of assets': [
      'IAMRole: unread',
      'iamRoles {roleName}',
      ['the test says that the list of IAM roles could not be read'],
    ],
    'and a relation': [
      'IAMUser: [{userName: ana, iamPolicies: unread}]',
      'iamUsers(where: {hasIAMPolicy_NONE: {}}) {userName}',
      [expect.stringMatching(/the test says that .*Polic.* of ana could not be read/)],
    ],
  };

  test.each(Object.entries(rows))('%s', async (_name, [assets, text, expected]) => {
    expect(await answer(assets, text)).toEqual(expected);
  });
});
