import { describe, expect, test } from 'vitest';
import { type ExplainedQuestion, explain, planOf } from '../../src/graphql/explain.ts';
import type { StoreCost } from '../../src/graphql/source-cost.ts';
import { renderExplanation } from '../../src/report/explanation.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

/** The lines of the condition alone. */
async function conditionOf(where: string, root = 'iamUsers'): Promise<string> {
  const [question] = await explain({ text: `${root}(where:${where}){identifier}` });
  return (question?.condition ?? []).map(({ depth, words }) => '  '.repeat(depth) + words).join('\n');
}

describe('a condition in words', () => {
  test.each<[where: string, words: string]>([
    ['{userName:"ana"}', 'user name is "ana"'],
    ['{userName_NOT:"ana"}', 'user name is not "ana"'],
    ['{NOT:{userName:"ana"}}', 'user name is not "ana"'],
    ['{NOT:{userName_NOT:"ana"}}', 'user name is "ana"'],
    ['{userName_IN:["ana","bob"]}', 'user name is one of ["ana", "bob"]'],
    ['{userName_NOT_IN:["ana"]}', 'user name is none of ["ana"]'],
    ['{userName_IN:[]}', 'it is one of a list that is empty'],
    ['{userName_NOT_IN:[]}', 'it is not so that\n  it is one of a list that is empty'],
    ['{userName_CONTAINS:"a"}', 'user name contains "a"'],
    ['{userName_NOT_STARTS_WITH:"a"}', 'user name does not start with "a"'],
    ['{userName_ENDS_WITH:"a"}', 'user name ends with "a"'],
    ['{userName_MATCHES:"a.*"}', 'user name matches "a.*"'],
    ['{createDate_LT:"2024-01-01"}', 'create date is before 2024-01-01T00:00:00Z'],
    ['{createDate_GTE:"2024-01-01T01:00:00+01:00"}', 'create date is at or after 2024-01-01T00:00:00Z'],
    ['{passwordLastUsed:null}', 'the console password was never used'],
    ['{passwordLastUsed_NOT:null}', 'the console password was used'],
    [
      '{hasIAMUserCredentials:{passwordEnabled:null}}',
      'there is a credential report row for which\n  password enabled has no value',
    ],
    ['{hasIAMUserCredentials:{mfaActive:false}}', 'there is a credential report row for which\n  MFA is not active'],
    [
      '{hasIAMUserCredentials_NOT:{mfaActive_NOT:true}}',
      'there is no credential report row for which\n  MFA is not active',
    ],
    ['{hasIAMUserCredentials:null}', 'there is no credential report row'],
    [
      '{hasIAMUserCredentials:{accessKey1LastUsedDate_LT:"2024-01-01",accessKey2LastUsedRegion:"x"}}',
      [
        'there is a credential report row for which',
        '  access key 1 last used date is before 2024-01-01T00:00:00Z',
        '  AND access key 2 last used region is "x"',
      ].join('\n'),
    ],
    ['{mfaSerialNumbers:[]}', 'MFA serial numbers is []'],
    [
      '{iamPolicies:{attachedRoleIDs_INCLUDES:"A",attachedUserIDs:null}}',
      'there is an IAM policy for which\n  attached role IDs includes "A"\n  AND it is attached to no user',
    ],
    ['{mfaDevices_SOME:{},sshPublicKeys_SOME:{}}', 'there is an MFA device\nAND there is an SSH public key'],
    ['{accessKeys_SOME:{}}', 'there is an access key'],
    ['{accessKeys_NONE:{status:"Active"}}', 'there is no access key for which\n  status is "Active"'],
    ['{accessKeys_SINGLE:{}}', 'there is exactly one access key'],
    ['{accessKeys_ALL:{slot_LTE:2}}', 'there are access keys, and for all of them\n  slot is at most 2'],
    ['{accountID:"1",cloudAccountID:"1",arn:"x"}', 'account ID is "1"\nAND ARN is "x"\nAND cloud account ID is "1"'],
    [
      '{path:"/",OR:[{userName:"a"},{userName:"b",arn:"x"},{NOT:{userName:"c",arn:"y"}}]}',
      [
        'path is "/"',
        'AND',
        '  either user name is "a"',
        '  or',
        '    ARN is "x"',
        '    AND user name is "b"',
        '  or it is not so that',
        '    ARN is "y"',
        '    AND user name is "c"',
      ].join('\n'),
    ],
  ])('%s', async (where, words) => {
    expect(await conditionOf(where)).toBe(words);
  });
});

