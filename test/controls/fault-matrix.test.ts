import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { factGroups } from '../../src/iam/catalogue.generated.ts';
import { key, scriptedAccount, USED } from '../inventory/live-account.ts';
import type { Fault, Scenario } from '../support/aws-endpoint.ts';

const account = scriptedAccount();

const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };
const READ = { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } };
const arn = (path: string): string => `arn:aws:iam::111122223333:${path}`;

/** An account in which nothing is wrong that the questions below ask. */
const clean: Scenario = {
  users: [
    {
      name: 'ana',
      createDate: '2024-03-01T10:20:30Z',
      passwordEnabled: true,
      mfaDevices: [{ serial: arn('mfa/ana') }],
      accessKeys: [key('1', { lastUsed: USED }), key('2', { lastUsed: USED }), key('3', { lastUsed: USED })],
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

/** For each action a question that it decides, and that a clean account passes with `eq []`. */
const questions: Readonly<Record<string, string>> = {
  GetCredentialReport: 'iamUsers(where:{hasIAMUserCredentials:{mfaActive:false}}){userName}',
  ListAccessKeys: 'iamUsers(where:{accessKeys:{status:"Expired"}}){userName}',
  GetAccessKeyLastUsed:
    'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null},{accessKey2Active:true,accessKey2LastUsedDate:null}]}}){userName}',
  ListAccountAliases: 'connectors(where:{accountAlias:null}){name}',
  GetAccountAuthorizationDetails: 'iamUsers(where:{iamPolicies_SOME:{policyType:"Inline"}}){userName}',
  GetAccountPasswordPolicy: 'iamPasswordPolicies(where:{minimumPasswordLength_LT:14}){identifier}',
  GetAccountSummary:
    'iamAccountSummaries(where:{hasIAMAccountSummaryItem_SOME:{key:"AccountAccessKeysPresent",value_GT:0}}){identifier}',
  ListVirtualMFADevices: 'rootUsers(where:{virtualMFADevices_SOME:{}}){arn}',
  ListServerCertificates: 'AWS130IAM19{serverCertificateName}',
  ListSAMLProviders: 'iamSAMLProviders(where:{arn_ENDS_WITH:"/other"}){arn}',
  ListOpenIDConnectProviders: 'iamOIDCProviders(where:{arn_ENDS_WITH:"/other"}){arn}',
  GetOpenIDConnectProvider: 'iamOIDCProviders(where:{clientIDs_INCLUDES:"anybody"}){arn}',
  ListServiceSpecificCredentials: 'iamServiceSpecificCredentials(where:{expirationDate:null}){userName}',
  GetLoginProfile: 'iamUsers(where:{hasIAMUserLoginProfile_SOME:{passwordResetRequired:true}}){userName}',
  ListMFADevices: 'iamUsers(where:{mfaSerialNumbers:[]}){userName}',
  ListSSHPublicKeys: 'iamUsers(where:{sshPublicKeys_SOME:{}}){userName}',
  ListRoles: 'iamRoles(where:{maxSessionDuration_GT:3600}){roleName}',
  ListInstanceProfiles: 'iamInstanceProfiles(where:{path:"/odd/"}){arn}',
  ListPolicyTags: 'iamPolicies(where:{tags_SOME:{key:"secret"}}){policyName}',
  ListServerCertificateTags: 'iamServerCertificates(where:{tags_SOME:{key:"secret"}}){arn}',
  ListSAMLProviderTags: 'iamSAMLProviders(where:{tags_SOME:{key:"secret"}}){arn}',
  ListInstanceProfileTags: 'iamRoles(where:{instanceProfiles_SOME:{tags_SOME:{key:"secret"}}}){arn}',
  ListMFADeviceTags: 'iamUsers(where:{mfaDevices_SOME:{tags_SOME:{key:"secret"}}}){userName}',
};

/** The same of what belongs to others, which is looked for at its owners. */
const ofParts: readonly (readonly [action: string, text: string])[] = [
  ['GetAccountAuthorizationDetails', 'iamAccessKeys(where:{status:"Expired"}){accessKeyId}'],
  ['ListAccessKeys', 'iamAccessKeys(where:{status:"Expired"}){accessKeyId}'],
  ['GetAccessKeyLastUsed', 'iamAccessKeys(where:{slot:null,lastUsedDate:null}){accessKeyId}'],
  ['GetCredentialReport', 'iamUserCredentials(where:{mfaActive:false,passwordEnabled:true,user_NOT:null}){identifier}'],
  ['ListVirtualMFADevices', 'iamMFADevices(where:{userArn:null}){serialNumber}'],
  ['ListMFADevices', 'iamMFADevices(where:{isVirtual:false}){serialNumber}'],
  ['ListSAMLProviderTags', 'iamTags(where:{key:"secret"}){key}'],
];

/** Asked only where there is no report to hand out, or where the report shows certificates, which this account's does not. */
const ELSEWHERE = ['GenerateCredentialReport', 'ListSigningCertificates'];

const faults: Readonly<Record<string, Omit<Fault, 'action'>>> = {
  'throttled for ever': { error: { code: 'Throttling' } },
  'throttled twice': { error: { code: 'Throttling' }, times: 2 },
  'a server error': { error: { code: 'InternalFailure' } },
  'a connection cut within the body': { cut: true },
  'a page that is not of AWS': { garbage: true },
  'garbage XML': { garbage: '<Nonsense><a>1</a></Nonsense>' },
  'an empty page that says there is more': { emptyTruncated: true },
  'the same marker again': { sameMarker: true },
  'access denied': { error: { code: 'AccessDenied' } },
  'an expired token': { error: { code: 'ExpiredToken' } },
  'a slow answer': { delayMs: 40 },
};

/** Answers that come in one piece have no pages, so a fault of pages leaves them as they are. */
const PAGELESS = /^(Get(?!AccountAuth)|ListSAMLProviders$|ListOpenIDConnectProviders$)/;
const isHarmless = (action: string, fault: string): boolean =>
  fault === 'a slow answer' || (PAGELESS.test(action) && /^an empty page|^the same marker/.test(fault));

describe('every call there is', () => {
  test('has a question here', () => {
    const actions = new Set(
      Object.values(factGroups).flatMap((group) => group.actions.map((action) => action.split(':')[1])),
    );
    expect([...actions].toSorted()).toEqual([...Object.keys(questions), ...ELSEWHERE].toSorted());
  });

  const all = [...Object.entries(questions), ...ofParts];

  test.each(all)('%s passes where nothing is wrong, and was asked: %s', async (action, text) => {
    const { verdict, errors } = await judge(account.open(clean), { text }, parseExpectation('eq []'));
    expect([verdict, errors]).toEqual(['PASS', []]);
    expect(account.counts()[action]).toBeGreaterThan(0);
  });

  describe.each(all)('%s: %s', (action, text) => {
    test.each(Object.entries(faults))('with %s is never taken for clean', async (name, fault) => {
      const inventory = account.open({ ...clean, faults: [{ action, ...fault }] });
      const { verdict, errors } = await judge(inventory, { text }, parseExpectation('eq []'));
      if (isHarmless(action, name)) expect([verdict, errors]).toEqual(['PASS', []]);
      else expect([verdict, errors.length > 0]).toEqual(['ERROR', true]);
    });
  });
});
