import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { ReportSource } from '../../src/inventory/report-source.ts';
import { activeKey, renderCsv, rootRow, userRow } from '../iam/render-report.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { FULL_ACCOUNT } from '../support/full-account.ts';
import { askInventory, denied, key, scriptedAccount, USED, user } from './live-account.ts';
import { reopen, snapshotOf } from './snapshot/snapshot-of.ts';

const account = scriptedAccount();

const ALLOW = { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const TRUST = {
  Statement: {
    Effect: 'Allow',
    Principal: { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  },
};
const [alice, bob] = FULL_ACCOUNT.users;
const [deploy, idle] = FULL_ACCOUNT.iamRoles;
const full: Scenario = {
  ...FULL_ACCOUNT,
  users: [{ ...alice, inlinePolicies: { own: ALLOW }, tags: { team: 'a&b', 'cost/center': '' } }, bob],
  iamRoles: [
    { ...deploy, trust: TRUST },
    { ...idle, trust: TRUST },
  ],
};

const own = (name: string): string => `arn:aws:iam::111122223333:${name}`;
const ALICE = own('user/staff/alice');
const under = (owner: string, ...parts: readonly string[]) => parts.map((part) => `${owner}/${part}`);
const trustOf = (role: string) => `${own(`role/${role}`)}/statement/1`;
const TWO_TAGS = ['tag/a', 'tag/b'];

/** The identifiers of everything in that account that belongs to something else. */
const partsOf: Readonly<Partial<Record<AssetTypeName, readonly string[]>>> = {
  IAMAccessKey: ['AKIAEXAMPLEALICE0001', 'AKIAEXAMPLEALICE0002'],
  IAMAssumeRolePolicyPrincipal: ['idle', 'service-role/deploy'].flatMap((role) =>
    under(trustOf(role), 'principal/Service/ec2.amazonaws.com', 'principal/Service/lambda.amazonaws.com'),
  ),
  IAMAssumeRolePolicyStatement: [trustOf('idle'), trustOf('service-role/deploy')],
  IAMMFADevice: ['GAHT12345678', own('mfa/alice'), own('mfa/root-account-mfa-device'), own('mfa/spare')],
  IAMPolicyStatement: [
    own('group/g/admins/policy/g'),
    own('policy/Unused'),
    own('policy/team/a/Own'),
    own('role/service-role/deploy/policy/r'),
    `${ALICE}/policy/own`,
    'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
  ].map((policy) => `${policy}/statement/1`),
  IAMPolicyVersion: [
    ...under(own('policy/Unused'), 'version/v1'),
    ...under(own('policy/team/a/Own'), 'version/v10', 'version/v11', 'version/v9'),
    'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess/version/v7',
  ],
  IAMSAMLPrivateKey: under(own('saml-provider/okta'), 'private-key/SAMLKEY1', 'private-key/SAMLKEY2'),
  IAMSSHPublicKey: under(ALICE, 'ssh-public-key/APKAEXAMPLE000000001', 'ssh-public-key/APKAEXAMPLE000000002'),
  IAMSigningCertificate: under(
    ALICE,
    'signing-certificate/TA7SMP42TDN5Z26OBPJE7EXAMPLE',
    'signing-certificate/TA7SMP42TDN5Z26OBPJE8EXAMPLE',
  ),
  IAMTag: [
    ...under(own('instance-profile/p/web'), ...TWO_TAGS),
    ...under(own('mfa/alice'), 'tag/app', 'tag/phone'),
    ...under(own('oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X1'), ...TWO_TAGS),
    ...under(own('policy/team/a/Own'), ...TWO_TAGS),
    ...under(own('role/service-role/deploy'), 'tag/team'),
    ...under(own('saml-provider/okta'), ...TWO_TAGS),
    ...under(own('server-certificate/cloudfront/www'), ...TWO_TAGS),
    // A slash would make it look like a tag of something else.
    ...under(ALICE, 'tag/cost%2Fcenter', 'tag/team'),
  ],
  IAMUserCredentials: [own('root'), own('user/bob'), ALICE],
  IAMUserLoginProfile: under(ALICE, 'login-profile'),
};

const partTypes = Object.entries(catalogue).filter(([, { isPart }]) => isPart);

describe('what belongs to others has root fields of its own', () => {
  const allOf = (root: string): string => `{
    ${root}{identifier internalAssetType accountID contentHash}
    ${root}Connection(first:2){totalCount edges{node{identifier}}}
    ${root}Aggregate{count}
  }`;
  const idsOf = (rows: unknown) => (rows as readonly { readonly identifier: string }[]).map((row) => row.identifier);

  test.each(partTypes)('%s: live and in a snapshot', async (type, { root }) => {
    const live = await account(full, allOf(root));
    expect(live.errors).toEqual([]);
    const ids = idsOf(live.data?.[root]);
    // The summary is what AWS counts, and changes with whatever AWS begins to count.
    expect(ids).toEqual(partsOf[type as AssetTypeName] ?? ids.filter((id) => /^111122223333\/\w+$/.test(id)));
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(live.data).toMatchObject({
      [root]: ids.map(() => ({ internalAssetType: type, accountID: expect.stringMatching(/^111122223333$/) })),
      [`${root}Connection`]: {
        totalCount: ids.length,
        edges: ids.slice(0, 2).map((identifier) => ({ node: { identifier } })),
      },
      [`${root}Aggregate`]: { count: ids.length },
    });
    const inventory = reopen(await snapshotOf(account.open(full)));
    expect(await askInventory(inventory, allOf(root))).toEqual({ data: live.data, errors: [] });
    expect(await inventory.count(type as AssetTypeName)).toBe(ids.length);
  });

  test('the rows are those that the relations lead to', async () => {
    const text = `{
      iamAccessKeys(where:{status:"Active"}){status lastUsedDate user{userName}}
      iamMFADevices{userArn isVirtual enableDate}
      connectors{virtualMFADevices{serialNumber}}
      rootUsers{virtualMFADevices{userArn}}
      iamInstanceProfiles{instanceProfileName roles{roleName}}
    }`;
    const { data, errors } = await account(full, text);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      iamAccessKeys: [{ status: 'Active', lastUsedDate: null, user: { userName: 'alice' } }],
      iamMFADevices: [
        { userArn: ALICE, isVirtual: false, enableDate: '2024-03-03T00:00:00Z' },
        { userArn: ALICE, isVirtual: true, enableDate: '2024-03-02T00:00:00Z' },
        { userArn: own('root'), isVirtual: true, enableDate: '2014-01-02T00:00:00Z' },
        { userArn: null, isVirtual: true, enableDate: null },
      ],
      connectors: [
        {
          virtualMFADevices: ['spare', 'root-account-mfa-device', 'alice'].map((name) => ({
            serialNumber: own(`mfa/${name}`),
          })),
        },
      ],
      rootUsers: [{ virtualMFADevices: [{ userArn: own('root') }] }],
      iamInstanceProfiles: [
        { instanceProfileName: 'deploy', roles: [{ roleName: 'deploy' }] },
        { instanceProfileName: 'empty', roles: [] },
        { instanceProfileName: 'web', roles: [{ roleName: 'deploy' }] },
      ],
    });
  });
});

