import {
  GetLoginProfileCommand,
  GetUserCommand,
  type IAMClient,
  ListMFADevicesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { FULL_ACCOUNT, OWN_POLICY, VIRTUAL } from './full-account.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();
const ALICE = { UserName: 'alice' };
const BOB = { UserName: 'bob' };

describe('MFA devices', () => {
  test('ListMFADevices has every kind of one user', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    expect((await iam.send(new ListMFADevicesCommand(ALICE))).MFADevices).toEqual([
      { ...ALICE, SerialNumber: `${VIRTUAL}alice`, EnableDate: new Date('2024-03-02T00:00:00Z') },
      { ...ALICE, SerialNumber: 'GAHT12345678', EnableDate: new Date('2024-03-03T00:00:00Z') },
    ]);
    expect((await iam.send(new ListMFADevicesCommand(BOB))).MFADevices).toEqual([]);
  });

  test('ListVirtualMFADevices has the virtual ones, whoever has them', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    const { User: alice } = await iam.send(new GetUserCommand(ALICE));
    const { Tags: _, PermissionsBoundary: __, ...listed } = alice ?? {};
    const { VirtualMFADevices: devices } = await iam.send(new ListVirtualMFADevicesCommand({}));
    expect(devices).toEqual([
      { SerialNumber: `${VIRTUAL}spare` },
      {
        SerialNumber: `${VIRTUAL}root-account-mfa-device`,
        EnableDate: new Date('2014-01-02T00:00:00Z'),
        User: {
          UserId: '111122223333',
          Arn: 'arn:aws:iam::111122223333:root',
          CreateDate: new Date('2014-01-01T00:00:00Z'),
          PasswordLastUsed: new Date('2024-01-05T00:00:00Z'),
        },
      },
      { SerialNumber: `${VIRTUAL}alice`, EnableDate: new Date('2024-03-02T00:00:00Z'), User: listed },
    ]);
  });

  test.each([
    ['Assigned', [`${VIRTUAL}root-account-mfa-device`, `${VIRTUAL}alice`]],
    ['Unassigned', [`${VIRTUAL}spare`]],
    ['Any', [`${VIRTUAL}spare`, `${VIRTUAL}root-account-mfa-device`, `${VIRTUAL}alice`]],
  ] as const)('AssignmentStatus %s', async (AssignmentStatus, serials) => {
    const { iam } = await start(FULL_ACCOUNT);
    const { VirtualMFADevices: devices } = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus }));
    expect(devices?.map((device) => device.SerialNumber)).toEqual(serials);
  });
});

test('ListSSHPublicKeys', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  expect((await iam.send(new ListSSHPublicKeysCommand(ALICE))).SSHPublicKeys).toEqual([
    {
      ...ALICE,
      SSHPublicKeyId: 'APKAEXAMPLE000000001',
      Status: 'Active',
      UploadDate: new Date('2024-03-04T00:00:00Z'),
    },
    {
      ...ALICE,
      SSHPublicKeyId: 'APKAEXAMPLE000000002',
      Status: 'Inactive',
      UploadDate: new Date('2024-03-05T00:00:00Z'),
    },
  ]);
});

test('ListSigningCertificates', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  expect((await iam.send(new ListSigningCertificatesCommand(ALICE))).Certificates).toEqual([
    {
      ...ALICE,
      CertificateId: 'TA7SMP42TDN5Z26OBPJE7EXAMPLE',
      CertificateBody: 'a\n<b',
      Status: 'Active',
      UploadDate: new Date('2024-03-06T00:00:00Z'),
    },
    {
      ...ALICE,
      CertificateId: 'TA7SMP42TDN5Z26OBPJE8EXAMPLE',
      CertificateBody: expect.stringContaining('BEGIN CERTIFICATE'),
      Status: 'Inactive',
      UploadDate: new Date('2024-01-01T00:00:00Z'),
    },
  ]);
});

