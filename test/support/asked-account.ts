import { factGroups } from '../../src/iam/catalogue.generated.ts';
import type { Freshness } from '../../src/inventory/open-account.ts';
import type { Scenario, ScenarioAccessKey } from './aws-endpoint.ts';

const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };
const READ = { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } };
const arn = (path: string): string => `arn:aws:iam::111122223333:${path}`;

const usedKey = (id: string): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active',
  createDate: '2024-03-05T00:00:00Z',
  lastUsed: { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' },
});

/** An account with every noun, in which nothing is wrong that the questions below ask. */
export const clean: Scenario = {
  users: [
    {
      name: 'ana',
      createDate: '2024-03-01T10:20:30Z',
      passwordEnabled: true,
      mfaDevices: [{ serial: arn('mfa/ana') }],
      accessKeys: [usedKey('1'), usedKey('2'), usedKey('3')],
      signingCertificates: [{ id: 'CERT1', status: 'Inactive' }],
      tags: { team: 'a' },
    },
  ],
  report: { columns: 'with-additional' },
  aliases: ['example'],
  groups: [{ name: 'admins' }],
  iamRoles: [{ name: 'deploy', trust: TRUST, instanceProfiles: ['web'] }],
  policies: [{ arn: arn('policy/read'), document: READ }],
  passwordPolicy: { MinimumPasswordLength: 20 },
  serverCertificates: [{ name: 'www', expiration: '2099-01-01T00:00:00Z' }],
  samlProviders: [{ name: 'corp' }],
  oidcProviders: [{ host: 'oidc.example.com' }],
};

interface CleanQuestion {
  readonly text: string;
  /** Where it is not the account above. */
  readonly scenario?: Scenario;
  readonly freshness?: Freshness;
}

const UNUSED_KEYS =
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null},{accessKey2Active:true,accessKey2LastUsedDate:null}]}}){userName}';

/** For each action a question that it decides, and that the account passes with `eq []`. */
export const questions: Readonly<Record<string, CleanQuestion>> = {
  GetCredentialReport: { text: 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}' },
  GenerateCredentialReport: {
    text: 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}',
    scenario: { ...clean, report: { ...clean.report, state: 'absent', pollsUntilReady: 0 } },
  },
  GetCallerIdentity: { text: 'connectors(where:{name:"another"}){name}' },
  ListAccessKeys: { text: 'iamUsers(where:{accessKeys:{status:"Expired"}}){userName}' },
  GetAccessKeyLastUsed: { text: UNUSED_KEYS },
  ListAccountAliases: { text: 'connectors(where:{accountAlias:null}){name}' },
  GetAccountAuthorizationDetails: { text: 'iamUsers(where:{iamPolicies_SOME:{policyType:"Inline"}}){userName}' },
  GetAccountPasswordPolicy: { text: 'iamPasswordPolicies(where:{minimumPasswordLength_LT:14}){identifier}' },
  GetAccountSummary: {
    text: 'iamAccountSummaries(where:{hasIAMAccountSummaryItem_SOME:{key:"AccountAccessKeysPresent",value_GT:0}}){identifier}',
  },
  ListVirtualMFADevices: { text: 'rootUsers(where:{virtualMFADevices_SOME:{}}){arn}' },
  ListServerCertificates: { text: 'AWS130IAM19{serverCertificateName}' },
  ListSAMLProviders: { text: 'iamSAMLProviders(where:{arn_ENDS_WITH:"/other"}){arn}' },
  ListOpenIDConnectProviders: { text: 'iamOIDCProviders(where:{arn_ENDS_WITH:"/other"}){arn}' },
  GetOpenIDConnectProvider: { text: 'iamOIDCProviders(where:{clientIDs_INCLUDES:"anybody"}){arn}' },
  ListServiceSpecificCredentials: { text: 'iamServiceSpecificCredentials(where:{expirationDate:null}){userName}' },
  GetLoginProfile: { text: 'iamUsers(where:{hasIAMUserLoginProfile_SOME:{passwordResetRequired:true}}){userName}' },
  ListMFADevices: { text: 'iamUsers(where:{mfaDevices_SOME:{isVirtual:false}}){userName}' },
  ListUsers: {
    text: 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}',
    freshness: { verify: 'selected' },
  },
  ListSSHPublicKeys: { text: 'iamUsers(where:{sshPublicKeys_SOME:{}}){userName}' },
  ListSigningCertificates: { text: 'iamUsers(where:{signingCertificates_SOME:{status:"Expired"}}){userName}' },
  ListRoles: { text: 'iamRoles(where:{maxSessionDuration_GT:3600}){roleName}' },
  ListInstanceProfiles: { text: 'iamInstanceProfiles(where:{path:"/odd/"}){arn}' },
  ListPolicyTags: { text: 'iamPolicies(where:{tags_SOME:{key:"secret"}}){policyName}' },
  ListServerCertificateTags: { text: 'iamServerCertificates(where:{tags_SOME:{key:"secret"}}){arn}' },
  GetSAMLProvider: { text: 'iamSAMLProviders(where:{assertionEncryptionMode:"Allowed"}){arn}' },
  ListInstanceProfileTags: { text: 'iamRoles(where:{instanceProfiles_SOME:{tags_SOME:{key:"secret"}}}){arn}' },
  ListMFADeviceTags: { text: 'iamUsers(where:{mfaDevices_SOME:{tags_SOME:{key:"secret"}}}){userName}' },
};

/** The same of what belongs to others, which is looked for at its owners. */
export const questionsOfParts: readonly (readonly [action: string, question: CleanQuestion])[] = [
  ['GetAccountAuthorizationDetails', { text: 'iamAccessKeys(where:{status:"Expired"}){accessKeyId}' }],
  ['ListAccessKeys', { text: 'iamAccessKeys(where:{status:"Expired"}){accessKeyId}' }],
  ['GetAccessKeyLastUsed', { text: 'iamAccessKeys(where:{slot:null,lastUsedDate:null}){accessKeyId}' }],
  [
    'GetCredentialReport',
    { text: 'iamUserCredentials(where:{mfaActive:false,passwordEnabled:true,user_NOT:null}){identifier}' },
  ],
  ['ListVirtualMFADevices', { text: 'iamMFADevices(where:{userArn:null}){serialNumber}' }],
  ['ListMFADevices', { text: 'iamMFADevices(where:{isVirtual:false}){serialNumber}' }],
  ['GetSAMLProvider', { text: 'iamSAMLPrivateKeys{keyId}' }],
  ['GetSAMLProvider', { text: 'iamTags(where:{key:"secret"}){key}' }],
];

/** Every action that the schema names, and the one that needs no permission, which it therefore does not name. */
export const everyAction: ReadonlySet<string> = new Set([
  ...Object.values(factGroups).flatMap(({ actions }) => actions.map((action) => action.split(':')[1] as string)),
  'GetCallerIdentity',
]);
