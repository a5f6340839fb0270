import { beforeAll, expect, test } from 'vitest';
import type { Source } from '../../src/inventory/inventory.ts';
import { askInventory } from './live-account.ts';
import { buildMotoAccount, READ } from './moto-account.ts';

const ACCOUNT = '333344445555';
const arn = (path: string): string => `arn:aws:iam::${ACCOUNT}:${path}`;

let source: Source;
beforeAll(async () => {
  ({ source } = await buildMotoAccount(ACCOUNT));
});

const ask = (text: string) => askInventory(source.inventory(), text);

test('users with what is attached to them and belongs to them', async () => {
  const { data, errors } = await ask(`iamUsers(options:{sort:{userName:ASC}}){
    userName userId path permissionsBoundaryArn tags{key value} hasIAMGroup{groupName users{userName}}
    iamPolicies{policyType policyName arn users{userName} roles{roleName}}
    hasIAMUserLoginProfile{passwordResetRequired} mfaSerialNumbers mfaDevices{isVirtual userArn enableDate}
    sshPublicKeys{status userName} signingCertificates{status}
  }`);
  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    iamUsers: [
      {
        userName: 'ana',
        userId: expect.stringMatching(/^\w{20}$/),
        path: '/team/',
        tags: [{ key: 'owner', value: 'a' }],
        hasIAMGroup: [{ groupName: 'developers', users: [{ userName: 'ana' }] }],
        iamPolicies: [
          {
            policyType: 'Customer',
            policyName: 'read',
            arn: arn('policy/read'),
            users: [{ userName: 'ana' }],
            roles: [{ roleName: 'deploy' }],
          },
          { policyType: 'Inline', policyName: 'own', arn: null, users: [{ userName: 'ana' }], roles: [] },
        ],
        hasIAMUserLoginProfile: [{ passwordResetRequired: false }],
        mfaSerialNumbers: [arn('mfa/ana-phone')],
        mfaDevices: [{ isVirtual: true, userArn: arn('user/team/ana'), enableDate: expect.any(String) }],
        sshPublicKeys: [{ status: 'Active', userName: 'ana' }],
        signingCertificates: [{ status: 'Active' }],
      },
      {
        userName: 'bob',
        tags: [],
        hasIAMGroup: [],
        iamPolicies: [],
        hasIAMUserLoginProfile: [],
        mfaSerialNumbers: [],
        sshPublicKeys: [],
        permissionsBoundaryArn: null,
      },
    ],
  });
});

test('groups, roles and policies', async () => {
  const { data, errors } = await ask(`{
    iamGroups{groupName arn iamPolicies{policyType policyName iamPolicyStatements{effect actions}} users{userName}}
    iamRoles{
      roleName isServiceLinked tags{key value} instanceProfiles{instanceProfileName} lastUsedDate
      iamPolicies{policyType policyName}
      hasIAMAssumeRolePolicyStatement{effect actions hasIAMAssumeRolePolicyPrincipal{type value}}
    }
    iamPolicies(options:{sort:{internalName:ASC}}){
      policyType policyName description defaultVersionId attachmentCount document tags{key value} users{userName} groups{groupName} roles{roleName}
      iamPolicyStatements{sid effect actions notActions resources notResources conditions}
    }
  }`);
  expect(errors).toEqual([]);
  const readStatements = [
    {
      sid: 'Read',
      effect: 'Allow',
      actions: ['s3:Get*', 's3:List*'],
      notActions: null,
      resources: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'],
      notResources: null,
      conditions: null,
    },
    {
      sid: null,
      effect: 'Deny',
      actions: null,
      notActions: ['iam:*'],
      resources: null,
      notResources: ['arn:aws:s3:::public/*'],
      conditions: '{"Bool":{"aws:MultiFactorAuthPresent":"false"}}',
    },
  ];
  expect(data).toMatchObject({
    iamGroups: [
      {
        groupName: 'developers',
        arn: arn('group/developers'),
        users: [{ userName: 'ana' }],
        iamPolicies: [
          {
            policyType: 'Customer',
            policyName: 'full',
            iamPolicyStatements: [{ effect: 'Allow', actions: ['*'] }],
          },
          { policyType: 'Inline', policyName: 'group-own' },
        ],
      },
    ],
    iamRoles: [
      {
        roleName: 'deploy',
        isServiceLinked: false,
        tags: [{ key: 'env', value: 'prod' }],
        instanceProfiles: [{ instanceProfileName: 'web' }],
        lastUsedDate: null,
        iamPolicies: [
          { policyType: 'Customer', policyName: 'read' },
          { policyType: 'Inline', policyName: 'role-own' },
        ],
        hasIAMAssumeRolePolicyStatement: [
          {
            effect: 'Allow',
            actions: ['sts:AssumeRole'],
            hasIAMAssumeRolePolicyPrincipal: [
              { type: 'Service', value: 'ec2.amazonaws.com' },
              { type: 'AWS', value: '*' },
              { type: 'AWS', value: '444455556666' },
            ],
          },
          {
            effect: 'Allow',
            hasIAMAssumeRolePolicyPrincipal: [
              { type: 'Federated', value: arn('saml-provider/corp') },
              { type: 'Federated', value: arn('oidc-provider/oidc.example.com') },
            ],
          },
          { effect: 'Deny', actions: null, hasIAMAssumeRolePolicyPrincipal: [] },
        ],
      },
    ],
    iamPolicies: [
      {
        policyType: 'Customer',
        policyName: 'full',
        groups: [{ groupName: 'developers' }],
        users: [],
        tags: [],
      },
      { policyType: 'Inline', policyName: 'group-own', groups: [{ groupName: 'developers' }], attachmentCount: null },
      { policyType: 'Inline', policyName: 'own', users: [{ userName: 'ana' }] },
      {
        policyType: 'Customer',
        policyName: 'read',
        defaultVersionId: 'v1',
        attachmentCount: 2,
        document: JSON.stringify(READ),
        tags: [{ key: 'k', value: 'v' }],
        users: [{ userName: 'ana' }],
        roles: [{ roleName: 'deploy' }],
        iamPolicyStatements: readStatements,
      },
      { policyType: 'Inline', policyName: 'role-own', roles: [{ roleName: 'deploy' }] },
    ],
  });
});

