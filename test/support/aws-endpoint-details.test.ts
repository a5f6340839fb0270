import {
  type GetAccountAuthorizationDetailsCommandOutput,
  GetAccountAuthorizationDetailsCommand as GetDetails,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { AWS_POLICY, FULL_ACCOUNT, OWN_POLICY, RAW_TRUST, UNATTACHED_AWS_POLICY } from './full-account.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();

/** What stands in the four lists, by name. */
function namesOf(details: Partial<GetAccountAuthorizationDetailsCommandOutput>): readonly (string | undefined)[] {
  return [
    ...(details.UserDetailList ?? []).map((user) => user.UserName),
    ...(details.GroupDetailList ?? []).map((group) => group.GroupName),
    ...(details.RoleDetailList ?? []).map((role) => role.RoleName),
    ...(details.Policies ?? []).map((policy) => policy.PolicyName),
  ];
}

const decoded = (document: string | undefined): string => decodeURIComponent(document ?? '');

test('a user comes with its groups, policies, boundary and tags', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { UserDetailList: [alice, bob] = [] } = await iam.send(new GetDetails({ Filter: ['User'] }));
  expect(alice).toEqual({
    Path: '/staff/',
    UserName: 'alice',
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/),
    Arn: 'arn:aws:iam::111122223333:user/staff/alice',
    CreateDate: new Date('2024-03-01T10:20:30Z'),
    UserPolicyList: [
      {
        PolicyName: 'own',
        PolicyDocument: encodeURIComponent(JSON.stringify(FULL_ACCOUNT.users[0].inlinePolicies.own)),
      },
      { PolicyName: 'a+b=c', PolicyDocument: '%20%7B%7D%0A' },
    ],
    GroupList: ['admins', 'readers'],
    AttachedManagedPolicies: [
      { PolicyName: 'Own', PolicyArn: OWN_POLICY },
      { PolicyName: 'ViewOnlyAccess', PolicyArn: AWS_POLICY },
    ],
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: OWN_POLICY },
    Tags: [
      { Key: '=cost', Value: '' },
      { Key: 'team', Value: 'a&b' },
    ],
  });
  expect(bob).toMatchObject({ GroupList: [], AttachedManagedPolicies: [], Tags: [] });
  expect(bob?.UserPolicyList).toBeUndefined();
  expect(bob?.PermissionsBoundary).toBeUndefined();
});

test('a group comes with its policies', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { GroupDetailList: groups } = await iam.send(new GetDetails({ Filter: ['Group'] }));
  expect(groups).toEqual([
    {
      Path: '/g/',
      GroupName: 'admins',
      GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{16}$/),
      Arn: 'arn:aws:iam::111122223333:group/g/admins',
      CreateDate: new Date('2024-01-01T00:00:00Z'),
      GroupPolicyList: [{ PolicyName: 'g', PolicyDocument: expect.stringContaining('%22s3%3A*%22') }],
      AttachedManagedPolicies: [{ PolicyName: 'Own', PolicyArn: OWN_POLICY }],
    },
    expect.objectContaining({ GroupName: 'readers', GroupPolicyList: [], AttachedManagedPolicies: [] }),
  ]);
});

test('a role comes with its trust policy as it was written, its instance profiles and its last use', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { RoleDetailList: [deploy, idle] = [] } = await iam.send(new GetDetails({ Filter: ['Role'] }));
  expect(deploy).toMatchObject({
    Arn: 'arn:aws:iam::111122223333:role/service-role/deploy',
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}$/),
    CreateDate: new Date('2024-02-01T00:00:00Z'),
    RolePolicyList: [{ PolicyName: 'r' }],
    AttachedManagedPolicies: [{ PolicyName: 'Own', PolicyArn: OWN_POLICY }],
    PermissionsBoundary: { PermissionsBoundaryArn: UNATTACHED_AWS_POLICY },
    Tags: [{ Key: 'team', Value: 'x' }],
    RoleLastUsed: { LastUsedDate: new Date('2024-04-01T00:00:00Z'), Region: 'eu-west-1' },
    InstanceProfileList: [
      { Arn: 'arn:aws:iam::111122223333:instance-profile/deploy', Roles: [{ RoleName: 'deploy' }] },
      {
        InstanceProfileName: 'web',
        Path: '/p/',
        Arn: 'arn:aws:iam::111122223333:instance-profile/p/web',
        InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{16}$/),
        Roles: [{ RoleName: 'deploy', Path: '/service-role/' }],
      },
    ],
  });
  expect(deploy?.AssumeRolePolicyDocument).toContain('%7B%20%22Version%22');
  expect(decoded(deploy?.AssumeRolePolicyDocument)).toBe(RAW_TRUST);
  expect(idle).toMatchObject({ InstanceProfileList: [], RolePolicyList: [], Tags: [], RoleLastUsed: {} });
  expect(idle?.RoleLastUsed?.LastUsedDate).toBeUndefined();
});

