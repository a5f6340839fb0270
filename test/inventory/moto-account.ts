import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
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
  UploadSigningCertificateCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam';
import { inject } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import type { Source } from '../../src/inventory/inventory.ts';
import { LiveSource } from '../../src/inventory/live-source.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';

const ADMIN = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
export const READ = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Read', Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'] },
    {
      Effect: 'Deny',
      NotAction: 'iam:*',
      NotResource: 'arn:aws:s3:::public/*',
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
    {
      Sid: 'Vouched',
      Effect: 'Allow',
      Principal: { Federated: ['the SAML provider', 'the OIDC provider'] },
      Action: ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    },
    { Effect: 'Deny', NotPrincipal: { AWS: '444455556666' }, NotAction: 'sts:TagSession' },
  ],
};

/** Self-signed, and of nobody: its key was never kept. */
const SIGNING_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUJG9F7MX4srrBZ3qo3cch7if/iZ8wCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjUxOTU5MzhaGA8yMTI2MTEwMTE5
NTkzOFowEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABG65MQAGTf+OhuadXEaguQ8Es9UGGRr1qcqSnplhRpGTw+Yg8KBlerbqfCpm
f657AtN0RnGMrJcwh+vOhWM1UTSjUzBRMB0GA1UdDgQWBBSXS1/luDjnYkK2eDC8
ryWYVFjkKTAfBgNVHSMEGDAWgBSXS1/luDjnYkK2eDC8ryWYVFjkKTAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIHqMVSad1WTqEuWUhcu3kAhS9UBn
QA9dyDjw3AZJu+MEAiApekV7XDvzeZE12yNVxs9/dqcErViIf9Xchp/hOt+P5A==
-----END CERTIFICATE-----`;

export interface MotoAccount {
  readonly source: Source;
  readonly iam: IAMClient;
}

/**
 * An account at moto with one of each noun, built through the SDK.
 *
 * @param accountId moto knows an account by its role, so that these assets are nobody else's.
 */
export async function buildMotoAccount(accountId: string): Promise<MotoAccount> {
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: inject('motoUrl'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  const { signal } = new AbortController();
  const account = new AwsAccount({ roleArn: `arn:aws:iam::${accountId}:role/Audit` }, signal);
  const iam = await account.iamClient();
  await build(iam, (path) => `arn:aws:iam::${accountId}:${path}`);
  const live = new LiveSource(account, { maxAgeMs: undefined, waitMs: 10_000 }, signal);
  return { source: openAccount(live, { setupSeconds: 10 }), iam };
}

/**
 * One of each noun, through the SDK. What moto's own answers leave out (boundaries among the details, tags of instance
 * profiles, service-specific credentials) the scripted endpoint gives.
 */
async function build(iam: IAMClient, arn: (path: string) => string): Promise<void> {
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
      Description: 'Deploys',
      MaxSessionDuration: 7_200,
      PermissionsBoundary: arn('policy/full'),
      AssumeRolePolicyDocument: JSON.stringify(TRUST)
        .replace('the SAML provider', arn('saml-provider/corp'))
        .replace('the OIDC provider', arn('oidc-provider/oidc.example.com')),
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
  await iam.send(new CreateAccessKeyCommand({ UserName: 'ana' }));
  await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'example' }));
  await iam.send(new UploadSigningCertificateCommand({ UserName: 'ana', CertificateBody: SIGNING_CERTIFICATE }));
  await iam.send(
    new CreatePolicyVersionCommand({ PolicyArn: arn('policy/read'), PolicyDocument: JSON.stringify(ADMIN) }),
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