describe('ListServiceSpecificCredentials', () => {
  test('of one user: user names and aliases, and what expires', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    const { ServiceSpecificCredentials: found } = await iam.send(new ListServiceSpecificCredentialsCommand(ALICE));
    expect(found).toEqual([
      {
        ...ALICE,
        Status: 'Active',
        ServiceUserName: 'alice-at-111122223333',
        CreateDate: new Date('2024-03-07T00:00:00Z'),
        ServiceSpecificCredentialId: 'ACCAEXAMPLE000000001',
        ServiceName: 'codecommit.amazonaws.com',
      },
      {
        ...ALICE,
        Status: 'Inactive',
        ServiceCredentialAlias: 'BedrockAPIKey-x-at-111122223333',
        CreateDate: new Date('2024-03-08T00:00:00Z'),
        ExpirationDate: new Date('2024-06-08T00:00:00Z'),
        ServiceSpecificCredentialId: 'ACCAEXAMPLE000000002',
        ServiceName: 'bedrock.amazonaws.com',
      },
    ]);
  });

  test.each([
    [{ AllUsers: true }, ['1', '2', '3']],
    [{ AllUsers: true, ServiceName: 'bedrock.amazonaws.com' }, ['2']],
    [{ ...BOB, ServiceName: 'bedrock.amazonaws.com' }, []],
    [BOB, ['3']],
  ])('%j', async (input, ends) => {
    const { iam } = await start(FULL_ACCOUNT);
    const { ServiceSpecificCredentials: found } = await iam.send(new ListServiceSpecificCredentialsCommand(input));
    expect(found?.map((credential) => credential.ServiceSpecificCredentialId?.at(-1))).toEqual(ends);
  });
});

/** The lists of a user's own, asked for in one way. */
type ListOf = (iam: IAMClient, input: { UserName?: string }) => Promise<readonly unknown[] | undefined>;

const mfaDevices: ListOf = async (iam, input) => (await iam.send(new ListMFADevicesCommand(input))).MFADevices;
const sshKeys: ListOf = async (iam, input) => (await iam.send(new ListSSHPublicKeysCommand(input))).SSHPublicKeys;
const certificates: ListOf = async (iam, input) =>
  (await iam.send(new ListSigningCertificatesCommand(input))).Certificates;
const serviceCredentials: ListOf = async (iam, input) =>
  (await iam.send(new ListServiceSpecificCredentialsCommand(input))).ServiceSpecificCredentials;

test.each<[name: string, listOf: ListOf]>([
  ['MFA devices', mfaDevices],
  ['SSH public keys', sshKeys],
  ['signing certificates', certificates],
  ['service-specific credentials', serviceCredentials],
])('%s without a name are those of the caller, and of nobody a NoSuchEntity', async (_, listOf) => {
  const { endpoint, iam } = await start(FULL_ACCOUNT);
  await expect(listOf(iam, { UserName: 'carol' })).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The user with name carol cannot be found.',
  });
  await expect(listOf(iam, {})).rejects.toThrow('The user with name auditor cannot be found.');
  endpoint.setScenario({ ...FULL_ACCOUNT, callerArn: 'arn:aws:iam::111122223333:user/staff/alice' });
  const own = await listOf(iam, {});
  expect(own).toHaveLength(2);
  expect(own).toEqual(await listOf(iam, ALICE));
});

test('GetUser tells the boundary and the tags, GetLoginProfile whether the password must be changed', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  expect((await iam.send(new GetUserCommand(ALICE))).User).toMatchObject({
    PermissionsBoundary: { PermissionsBoundaryArn: OWN_POLICY },
    Tags: [{ Key: '=cost' }, { Key: 'team', Value: 'a&b' }],
  });
  const { LoginProfile: profile } = await iam.send(new GetLoginProfileCommand(ALICE));
  expect(profile).toMatchObject({ PasswordResetRequired: true });
});