/** Carla has more keys than slots, dan none, and eve is newer than the report. */
const people: Scenario = {
  report: { generatedTime: '2024-05-01T00:00:00Z', columns: 'with-additional' },
  users: [
    { ...user('bob', key('B1', { lastUsed: USED })), passwordEnabled: true },
    user('carla', key('C1'), key('C2', { status: 'Inactive' }), key('C3')),
    user('dan'),
    { ...user('eve', key('E1', { createDate: '2024-06-01T00:00:05Z' })), createDate: '2024-06-01T00:00:00Z' },
  ],
};
const KEYS = 'iamAccessKeys{accessKeyId}';
const ids = (data: Awaited<ReturnType<typeof account>>['data'], field = 'iamAccessKeys') =>
  ((data?.[field] ?? []) as readonly (Readonly<Record<string, string>> | null)[]).map(
    (row) => row && Object.values(row)[0],
  );

describe('whose they are', () => {
  test('users who are newer than the report are asked as well, and those it shows without a key are not', async () => {
    const answer = await account(people, KEYS);
    expect([ids(answer.data), answer.errors]).toEqual([
      ['B1', 'C1', 'C2', 'C3', 'E1'].map((id) => `AKIAEXAMPLE${id}`),
      [],
    ]);
    expect(answer.counts).toEqual({ GetCredentialReport: 1, GetAccountAuthorizationDetails: 1, ListAccessKeys: 3 });
  });

  test.each<[condition: string, asked: number, found: readonly string[]]>([
    ['{user:{userName:"bob"}}', 1, ['B1']],
    ['{user:{hasIAMUserCredentials:{passwordEnabled:true}}}', 2, ['B1']],
    ['{lastUsedDate_NOT:null,slot:1}', 3, ['B1']],
    ['{status:"Expired"}', 2, []],
    ['{internalAssetType:"IAMUser"}', 0, []],
    ['{accountID:"444455556666"}', 0, []],
    ['{AND:[{user:{path:"/staff/"}},{status:"Active"}]}', 0, []],
  ])('a condition that rules a user out spares the call: %s', async (where, asked, found) => {
    const answer = await account(people, `iamAccessKeys(where:${where}){accessKeyId}`);
    expect(answer.errors).toEqual([]);
    expect(ids(answer.data)).toEqual(found.map((id) => `AKIAEXAMPLE${id}`));
    expect(answer.counts['ListAccessKeys'] ?? 0).toBe(asked);
  });

  test('a user who was deleted since the report has none', async () => {
    const users = [{ ...user('gone', key('G1')), deletedSinceReport: true }, user('here', key('H1'))];
    const answer = await account({ users }, KEYS);
    expect([ids(answer.data), answer.errors]).toEqual([['AKIAEXAMPLEH1'], []]);
  });

  test('a newer user is in the rows of the report where the list of users was read, and judged from own calls', async () => {
    const text = 'iamUserCredentials(where:{accessKey1Active:true}){identifier}';
    const alone = await account(people, text);
    expect([ids(alone.data, 'iamUserCredentials'), alone.counts]).toEqual([
      [own('user/bob'), own('user/carla')],
      { GetCredentialReport: 1 },
    ]);
    const inventory = account.open(people);
    await askInventory(inventory, 'iamUsers{tags{key}}');
    const { data, errors } = await askInventory(inventory, text);
    expect([ids(data, 'iamUserCredentials'), errors]).toEqual([
      [own('user/bob'), own('user/carla'), own('user/eve')],
      [],
    ]);
  });
});

