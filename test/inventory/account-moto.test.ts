import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  type IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
  UploadServerCertificateCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam';
import { beforeAll, expect, inject, test } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import type { Source } from '../../src/inventory/inventory.ts';
import { LiveSource } from '../../src/inventory/live-source.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { askInventory } from './live-account.ts';

/** Moto knows an account by its role, so that these assets are nobody else's. */
const ACCOUNT = '333344445555';
const arn = (path: string): string => `arn:aws:iam::${ACCOUNT}:${path}`;

const ADMIN = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const READ = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Read', Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'] },
    {
      Effect: 'Deny',
      NotAction: 'iam:*',
      Resource: '*',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
    },
  ],
};
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com', AWS: ['*', '444455556666'] },
      Action: 'sts:AssumeRole',
    },
  ],
};

let source: Source;
beforeAll(async () => {
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: inject('motoUrl'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  const { signal } = new AbortController();
  const account = new AwsAccount({ roleArn: `arn:aws:iam::${ACCOUNT}:role/Audit` }, signal);
  await build(await account.iamClient());
  source = openAccount(new LiveSource(account, { maxAgeMs: undefined, waitMs: 10_000 }, signal), { setupSeconds: 10 });
});

/**
 * One of each noun, through the SDK. What moto's own answers leave out (boundaries among the details, tags of instance
 * profiles, service-specific credentials) the scripted endpoint gives.
 */
async function build(iam: IAMClient): Promise<void> {
  await iam.send(new CreatePolicyCommand({ PolicyName: 'full', PolicyDocument: JSON.stringify(ADMIN) }));
  await iam.send(
    new CreateUserCommand({
      UserName: 'ana',
      Path: '/team/',
      Tags: [{ Key: 'owner', Value: 'a' }],
      PermissionsBoundary: arn('policy/full'),
    }),
  );
  await iam.send(new CreateUserCommand({ UserName: 'bob' }));
  await iam.send(new CreateGroupCommand({ GroupName: 'developers' }));
  await iam.send(new AddUserToGroupCommand({ GroupName: 'developers', UserName: 'ana' }));
  await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'read',
      Description: 'Reads',
      PolicyDocument: JSON.stringify(READ),
      Tags: [{ Key: 'k', Value: 'v' }],
    }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'deploy',
      AssumeRolePolicyDocument: JSON.stringify(TRUST),
      Tags: [{ Key: 'env', Value: 'prod' }],
    }),
  );
  await iam.send(new AttachUserPolicyCommand({ UserName: 'ana', PolicyArn: arn('policy/read') }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'deploy', PolicyArn: arn('policy/read') }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'developers', PolicyArn: arn('policy/full') }));
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'ana', PolicyName: 'own', PolicyDocument: JSON.stringify(ADMIN) }),
  );
  await iam.send(
    new PutGroupPolicyCommand({
      GroupName: 'developers',
      PolicyName: 'group-own',
      PolicyDocument: JSON.stringify(READ),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'role-own', PolicyDocument: JSON.stringify(READ) }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web', Tags: [{ Key: 'p', Value: 'q' }] }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'deploy' }));
  await iam.send(new CreateLoginProfileCommand({ UserName: 'ana', Password: 'Example-1234' }));
  const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'ana-phone' }));
  await iam.send(
    new EnableMFADeviceCommand({
      UserName: 'ana',
      SerialNumber: VirtualMFADevice?.SerialNumber,
      AuthenticationCode1: '123456',
      AuthenticationCode2: '654321',
    }),
  );
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 14, RequireSymbols: true, MaxPasswordAge: 90 }),
  );
  await iam.send(new UploadSSHPublicKeyCommand({ UserName: 'ana', SSHPublicKeyBody: 'ssh-rsa AAAAB3Nz example' }));
  await iam.send(
    new UploadServerCertificateCommand({
      ServerCertificateName: 'www',
      CertificateBody: 'certificate',
      PrivateKey: 'key',
    }),
  );
  await iam.send(new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: 'a'.repeat(1024) }));
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: 'https://oidc.example.com',
      ThumbprintList: ['a'.repeat(40)],
      ClientIDList: ['sts.amazonaws.com', 'second'],
      Tags: [{ Key: 'o', Value: 'p' }],
    }),
  );
}

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
        signingCertificates: [],
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
      resources: ['*'],
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