describe('what a text asks, and what it costs', () => {
  test('the founding check', async () => {
    expect(renderExplanation(await explain({ text: FOUNDING_TEXT }))).toBe(
      `iamUsers: the IAM users for which
  there is a credential report row for which
    either
      access key 1 is active
      AND access key 1 was never used
    or
      access key 2 is active
      AND access key 2 was never used
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).
  for those with more access keys than the credential report has slots:
    iam:ListAccessKeys: one call per user, asked only for users that are selected or undecided.
    iam:GetAccessKeyLastUsed: one call per access key.
`,
    );
  });

  test('several fields, pages, fragments, and facts that only the selection needs', async () => {
    const text = `query Q($name: String) {
      a: iamUsersConnection(first: 5, sort: [{userName: DESC}, {createDate: ASC}], where: {userName: $name}) { edges { node { ...F } } }
      iamUsersAggregate { count }
      connectors(options: {offset: 1}) { accountAlias }
    }
    fragment F on IAMUser { accessKeys { lastUsedDate } }`;
    expect(renderExplanation(await explain({ text, variables: { name: 'ana' } }))).toBe(
      `a: the IAM users for which
  user name is "ana"
  in the order of userName descending, then createDate ascending
  at most 5
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).
  for those IAM users that are selected:
    iam:ListAccessKeys: one call per user, asked only for users that are selected or undecided.
    iam:GetAccessKeyLastUsed: one call per access key.

iamUsersAggregate: how many IAM users
  It needs, for all IAM users:
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).

connectors: the connectors
  without the first 1
  It needs, for all connectors:
    sts:GetCallerIdentity: one call, which needs no permission; a credential report names its account itself.
  for those connectors that are selected:
    iam:ListAccountAliases: one call per account.
`,
    );
  });

  test('a condition on keys says for whom they are listed', async () => {
    const text = renderExplanation(await explain({ text: 'iamUsers(where:{accessKeys:{lastUsedDate:null}}){arn}' }));
    expect(text).toContain('  for those IAM users that this leaves undecided:\n    iam:ListAccessKeys: ');
  });

  test('a question about parts says whom it asks for them', async () => {
    expect(renderExplanation(await explain({ text: 'iamMFADevices{tags{key}}' }))).toBe(`iamMFADevices: the MFA devices
  It needs, for all MFA devices:
    sts:GetCallerIdentity: one call, which needs no permission; a credential report names its account itself.
    iam:ListVirtualMFADevices: one call for each thousand virtual MFA devices.
    iam:GetAccountAuthorizationDetails: one call for each thousand users, shared with the other details.
    iam:GetCredentialReport: one call per account, however many users (iam:GenerateCredentialReport first where there is none).
  for whoever may have MFA devices:
    iam:ListMFADevices: one call per user, asked only for users that are selected or undecided.
  for those MFA devices that are selected:
    iam:ListMFADeviceTags: one call per virtual MFA device.
`);
  });

  test.each(['snapshot', 'report'] as const)('a %s is read, and AWS is not asked', async (source) => {
    const [question] = await explain({ text: 'iamUsers{accessKeys{status}}' });
    const asked = { ...(question as ExplainedQuestion), source };
    expect(renderExplanation([asked])).toBe(
      `iamUsers: the IAM users\n  It reads the ${source} alone; what that does not tell is an error where it decides\n`,
    );
    expect(planOf([asked])[0]?.facts).toEqual([]);
  });

  test('a text that cannot be executed asks nothing', async () => {
    expect(await explain({ text: 'iamUsers(where:{nope:1}){arn}' })).toEqual([]);
    expect(await explain({ text: 'iamUsers(where:{userName_GT:"a"}){arn}' })).toEqual([]);
  });

  test('a relation that has words of its own', async () => {
    expect(await conditionOf('{hasIAMAssumeRolePolicyStatement_SOME:{notPrincipals_SOME:{}}}', 'iamRoles')).toBe(
      'there is a trust policy statement for which\n  the statement is about everybody but some',
    );
  });

  test('a question that has a name, which is about time, says from when it is counted', async () => {
    const text = renderExplanation(await explain({ text: 'AWS130IAM19{arn}' }));
    expect(text).toMatch(
      /^AWS130IAM19: the server certificates for which\n {2}expiration is at or before \S+Z\n {2}\(as of now; it is asked as of when the facts were read\)\n/,
    );
    expect(renderExplanation(await explain({ text: 'AWSIAM16{arn: identifier}' }))).not.toContain('as of now');
  });
});

test('what a pattern costs over a store stands behind the condition, or why that is not known', async () => {
  const [question] = await explain({ text: 'iamUsers(where:{userName_MATCHES:"a.*"}){arn}' });
  const told = (patterns: StoreCost): string | undefined =>
    renderExplanation([{ ...(question as ExplainedQuestion), patterns }]).split('\n')[2];
  expect(told({ how: 'COUNTED', rows: 12, of: 30 })).toBe(
    '  its pattern is matched in this process: 12 of 30 IAM users, which the rest of it keeps, leave the database (counted)',
  );
  expect(told({ how: 'UNKNOWN', why: 'no such store' })).toBe(
    '  what its pattern costs could not be counted: no such store',
  );
});
