import {
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListUsersCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import { iamClient, stsClient } from './aws-clients.ts';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from './aws-endpoint.ts';

const ALICE = {
  name: 'alice',
  path: '/staff/',
  createDate: '2024-03-01T10:20:30Z',
  passwordEnabled: true,
  accessKeys: [
    { id: 'AKIAEXAMPLEALICE0001', status: 'Active', createDate: '2024-03-01T10:20:31Z' },
    {
      id: 'AKIAEXAMPLEALICE0002',
      status: 'Inactive',
      createDate: '2024-03-02T00:00:00Z',
      lastUsed: { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' },
    },
  ],
} as const;

const opened: AwsEndpoint[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function start(scenario: Scenario): Promise<{ endpoint: AwsEndpoint; iam: IAMClient; sts: STSClient }> {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return { endpoint, iam: iamClient(endpoint.url), sts: stsClient(endpoint.url) };
}

describe('what there is', () => {
  test('ListUsers and GetUser carry the fields of a user', async () => {
    const { iam } = await start({ users: [ALICE] });
    const listed = await iam.send(new ListUsersCommand({}));
    const { User: user } = await iam.send(new GetUserCommand({ UserName: 'alice' }));
    expect(listed.Users).toEqual([user]);
    expect(user).toMatchObject({
      UserName: 'alice',
      Path: '/staff/',
      Arn: 'arn:aws:iam::111122223333:user/staff/alice',
      CreateDate: new Date('2024-03-01T10:20:30Z'),
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/),
    });
    expect(user?.PasswordLastUsed).toBeUndefined();
  });

  test('a call without a user name is about the caller', async () => {
    const callerArn = 'arn:aws:iam::111122223333:user/staff/alice';
    const { endpoint, iam } = await start({ users: [ALICE], callerArn });
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).toBe('alice');
    endpoint.setScenario({ callerArn: 'arn:aws:iam::111122223333:root' });
    await expect(iam.send(new GetUserCommand({}))).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('GetAccessKeyLastUsed tells use from no use', async () => {
    const { iam } = await start({ users: [ALICE] });
    const never = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAEXAMPLEALICE0001' }));
    expect(never).toMatchObject({ UserName: 'alice', AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } });
    expect(never.AccessKeyLastUsed?.LastUsedDate).toBeUndefined();
    const used = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAEXAMPLEALICE0002' }));
    expect(used.AccessKeyLastUsed).toEqual({
      LastUsedDate: new Date('2024-04-01T01:02:00Z'),
      Region: 'eu-west-1',
      ServiceName: 's3',
    });
  });

  test('GetLoginProfile is there with a password only', async () => {
    const bob = { name: 'bob', createDate: '2024-03-01T10:20:30Z' };
    const { iam } = await start({ users: [ALICE, bob] });
    const { LoginProfile } = await iam.send(new GetLoginProfileCommand({ UserName: 'alice' }));
    expect(LoginProfile).toMatchObject({ UserName: 'alice', PasswordResetRequired: false });
    await expect(iam.send(new GetLoginProfileCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'Login Profile for User bob cannot be found.',
    });
  });

  test('ListAccountAliases may be empty', async () => {
    const { endpoint, iam } = await start({ aliases: ['prod & co'] });
    expect((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual(['prod & co']);
    endpoint.setScenario({});
    expect((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual([]);
  });

  test('an assumed role is the caller of what its credentials sign', async () => {
    const roleArn = 'arn:aws:iam::444455556666:role/audit/Audit';
    const { endpoint, sts } = await start({ roles: [{ arn: roleArn, externalId: 'x' }] });
    const role = { RoleArn: roleArn, RoleSessionName: 'me' };
    await expect(sts.send(new AssumeRoleCommand(role))).rejects.toMatchObject({ name: 'AccessDenied' });
    const assumed = await sts.send(new AssumeRoleCommand({ ...role, ExternalId: 'x' }));
    const credentials = {
      accessKeyId: assumed.Credentials?.AccessKeyId ?? '',
      secretAccessKey: assumed.Credentials?.SecretAccessKey ?? '',
      sessionToken: assumed.Credentials?.SessionToken ?? '',
    };
    const session = stsClient(endpoint.url, { credentials });
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '444455556666',
      Arn: 'arn:aws:sts::444455556666:assumed-role/Audit/me',
    });
    expect(endpoint.calls.at(-1)?.signedBy).toBe(credentials.accessKeyId);
    expect(assumed.Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
  });

  test('GetCallerIdentity names the scenario account', async () => {
    const { sts } = await start({ accountId: '444455556666', partition: 'aws-cn' });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '444455556666', Arn: 'arn:aws-cn:iam::444455556666:user/auditor' });
    expect(identity.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('paging', () => {
  test('ListUsers and ListAccessKeys follow markers through short pages', async () => {
    const { endpoint, iam } = await start({ users: [ALICE, ...manyUsers(9, 3)], pageSize: 4 });
    const names: (string | undefined)[] = [];
    for await (const page of paginateListUsers({ client: iam, pageSize: 1000 }, {})) {
      names.push(...(page.Users ?? []).map((user) => user.UserName));
    }
    expect(new Set(names).size).toBe(10);
    expect(endpoint.counts()).toEqual({ ListUsers: 3 });
    const first = await iam.send(new ListAccessKeysCommand({ UserName: 'alice', MaxItems: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, AccessKeyMetadata: [{ AccessKeyId: 'AKIAEXAMPLEALICE0001' }] });
    const rest = await iam.send(new ListAccessKeysCommand({ UserName: 'alice', Marker: first.Marker }));
    expect(rest).toMatchObject({ IsTruncated: false, AccessKeyMetadata: [{ Status: 'Inactive' }] });
    expect(rest.Marker).toBeUndefined();
  });

  test('an empty page may say that there is more, and a marker may stand still', async () => {
    const once = { action: 'ListUsers', times: 1 };
    const { endpoint, iam } = await start({ users: [ALICE], faults: [{ ...once, emptyTruncated: true }] });
    const empty = await iam.send(new ListUsersCommand({}));
    expect(empty).toMatchObject({ Users: [], IsTruncated: true });
    expect((await iam.send(new ListUsersCommand({ Marker: empty.Marker }))).Users).toHaveLength(1);
    endpoint.setScenario({ users: [ALICE], faults: [{ action: 'ListUsers', sameMarker: true }] });
    const first = await iam.send(new ListUsersCommand({}));
    const second = await iam.send(new ListUsersCommand({ Marker: first.Marker }));
    expect(second.IsTruncated).toBe(true);
    expect(second.Marker).toBe(first.Marker);
  });

  test('a marker that AWS did not make is refused', async () => {
    const { iam } = await start({});
    await expect(iam.send(new ListUsersCommand({ Marker: 'x' }))).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