describe('what could not be read is an error beside the rows that could', () => {
  const refused = (...faults: NonNullable<Scenario['faults']>) => ({ ...people, faults });

  test('of one user', async () => {
    const scenario = refused(denied('ListAccessKeys', { UserName: 'carla' }));
    const answer = await account(scenario, `${KEYS} iamAccessKeysAggregate{count}`);
    expect(ids(answer.data)).toEqual(['AKIAEXAMPLEB1', 'AKIAEXAMPLEE1', null]);
    expect(answer.data?.['iamAccessKeysAggregate']).toEqual({ count: null });
    expect(answer.errors).toEqual([
      expect.stringMatching(
        /^iamAccessKeys\.2: AccessDenied which access keys of .*carla match cannot be told: iam:ListAccessKeys denied/,
      ),
      expect.stringMatching(/^iamAccessKeysAggregate\.count: AccessDenied/),
    ]);
    const inventory = reopen(await snapshotOf(account.open(scenario)));
    expect(await askInventory(inventory, KEYS)).toEqual(await askInventory(account.open(scenario), KEYS));
    const ofBob = 'iamAccessKeys(where:{user:{userName:"bob"}}){accessKeyId}';
    expect(await askInventory(inventory, ofBob)).toEqual({
      data: { iamAccessKeys: [{ accessKeyId: 'AKIAEXAMPLEB1' }] },
      errors: [],
    });
  });

  test('of the list of users: nobody knows who is newer than the report', async () => {
    const answer = await account(refused(denied('GetAccountAuthorizationDetails')), KEYS);
    expect(ids(answer.data)).toEqual([...['B1', 'C1', 'C2', 'C3'].map((id) => `AKIAEXAMPLE${id}`), null]);
    expect(answer.errors).toEqual([
      expect.stringMatching(/^iamAccessKeys\.4: AccessDenied iam:GetAccountAuthorizationDetails denied/),
    ]);
  });

  test('of the report nothing is needed: it only spares calls', async () => {
    const answer = await account(refused(denied('GetCredentialReport')), KEYS);
    expect([ids(answer.data), answer.errors]).toEqual([
      ['B1', 'C1', 'C2', 'C3', 'E1'].map((id) => `AKIAEXAMPLE${id}`),
      [],
    ]);
    expect(answer.counts['ListAccessKeys']).toBe(4);
  });

  test('of both there is nobody to ask', async () => {
    const faults = [denied('GetCredentialReport'), denied('GetAccountAuthorizationDetails')];
    const answer = await account(refused(...faults), KEYS);
    expect([answer.data, answer.errors]).toEqual([
      { iamAccessKeys: null },
      [expect.stringMatching(/^iamAccessKeys: AccessDenied iam:GetAccountAuthorizationDetails denied/)],
    ]);
  });

  test('virtual devices that the account does not list, beside those of users', async () => {
    const faults = [denied('ListVirtualMFADevices')];
    const answer = await account({ ...full, faults }, 'iamMFADevices{serialNumber}');
    expect(ids(answer.data, 'iamMFADevices')).toEqual(['GAHT12345678', own('mfa/alice'), null]);
  });
});

