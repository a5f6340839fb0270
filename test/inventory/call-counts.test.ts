import { describe, expect, test } from 'vitest';
import type { Scenario, ScenarioUser } from '../support/aws-endpoint.ts';
import { askInventory, key, scriptedAccount, USED } from './live-account.ts';

const account = scriptedAccount();

const ALLOW = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };

/** Every tenth user has MFA, every fifth a password, and all a key that is used. */
function accountOf(count: number): Scenario {
  const users = Array.from({ length: count }, (_, index): ScenarioUser => {
    const name = `user-${String(index).padStart(4, '0')}`;
    return {
      name,
      createDate: '2024-03-01T10:20:30Z',
      passwordEnabled: index % 5 === 0,
      accessKeys: [key(String(index).padStart(6, '0'), { lastUsed: USED })],
      groups: ['developers'],
      ...(index % 10 === 0 ? { mfaDevices: [{ serial: `arn:aws:iam::111122223333:mfa/${name}` }] } : {}),
    };
  });
  return {
    users,
    groups: [{ name: 'developers', attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    iamRoles: [{ name: 'deploy', trust: TRUST }],
    policies: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess', document: ALLOW }],
  };
}

const few = accountOf(10);
const many = accountOf(2_500);

type Counts = Readonly<Record<string, number>>;
const REPORT: Counts = { GetCredentialReport: 1 };
const DETAILS = 'GetAccountAuthorizationDetails';

/** What a question costs an account of 10 users, and one of 2,500 where that differs. */
const rows: Readonly<Record<string, readonly [text: string, ofFew: Counts, ofMany?: Counts]>> = {
  'users without MFA but with a password': [
    'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true,mfaActive:false}}){...AssetFragment}',
    REPORT,
  ],
  'what AWSIAM3 asks': ['AWSIAM3{...AssetFragment}', REPORT],
  'users without a device: the report decides who has none, and the others are asked': [
    'iamUsers(where:{mfaSerialNumbers:[]}){userName}',
    { ...REPORT, ListMFADevices: 1 },
    { ...REPORT, ListMFADevices: 250 },
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
    { ...REPORT, [DETAILS]: 3 },
  ],
  'groups with full privileges: what is wanted at once comes at once, and no users with it': [
    '{iamGroups(where:{iamPolicies_SOME:{iamPolicyStatements_SOME:{actions_INCLUDES:"*"}}}){groupName} iamPolicies{policyName}}',
    { [DETAILS]: 1 },
    { [DETAILS]: 3 },
  ],
  'roles alone': ['iamRoles(where:{isServiceLinked:false}){roleName}', { [DETAILS]: 1 }],
  'the password policy, and whose it is': [
    'iamPasswordPolicies(where:{minimumPasswordLength_LT:14}){...AssetFragment}',
    { GetAccountPasswordPolicy: 1, GetCallerIdentity: 1 },
  ],
  'access keys: the users there are, and then those whom the report shows with one': [
    'iamAccessKeys(where:{status:"Active"}){accessKeyId}',
    { ...REPORT, [DETAILS]: 1, ListAccessKeys: 10 },
    { ...REPORT, [DETAILS]: 3, ListAccessKeys: 2_500 },
  ],
  'access keys of one user, or that the report rules out': [
    '{a:iamAccessKeys(where:{user:{userName:"user-0003"}}){accessKeyId} b:iamAccessKeys(where:{lastUsedDate:null}){accessKeyId}}',
    { ...REPORT, [DETAILS]: 1, ListAccessKeys: 1 },
    { ...REPORT, [DETAILS]: 3, ListAccessKeys: 1 },
  ],
  'login profiles: of those with a password': [
    'iamUserLoginProfilesAggregate{count}',
    { ...REPORT, [DETAILS]: 1, GetLoginProfile: 2 },
    { ...REPORT, [DETAILS]: 3, GetLoginProfile: 500 },
  ],
  'MFA devices: of those with MFA, and the virtual ones of all': [
    'iamMFADevices{serialNumber}',
    { ...REPORT, [DETAILS]: 1, ListVirtualMFADevices: 1, ListMFADevices: 1 },
    { ...REPORT, [DETAILS]: 3, ListVirtualMFADevices: 1, ListMFADevices: 250 },
  ],
  'signing certificates: the report shows that nobody has one': [
    'iamSigningCertificates{certificateId}',
    { ...REPORT, [DETAILS]: 1 },
    { ...REPORT, [DETAILS]: 3 },
  ],
  'SSH public keys: the report knows nothing of them': [
    'iamSSHPublicKeys{sshPublicKeyId}',
    { [DETAILS]: 1, ListSSHPublicKeys: 10 },
    { [DETAILS]: 3, ListSSHPublicKeys: 2_500 },
  ],
  'rows of the report': ['iamUserCredentials(where:{mfaActive:false}){passwordEnabled}', REPORT],
  'policy statements': [
    'iamPolicyStatements(where:{actions_INCLUDES:"*"}){asWritten}',
    { [DETAILS]: 1 },
    { [DETAILS]: 3 },
  ],
  'instance profiles, without the roles': ['iamInstanceProfiles{instanceProfileName}', { ListInstanceProfiles: 1 }],
  'keys of the users who are selected': [
    'iamUsers(where:{userName:"user-0003"}){accessKeys{accessKeyId lastUsedDate}}',
    { ...REPORT, ListAccessKeys: 1, GetAccessKeyLastUsed: 1 },
  ],
};

describe('calls of a question', () => {
  test.each(Object.entries(rows))('%s', async (_name, [text, ofFew, ofMany = ofFew]) => {
    const [small, large] = [await account(few, text), await account(many, text)];
    expect(small.errors).toEqual([]);
    expect(large.errors).toEqual([]);
    expect(small.counts).toEqual(ofFew);
    expect(large.counts).toEqual(ofMany);
  });

  test('a hundred requests at once make the calls of one', async () => {
    const source = account.source(few);
    const text = 'iamUsers(where:{mfaSerialNumbers:[]}){userName iamPolicies{policyName}}';
    const answers = await Promise.all(Array.from({ length: 100 }, () => askInventory(source.inventory(), text)));
    expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
    expect(account.counts()).toEqual({ ...REPORT, ListMFADevices: 1, [DETAILS]: 1 });
  });
});
