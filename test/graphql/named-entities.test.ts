import { describe, expect, test } from 'vitest';
import { scriptedAccount } from '../inventory/live-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { namesIn, user } from './named-account.ts';

const account = scriptedAccount();
const namesOf = namesIn(account);

describe('of policies, roles and certificates', () => {
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } };
  const SUPPORT = 'arn:aws:iam::aws:policy/AWSSupportAccess';
  const OWN_SUPPORT = 'arn:aws:iam::111122223333:policy/AWSSupportAccess';
  const trust = (Principal: unknown, Effect = 'Allow', element = 'Principal') => ({
    Statement: [{ Effect, [element]: Principal, Action: 'sts:AssumeRole' }],
  });

  test('AWSIAM8: inline policies of users, groups and roles, with one call', async () => {
    const inlinePolicies = { own: document };
    const answer = await account(
      {
        users: [user('ana', { inlinePolicies }), user('bob')],
        groups: [{ name: 'admins', inlinePolicies }, { name: 'others' }],
        iamRoles: [{ name: 'deploy', trust: trust({ Service: 'ec2.amazonaws.com' }), inlinePolicies }],
      },
      'AWSIAM8{internalName internalAssetType}',
    );
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({
      AWSIAM8: [
        { internalName: 'admins', internalAssetType: 'IAMGroup' },
        { internalName: 'deploy', internalAssetType: 'IAMRole' },
        { internalName: 'ana', internalAssetType: 'IAMUser' },
      ],
    });
    expect(answer.counts['GetAccountAuthorizationDetails']).toBe(1);
  });

  test.each<[name: string, scenario: Scenario, isFound: boolean]>([
    ['not there', {}, true],
    ['there, attached to nothing', { policies: [{ arn: SUPPORT, document }] }, true],
    [
      'attached to a user',
      { policies: [{ arn: SUPPORT, document }], users: [user('ana', { attachedPolicies: [SUPPORT] })] },
      false,
    ],
    [
      'attached to a role',
      {
        policies: [{ arn: SUPPORT, document }],
        iamRoles: [{ name: 'r', trust: trust({ Service: 'ec2.amazonaws.com' }), attachedPolicies: [SUPPORT] }],
      },
      false,
    ],
    [
      'only the bound of what a role may do',
      {
        policies: [{ arn: SUPPORT, document }],
        iamRoles: [{ name: 'r', trust: trust({ Service: 'ec2.amazonaws.com' }), permissionsBoundary: SUPPORT }],
      },
      true,
    ],
    [
      'the name of a policy of the account too, which is attached',
      {
        policies: [{ arn: OWN_SUPPORT, document }],
        groups: [{ name: 'g', attachedPolicies: [OWN_SUPPORT] }],
      },
      true,
    ],
    [
      'attached to a group',
      { policies: [{ arn: SUPPORT, document }], groups: [{ name: 'g', attachedPolicies: [SUPPORT] }] },
      false,
    ],
  ])('AWSIAM16: AWSSupportAccess is %s', async (_name, scenario, isFound) => {
    expect(await namesOf(scenario, 'AWSIAM16')).toEqual(isFound ? ['111122223333'] : []);
  });

  test.each<[name: string, trust: Readonly<Record<string, unknown>>, isFound: boolean]>([
    ['a service', trust({ Service: 'ec2.amazonaws.com' }), false],
    ['the account itself, by ARN', trust({ AWS: 'arn:aws:iam::111122223333:root' }), false],
    ['the account itself, by id', trust({ AWS: '111122223333' }), false],
    ['a role of the account', trust({ AWS: 'arn:aws:iam::111122223333:role/x' }), false],
    ['everybody', trust('*'), true],
    ['everybody, as AWS', trust({ AWS: ['*'] }), true],
    ['another account', trust({ AWS: ['111122223333', 'arn:aws:iam::444455556666:root'] }), true],
    ['another account by its bare id', trust({ AWS: '444455556666' }), true],
    ['a principal that was deleted', trust({ AWS: 'AIDAIOSFODNN7EXAMPLE' }), true],
    ['a session of a role of the account', trust({ AWS: 'arn:aws:sts::111122223333:assumed-role/x/y' }), false],
    [
      'a user of another account whose path names this one',
      trust({ AWS: 'arn:aws:iam::444455556666:user/:111122223333:/x' }),
      true,
    ],
    ['an account of this number in another partition', trust({ AWS: 'arn:aws-cn:iam::111122223333:root' }), true],
    [
      'another account, under a condition',
      {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: '444455556666' },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
          },
        ],
      },
      true,
    ],
    ['a service and another account', trust({ Service: 'ec2.amazonaws.com', AWS: '444455556666' }), true],
    [
      'the account itself, in a second statement everybody',
      { Statement: [...trust({ AWS: '111122223333' }).Statement, ...trust('*').Statement] },
      true,
    ],
    [
      'a canonical user',
      trust({ CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' }),
      true,
    ],
    ['a role that was deleted', trust({ AWS: 'AROAIOSFODNN7EXAMPLE' }), true],
    ['federated users', trust({ Federated: 'arn:aws:iam::111122223333:saml-provider/corp' }), true],
    ['everybody but one', trust({ AWS: 'arn:aws:iam::111122223333:user/x' }, 'Allow', 'NotPrincipal'), true],
    ['another account, denied', trust({ AWS: '444455556666' }, 'Deny'), false],
  ])('AWSRolesWithExternalAccess: %s', async (_name, document, isFound) => {
    const iamRoles = [{ name: 'deploy', trust: document }];
    expect(await namesOf({ iamRoles }, 'AWSRolesWithExternalAccess')).toEqual(isFound ? ['deploy'] : []);
  });

  test('AWSRolesWithExternalAccess: ids of deleted principals are named as such', async () => {
    const text = `AWSRolesWithExternalAccess{
      hasIAMAssumeRolePolicyStatement{hasIAMAssumeRolePolicyPrincipal{value isDeleted}}}`;
    const iamRoles = [{ name: 'deploy', trust: trust({ AWS: ['AROAIOSFODNN7EXAMPLE', '444455556666'] }) }];
    const { data, errors } = await account({ iamRoles }, text);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      AWSRolesWithExternalAccess: [
        {
          hasIAMAssumeRolePolicyStatement: [
            {
              hasIAMAssumeRolePolicyPrincipal: [
                { value: 'AROAIOSFODNN7EXAMPLE', isDeleted: true },
                { value: '444455556666', isDeleted: false },
              ],
            },
          ],
        },
      ],
    });
  });

  test('AWSRolesWithExternalAccess: an account of another partition knows its own', async () => {
    const iamRoles = ['aws-cn', 'aws'].map((partition) => ({
      name: `of-${partition}`,
      trust: trust({ AWS: `arn:${partition}:iam::111122223333:root` }),
    }));
    expect(await namesOf({ partition: 'aws-cn', iamRoles }, 'AWSRolesWithExternalAccess')).toEqual(['of-aws']);
  });

  test('UnusedAWSIAMRoles: by last use, service-linked ones apart', async () => {
    const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const role = (name: string, days?: number) => ({
      name,
      trust: trust({ Service: 'ec2.amazonaws.com' }),
      ...(days === undefined ? {} : { lastUsed: { date: day(days), region: 'eu-west-1' } }),
    });
    const iamRoles = [
      role('never'),
      role('old', 91),
      role('recent', 89),
      { ...role('AWSServiceRoleForX'), path: '/aws-service-role/x/' },
    ];
    expect(await namesOf({ iamRoles }, 'UnusedAWSIAMRoles')).toEqual(['never', 'old']);
    expect(await namesOf({ iamRoles }, 'UnusedAWSIAMRoles(days:30)')).toEqual(['never', 'old', 'recent']);
  });

  test('AWS130IAM19 and ExpiringSSLCertificates: what has expired, and what will', async () => {
    const on = (days: number) => new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
    const serverCertificates = [
      { name: 'gone', expiration: on(-1) },
      { name: 'soon', expiration: on(5) },
      { name: 'later', expiration: on(40) },
    ];
    expect(await namesOf({ serverCertificates }, 'AWS130IAM19')).toEqual(['gone']);
    expect(await namesOf({ serverCertificates }, 'ExpiringSSLCertificates(days:30)')).toEqual(['soon']);
    expect(await namesOf({ serverCertificates }, 'ExpiringSSLCertificates(days:60)')).toEqual(['later', 'soon']);
  });
});
