import { describe, expect, test } from 'vitest';
import { explain } from '../../src/graphql/explain.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { factGroups } from '../../src/iam/catalogue.generated.ts';
import type { Verify } from '../../src/inventory/verification.ts';
import { everyAction } from '../support/asked-account.ts';
import type { Scenario, ScenarioUser } from '../support/aws-endpoint.ts';
import { askInventory, key, scriptedAccount, USED } from './live-account.ts';

const account = scriptedAccount();
/** Thousands of calls take a while where others work as well; it is a hang that this ends. */
const MANY_CALLS_MS = 180_000;

const ALLOW = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };

/** More than a page of users, and of details: a call for each page shows, and one for each user shows the more. */
const MANY = 1_500;
const PAGES = 2;

/** Every tenth user has MFA, every fifth a password, one a certificate, and all a key that is used. */
function accountOf(count: number): Scenario {
  const users = Array.from({ length: count }, (_, index): ScenarioUser => {
    const name = `user-${String(index).padStart(4, '0')}`;
    return {
      name,
      createDate: '2024-03-01T10:20:30Z',
      passwordEnabled: index % 5 === 0,
      accessKeys: [key(String(index).padStart(6, '0'), { lastUsed: USED })],
      groups: ['developers'],
      ...(index === 3 ? { signingCertificates: [{ id: 'CERT1' }] } : {}),
      ...(index % 10 === 0 ? { mfaDevices: [{ serial: `arn:aws:iam::111122223333:mfa/${name}` }] } : {}),
    };
  });
  return {
    users,
    groups: [{ name: 'developers', attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    iamRoles: [{ name: 'deploy', trust: TRUST, instanceProfiles: ['web'] }],
    policies: [
      { arn: 'arn:aws:iam::aws:policy/AdministratorAccess', document: ALLOW },
      { arn: 'arn:aws:iam::111122223333:policy/own', document: ALLOW },
    ],
    serverCertificates: [{ name: 'www', expiration: '2099-01-01T00:00:00Z' }],
    samlProviders: [{ name: 'corp' }],
    oidcProviders: [{ host: 'oidc.example.com' }, { host: 'oidc.example.org' }],
  };
}

const few = accountOf(10);
const many = accountOf(MANY);

type Counts = Readonly<Record<string, number>>;
const REPORT: Counts = { GetCredentialReport: 1 };
const IDENTITY: Counts = { GetCallerIdentity: 1 };
const DETAILS = 'GetAccountAuthorizationDetails';

/** What a question costs an account of 10 users, and one of many where that differs. */
const rows: Readonly<Record<string, readonly [text: string, ofFew: Counts, ofMany?: Counts]>> = {
  'users without MFA but with a password': [
    'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true,mfaActive:false}}){...AssetFragment}',
    REPORT,
  ],
  'root used lately': ['AWSIAM1{...AssetFragment}', REPORT],
  'credentials unused': ['AWSIAM3{...AssetFragment}', REPORT],
  'keys not rotated': ['AWSIAM4{...AssetFragment}', REPORT],
  'inline policies of anybody': ['AWSIAM8{identifier}', { [DETAILS]: 1 }, { [DETAILS]: PAGES }],
  'root without MFA': ['AWSIAM13{...AssetFragment}', REPORT],
  'root without hardware MFA': ['AWSIAM14{...AssetFragment}', { ...REPORT, ListVirtualMFADevices: 1 }],
  'nobody for support': ['AWSIAM16{...AssetFragment}', { [DETAILS]: 1 }],
  'users unused': ['AWSIAM20{...AssetFragment}', REPORT],
  'more than one active key': ['AWS130IAM13{...AssetFragment}', REPORT],
  'certificates that have expired': ['AWS130IAM19{...AssetFragment}', { ListServerCertificates: 1 }],
  'certificates that will': ['ExpiringSSLCertificates(days:30){...AssetFragment}', { ListServerCertificates: 1 }],
  'API keys of single services': ['LongLivedAPIKeys{identifier}', { ListServiceSpecificCredentials: 1 }],
  'roles unused': ['UnusedAWSIAMRoles{...AssetFragment}', { [DETAILS]: 1 }],
  'roles for strangers': ['AWSRolesWithExternalAccess{...AssetFragment}', { [DETAILS]: 1 }],
  'users without a device: the report decides who has none, and who has one': [
    '{a:iamUsers(where:{mfaSerialNumbers:[]}){userName mfaSerialNumbers} b:iamUsers(where:{mfaDevices:null}){userName}}',
    REPORT,
  ],
  'users with a virtual device: one user is asked, and of many the account': [
    'iamUsers(where:{mfaDevices_SOME:{isVirtual:true}}){userName}',
    { ...REPORT, ListMFADevices: 1 },
    { ...REPORT, ListVirtualMFADevices: 1 },
  ],
  'users by the serial number of a device, which the account lists of the one who has it': [
    'iamUsers(where:{mfaSerialNumbers_NOT_INCLUDES:"arn:aws:iam::111122223333:mfa/user-0000",hasIAMUserCredentials:{mfaActive:true},userName_IN:["user-0000"]}){userName}',
    { ...REPORT, ListMFADevices: 1 },
  ],
  'users with a hardware device, of whom no list of the account tells': [
    'iamUsers(where:{mfaDevices_SOME:{isVirtual:false}}){userName}',
    { ...REPORT, ListMFADevices: 1 },
    { ...REPORT, ListVirtualMFADevices: 1, ListMFADevices: MANY / 10 },
  ],
  'the serial numbers of those who have any': [
    'iamUsers(where:{mfaSerialNumbers_NOT:[]}){mfaSerialNumbers}',
    { ...REPORT, ListMFADevices: 1 },
    { ...REPORT, ListMFADevices: MANY / 10 },
  ],
  'users with a password and users without, by what the report says': [
    '{a:iamUsers(where:{hasIAMUserLoginProfile:null}){userName} b:iamUsersAggregate(where:{hasIAMUserLoginProfile_SOME:{}}){count}}',
    REPORT,
  ],
  'cheap conditions come first: nobody is asked whom they rule out': [
    'iamUsers(where:{mfaSerialNumbers_NOT:[],hasIAMUserCredentials:{mfaActive:true,passwordEnabled:false}}){userName}',
    REPORT,
  ],
  'an alternative that is true already asks nothing for the other': [
    'iamUsers(where:{OR:[{path:"/"},{accessKeys:{status:"Inactive"}}]}){userName}',
    REPORT,
  ],
  'administrators without MFA': [
    'iamUsers(where:{hasIAMGroup_SOME:{iamPolicies_SOME:{internalName_CONTAINS:"Administrator"}},hasIAMUserCredentials:{mfaActive:false}}){userName}',
    { ...REPORT, [DETAILS]: 1 },
    { ...REPORT, [DETAILS]: PAGES },
  ],
  'groups with full privileges: what is wanted at once comes at once, and no users with it': [
    '{iamGroups(where:{iamPolicies_SOME:{iamPolicyStatements_SOME:{actions_INCLUDES:"*"}}}){groupName} iamPolicies{policyName}}',
    { [DETAILS]: 1 },
    { [DETAILS]: PAGES },
  ],
  'roles alone': ['iamRoles(where:{isServiceLinked:false}){roleName}', { [DETAILS]: 1 }],
  'the password policy, and whose it is': [
    'iamPasswordPolicies(where:{minimumPasswordLength_LT:14}){...AssetFragment}',
    { GetAccountPasswordPolicy: 1, GetCallerIdentity: 1 },
  ],
  'access keys: the users there are, and then those whom the report shows with one': [
    'iamAccessKeys(where:{status:"Active"}){accessKeyId}',
    { ...REPORT, [DETAILS]: 1, ListAccessKeys: 10 },
    { ...REPORT, [DETAILS]: PAGES, ListAccessKeys: MANY },
  ],
  'access keys of one user, or that the report rules out': [
    '{a:iamAccessKeys(where:{user:{userName:"user-0003"}}){accessKeyId} b:iamAccessKeys(where:{lastUsedDate:null}){accessKeyId}}',
    { ...REPORT, [DETAILS]: 1, ListAccessKeys: 1 },
    { ...REPORT, [DETAILS]: PAGES, ListAccessKeys: 1 },
  ],
  'login profiles: of those with a password': [
    'iamUserLoginProfilesAggregate{count}',
    { ...REPORT, [DETAILS]: 1, GetLoginProfile: 2 },
    { ...REPORT, [DETAILS]: PAGES, GetLoginProfile: MANY / 5 },
  ],
  'MFA devices: of those with MFA, and the virtual ones of all': [
    'iamMFADevices{serialNumber}',
    { ...REPORT, [DETAILS]: 1, ListVirtualMFADevices: 1, ListMFADevices: 1 },
    { ...REPORT, [DETAILS]: PAGES, ListVirtualMFADevices: 1, ListMFADevices: MANY / 10 },
  ],
  'virtual MFA devices: the account lists them all, and no user is asked': [
    '{a:iamMFADevices(where:{isVirtual:true}){serialNumber userArn} b:iamMFADevicesAggregate(where:{isVirtual:true}){count}}',
    { ListVirtualMFADevices: 1, ...IDENTITY },
  ],
  'hardware MFA devices: of those with MFA': [
    'iamMFADevices(where:{isVirtual:false}){serialNumber}',
    { ...REPORT, [DETAILS]: 1, ListVirtualMFADevices: 1, ListMFADevices: 1 },
    { ...REPORT, [DETAILS]: PAGES, ListVirtualMFADevices: 1, ListMFADevices: MANY / 10 },
  ],
  'tags of roles, and none of anything else': ['iamTags(where:{role_NOT:null}){key}', { [DETAILS]: 1 }],
  'active signing certificates: of whom the report shows with one': [
    'iamSigningCertificates(where:{status:"Active"}){certificateId}',
    { ...REPORT, [DETAILS]: 1, ListSigningCertificates: 1 },
    { ...REPORT, [DETAILS]: PAGES, ListSigningCertificates: 1 },
  ],
  'signing certificates that are not: the report may show none of them': [
    'iamSigningCertificates(where:{status:"Inactive"}){certificateId}',
    { ...REPORT, [DETAILS]: 1, ListSigningCertificates: 10 },
    { ...REPORT, [DETAILS]: PAGES, ListSigningCertificates: MANY },
  ],
  'SSH public keys: the report knows nothing of them': [
    'iamSSHPublicKeys{sshPublicKeyId}',
    { [DETAILS]: 1, ListSSHPublicKeys: 10 },
    { [DETAILS]: PAGES, ListSSHPublicKeys: MANY },
  ],
  'rows of the report': ['iamUserCredentials(where:{mfaActive:false}){passwordEnabled}', REPORT],
  'policy statements': [
    'iamPolicyStatements(where:{actions_INCLUDES:"*"}){asWritten}',
    { [DETAILS]: 1 },
    { [DETAILS]: PAGES },
  ],
  'instance profiles, without the roles': ['iamInstanceProfiles{instanceProfileName}', { ListInstanceProfiles: 1 }],
  'the account summary, and whose it is': [
    'iamAccountSummaries{hasIAMAccountSummaryItem{key value}}',
    { GetAccountSummary: 1, ...IDENTITY },
  ],
  'the account by its alias': ['connectors{accountAlias}', { ListAccountAliases: 1, ...IDENTITY }],
  'SAML providers': ['iamSAMLProviders{arn}', { ListSAMLProviders: 1 }],
  'what each of them is and its tags, once for all of that': [
    'iamSAMLProviders(where:{assertionEncryptionMode:null}){samlProviderUUID privateKeys{keyId} samlMetadataDocument tags{key}}',
    { ListSAMLProviders: 1, GetSAMLProvider: 1 },
  ],
  'SAML private keys': ['iamSAMLPrivateKeys{keyId}', { ListSAMLProviders: 1, GetSAMLProvider: 1 }],
  'OpenID Connect providers by their ARNs': ['iamOIDCProviders{arn}', { ListOpenIDConnectProviders: 1 }],
  'what they are, of each one, once for two fields': [
    'iamOIDCProviders(where:{clientIDs_INCLUDES:"a"}){url thumbprints}',
    { ListOpenIDConnectProviders: 1, GetOpenIDConnectProvider: 2 },
  ],
  'service-specific credentials of all users': [
    'iamUsers(where:{serviceSpecificCredentials_SOME:{status:"Active"}}){userName}',
    { ...REPORT, ListServiceSpecificCredentials: 1 },
  ],
  'login profiles, of those with a password': [
    'iamUsers(where:{hasIAMUserLoginProfile_SOME:{passwordResetRequired:true}}){userName}',
    { ...REPORT, GetLoginProfile: 2 },
    { ...REPORT, GetLoginProfile: MANY / 5 },
  ],
  'signing certificates, by what the report shows of them': [
    '{a:iamUsers(where:{signingCertificates_SOME:{status:"Active"}}){userName} b:iamUsers(where:{signingCertificates_SOME:{status:"Active"},userName:"user-0003"}){userName}}',
    REPORT,
  ],
  'signing certificates, of nobody whose report shows none': [
    'iamUsers(where:{signingCertificates_SOME:{status:"Active",uploadDate_LT:"2020-01-01"}}){userName}',
    { ...REPORT, ListSigningCertificates: 1 },
  ],
  'SSH keys, of whoever is selected': [
    'iamUsers(where:{userName:"user-0003"}){sshPublicKeys{sshPublicKeyId}}',
    { ...REPORT, ListSSHPublicKeys: 1 },
  ],
  'tags, of each device': [
    'iamUsers(where:{userName:"user-0000"}){mfaDevices{tags{key}}}',
    { ...REPORT, ListMFADevices: 1, ListMFADeviceTags: 1 },
  ],
  'tags, of policies of the account alone, and of those alone that something else does not rule out': [
    'iamPolicies(where:{policyName_CONTAINS:"o",tags_SOME:{key:"a"}}){policyName}',
    { [DETAILS]: 1, ListPolicyTags: 1 },
    { [DETAILS]: PAGES, ListPolicyTags: 1 },
  ],
  'tags, of each certificate': [
    'iamServerCertificates{tags{key}}',
    { ListServerCertificates: 1, ListServerCertificateTags: 1 },
  ],
  'tags, of each instance profile': [
    'iamRoles{instanceProfiles{tags{key}}}',
    { [DETAILS]: 1, ListInstanceProfileTags: 1 },
  ],
  'what only the list of roles says': [
    'iamRoles(where:{maxSessionDuration_GT:3600}){roleName}',
    { [DETAILS]: 1, ListRoles: 1 },
  ],
  'how many users there are': ['iamUsersAggregate{count}', REPORT],
  'cheap alternatives come first: whom they select is not asked': [
    'iamUsers(where:{OR:[{hasIAMUserCredentials:{mfaActive:true}},{mfaSerialNumbers_NOT:[]}]}){userName}',
    REPORT,
  ],
  'a fact that two fields need is read once': [
    'iamUsers(where:{mfaSerialNumbers_NOT:[]}){mfaSerialNumbers mfaDevices{serialNumber}}',
    { ...REPORT, ListMFADevices: 1 },
    { ...REPORT, ListMFADevices: MANY / 10 },
  ],
  'keys of the users who are selected': [
    'iamUsers(where:{userName:"user-0003"}){accessKeys{accessKeyId lastUsedDate}}',
    { ...REPORT, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
  ],
};

const LIST_OF_MANY: Counts = { ListUsers: PAGES };
const USED_KEYS =
  'iamUsers(where:{hasIAMUserCredentials:{accessKey1Active:true,accessKey1LastUsedDate:null}}){userName}';

/** What `--verify` makes of it: the list of users once, and for each user who is found what the question asks. */
const verifyRows: Readonly<Record<string, readonly [text: string, verify: Verify, ofFew: Counts, ofMany: Counts]>> = {
  'nobody is found': [USED_KEYS, 'selected', { ...REPORT, ListUsers: 1 }, { ...REPORT, ...LIST_OF_MANY }],
  'one user is found, by a key': [
    'iamUsers(where:{userName:"user-0003",hasIAMUserCredentials:{accessKey1Active:true}}){userName}',
    'selected',
    { ...REPORT, ListUsers: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
    { ...REPORT, ...LIST_OF_MANY, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
  ],
  'every tenth user is found, by password and MFA': [
    'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true,mfaActive:true}}){userName}',
    'selected',
    { ...REPORT, ListUsers: 1, GetLoginProfile: 1, ListMFADevices: 1 },
    { ...REPORT, ...LIST_OF_MANY, GetLoginProfile: MANY / 10, ListMFADevices: MANY / 10 },
  ],
  'all: every user is asked for what the question needs': [
    USED_KEYS,
    'all',
    { ...REPORT, ListUsers: 1, ListAccessKeys: 10, GetAccessKeyLastUsed: 10 },
    { ...REPORT, ...LIST_OF_MANY, ListAccessKeys: MANY, GetAccessKeyLastUsed: MANY },
  ],
  'all: a question that the list answers': [
    'iamUsers(where:{passwordLastUsed_NOT:null}){userName}',
    'all',
    { ...REPORT, ListUsers: 1 },
    { ...REPORT, ...LIST_OF_MANY },
  ],
};

describe('calls of a question that is verified', () => {
  test.each(Object.entries(verifyRows))(
    '%s',
    async (_name, [text, verify, ofFew, ofMany]) => {
      for (const [scenario, counts] of [
        [few, ofFew],
        [many, ofMany],
      ] as const) {
        const { errors } = await askInventory(account.open(scenario, { verify }), text);
        expect([errors, account.counts()]).toEqual([[], counts]);
      }
    },
    MANY_CALLS_MS,
  );
});

describe('calls of a question', () => {
  test.each(Object.entries(rows))(
    '%s',
    async (_name, [text, ofFew, ofMany = ofFew]) => {
      const [small, large] = [await account(few, text), await account(many, text)];
      expect(small.errors).toEqual([]);
      expect(large.errors).toEqual([]);
      expect(small.counts).toEqual(ofFew);
      expect(large.counts).toEqual(ofMany);
      const planned = await actionsOf(text);
      expect(Object.keys(large.counts).filter((action) => !planned.has(action))).toEqual([]);
    },
    MANY_CALLS_MS,
  );

  test('has a row for every action and every question with a name', () => {
    // Only where there is no report to hand out; test/aws/credential-report.test.ts counts these calls.
    const counted = new Set(['GenerateCredentialReport']);
    const counts = [
      ...Object.values(rows).map(([, ...of]) => of),
      ...Object.values(verifyRows).map(([, , ...of]) => of),
    ];
    for (const actions of counts.flat()) for (const action of Object.keys(actions ?? {})) counted.add(action);
    expect([...everyAction].filter((action) => !counted.has(action))).toEqual([]);
    const texts = Object.values(rows).map(([text]) => text);
    expect(Object.keys(namedFields).filter((name) => !texts.some((text) => text.startsWith(name)))).toEqual([]);
  });

  test('a hundred requests at once make the calls of one', async () => {
    const source = account.source(few);
    const text = 'iamUsers{userName mfaSerialNumbers iamPolicies{policyName}}';
    const answers = await Promise.all(Array.from({ length: 100 }, () => askInventory(source.inventory(), text)));
    expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
    expect(account.counts()).toEqual({ ...REPORT, ListMFADevices: 1, [DETAILS]: 1 });
  });
});

/** The actions of the plan, made without AWS; anybody may ask who they are, so that a plan does not name it. */
async function actionsOf(text: string): Promise<ReadonlySet<string>> {
  const groups = (await explain({ text })).flatMap(({ facts }) => facts.map(({ group }) => group));
  const actions = groups.flatMap((group) => factGroups[group].actions);
  return new Set(['GetCallerIdentity', ...actions.map((action) => action.slice('iam:'.length))]);
}

describe('whose account it is', () => {
  const SUPPORT = 'AWSIAM16{...AssetFragment}';
  const accountWith = (...arns: readonly string[]): Scenario => ({
    ...accountOf(10),
    policies: arns.map((arn) => ({ arn, document: ALLOW })),
  });
  const AWS_POLICY = 'arn:aws:iam::aws:policy/AWSSupportAccess';

  test('is told by what is read of it', async () => {
    const { counts } = await account(accountWith(AWS_POLICY, 'arn:aws:iam::111122223333:policy/own'), SUPPORT);
    expect(counts).toEqual({ [DETAILS]: 1 });
  });

  test('is asked where that names no account', async () => {
    const { counts } = await account(accountWith(AWS_POLICY), SUPPORT);
    expect(counts).toEqual({ ...IDENTITY, [DETAILS]: 1 });
  });
});