describe('over a credential report', () => {
  let folder: string | undefined;
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  async function askReport(content: string, text: string, acceptFiltered = false) {
    folder ??= await mkdtemp(join(tmpdir(), 'iamql-parts-'));
    const file = join(folder, 'report.csv');
    await writeFile(file, content);
    const source = new ReportSource({ file, acceptFiltered, maxAgeMs: undefined, generatedAt: undefined });
    return askInventory(openAccount(source, { setupSeconds: 10 }).inventory(), text);
  }

  const ana = userRow('ana', activeKey(1, '2024-03-02T00:00:00+00:00'));
  const whole = renderCsv([rootRow(), ana, userRow('bob')]);

  test('the rows are told, that of the root user too', async () => {
    const { data, errors } = await askReport(
      whole,
      '{iamUserCredentials{identifier accessKey1Active} iamUserCredentialsAggregate(where:{accessKey1Active:true}){count}}',
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      iamUserCredentials: [own('root'), own('user/ana'), own('user/bob')].map((identifier) => ({ identifier })),
      iamUserCredentialsAggregate: { count: 1 },
    });
  });

  test('who has no key is told, and which key is whose is not', async () => {
    const answer = await askReport(whole, `${KEYS} iamSigningCertificates(where:{status:"Active"}){userName}`);
    expect(answer.data).toEqual({ iamAccessKeys: [null], iamSigningCertificates: [] });
    expect(answer.errors).toEqual([
      expect.stringMatching(
        /^iamAccessKeys\.0: NotCollected which access keys of .*ana match cannot be told: needs iam:ListAccessKeys/,
      ),
    ]);
  });

  test('what it has no column for is an error, and no empty list', async () => {
    for (const { root } of partTypes.map(([, type]) => type)) {
      if (root === 'iamUserCredentials') continue;
      const { errors } = await askReport(whole, `${root}{identifier}`);
      expect(errors.length, root).toBeGreaterThan(0);
      expect(errors.join(), root).toContain('NotCollected');
    }
  });

  test.each([[false], [true]])('from which rows were taken says so (accepted: %s)', async (accepted) => {
    const filtered = renderCsv([ana, userRow('bob')]);
    const { data, errors } = await askReport(filtered, 'iamUserCredentials{identifier}', accepted);
    expect(ids(data, 'iamUserCredentials').slice(0, 2)).toEqual([own('user/ana'), own('user/bob')]);
    expect(errors.at(-1)).toMatch(/NotCollected the credential report has no row of the root user/);
    expect(errors).toHaveLength(accepted ? 1 : 2);
  });
});