test('a policy comes with its versions, and with how many use it', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { Policies: [own, unused] = [] } = await iam.send(new GetDetails({ Filter: ['LocalManagedPolicy'] }));
  expect(own).toMatchObject({
    PolicyName: 'Own',
    PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{16}$/),
    Arn: OWN_POLICY,
    Path: '/team/a/',
    DefaultVersionId: 'v11',
    AttachmentCount: 3,
    PermissionsBoundaryUsageCount: 1,
    IsAttachable: true,
    Description: 'Own <one>',
    CreateDate: new Date('2024-02-03T00:00:00Z'),
    UpdateDate: new Date('2024-02-11T00:00:00Z'),
    PolicyVersionList: [
      { VersionId: 'v11', IsDefaultVersion: true, CreateDate: new Date('2024-02-11T00:00:00Z') },
      { VersionId: 'v10', IsDefaultVersion: false, Document: 'not%20even%20JSON' },
      { VersionId: 'v9', IsDefaultVersion: false, CreateDate: new Date('2024-02-09T00:00:00Z') },
    ],
  });
  expect(JSON.parse(decoded(own?.PolicyVersionList?.[0]?.Document))).toEqual(FULL_ACCOUNT.policies[0].document);
  expect(unused).toMatchObject({ Path: '/', DefaultVersionId: 'v1', AttachmentCount: 0, IsAttachable: false });
  expect(unused?.Description).toBeUndefined();
});

test('policies of AWS are listed where they are attached', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { Policies: policies, UserDetailList: users } = await iam.send(
    new GetDetails({ Filter: ['AWSManagedPolicy'] }),
  );
  expect(users).toEqual([]);
  expect(policies).toHaveLength(1);
  expect(policies).toMatchObject([
    { Arn: AWS_POLICY, Path: '/job-function/', DefaultVersionId: 'v7', AttachmentCount: 1 },
  ]);
});

test('filters choose lists, none chooses all, and one that AWS does not know is refused', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  expect(namesOf(await iam.send(new GetDetails({ Filter: ['Role', 'Group'] })))).toEqual([
    'admins',
    'readers',
    'deploy',
    'idle',
  ]);
  expect(namesOf(await iam.send(new GetDetails({})))).toHaveLength(9);
  const unknown = new GetDetails({ Filter: ['Users' as 'User'] });
  await expect(iam.send(unknown)).rejects.toMatchObject({ name: 'ValidationError' });
});

test.each([1, 2, 3, 100])('pages of %d run through all four lists in one sequence', async (pageSize) => {
  const { endpoint, iam } = await start({ ...FULL_ACCOUNT, pageSize });
  const all: (string | undefined)[] = [];
  for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 1000 }, {})) {
    expect(namesOf(page).length).toBeLessThanOrEqual(pageSize);
    all.push(...namesOf(page));
  }
  expect(all).toEqual(['alice', 'bob', 'admins', 'readers', 'deploy', 'idle', 'Own', 'Unused', 'ViewOnlyAccess']);
  expect(endpoint.count('GetAccountAuthorizationDetails')).toBe(Math.ceil(9 / pageSize));
});

test('MaxItems counts the members of all lists together', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const page = await iam.send(new GetDetails({ MaxItems: 5 }));
  expect(namesOf(page)).toEqual(['alice', 'bob', 'admins', 'readers', 'deploy']);
  expect(page).toMatchObject({ IsTruncated: true, Policies: [] });
});

test('a user that was deleted since the report has no details and attaches nothing', async () => {
  const [alice, bob] = FULL_ACCOUNT.users;
  const { iam } = await start({ ...FULL_ACCOUNT, users: [{ ...alice, deletedSinceReport: true }, bob] });
  const details = await iam.send(new GetDetails({}));
  expect(namesOf(details)).toEqual(['bob', 'admins', 'readers', 'deploy', 'idle', 'Own', 'Unused']);
  expect(details.Policies?.[0]).toMatchObject({ AttachmentCount: 2, PermissionsBoundaryUsageCount: 0 });
});

test('an account with nothing answers four empty lists', async () => {
  const { iam } = await start({});
  const details = await iam.send(new GetDetails({}));
  expect(details).toMatchObject({ UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] });
  expect(details.IsTruncated).toBe(false);
});