test('what belongs to the account', async () => {
  const { data, errors } = await ask(`{
    iamPasswordPolicies{identifier accountID isDefault minimumPasswordLength requireSymbols maxPasswordAge passwordReusePrevention}
    iamAccountSummaries{hasIAMAccountSummaryItem{key value}}
    iamServerCertificates{serverCertificateName arn expiration}
    iamSAMLProviders{arn validUntil}
    iamOIDCProviders{arn url clientIDs thumbprints tags{key value}}
  }`);
  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    iamPasswordPolicies: [
      {
        identifier: ACCOUNT,
        accountID: ACCOUNT,
        isDefault: false,
        minimumPasswordLength: 14,
        requireSymbols: true,
        maxPasswordAge: 90,
        passwordReusePrevention: 0,
      },
    ],
    iamAccountSummaries: [{ hasIAMAccountSummaryItem: expect.arrayContaining([{ key: 'Users', value: 2 }]) }],
    iamServerCertificates: [{ serverCertificateName: 'www', arn: arn('server-certificate/www') }],
    iamSAMLProviders: [{ arn: arn('saml-provider/corp') }],
    iamOIDCProviders: [
      {
        arn: arn('oidc-provider/oidc.example.com'),
        url: expect.stringContaining('oidc.example.com'),
        clientIDs: ['sts.amazonaws.com', 'second'],
        tags: [{ key: 'o', value: 'p' }],
      },
    ],
  });
});

test('published questions about policies run as they are', async () => {
  const full = '{effect:"Allow",actions_INCLUDES: "*", resources_INCLUDES: "*"}';
  const { data, errors } = await ask(`{
    groups: iamGroups(where:{iamPolicies_SOME: {iamPolicyStatements_SOME: ${full}}}){internalName}
    users: iamUsers(where:{hasIAMPolicy_NOT: null, cloudProvider: "aws"}){internalName}
    policies: iamPolicies(where:{hasIAMPolicyStatement_SOME: ${full}}, options:{sort:{internalName:ASC}}){internalName policyType}
    roles: iamRoles(where:{hasIAMAssumeRolePolicyStatement_SOME:{hasIAMAssumeRolePolicyPrincipal_SOME:{value: { eq: "*" }}}}){...AssetFragment}
    noMfa: iamUsers(where:{mfaSerialNumbers: []}){userName}
  }`);
  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    groups: [{ internalName: 'developers' }],
    users: [{ internalName: 'ana' }],
    policies: [
      { internalName: 'full', policyType: 'Customer' },
      { internalName: 'own', policyType: 'Inline' },
    ],
    roles: [
      {
        internalName: 'deploy',
        identifier: arn('role/deploy'),
        accountID: ACCOUNT,
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
    noMfa: [{ userName: 'bob' }],
  });
});
