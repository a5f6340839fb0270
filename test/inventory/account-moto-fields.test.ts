import {
  GetAccountPasswordPolicyCommand,
  GetGroupCommand,
  GetLoginProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetSAMLProviderCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListInstanceProfilesCommand,
  ListMFADevicesCommand,
  ListPolicyVersionsCommand,
  ListServerCertificatesCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
} from '@aws-sdk/client-iam';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Source } from '../../src/inventory/inventory.ts';
import { askInventory } from './live-account.ts';
import { buildMotoAccount } from './moto-account.ts';

/** No other test's, so that it holds what was built and nothing else. */
const ACCOUNT = '333344446666';
let source: Source;
let iam: IAMClient;
beforeAll(async () => {
  ({ source, iam } = await buildMotoAccount(ACCOUNT));
});

type Row = Readonly<Record<string, unknown>>;

/** Every field of every asset of a type; relations by identifier. */
async function rowsOf(type: AssetTypeName) {
  const { root, fields } = catalogue[type];
  const selected = Object.entries(fields).map(([name, { relation }]) => (relation ? `${name}{identifier}` : name));
  const { data } = await askInventory(source.inventory(), `${root}{${selected.join(' ')}}`);
  return ((data?.[root] ?? []) as readonly (Row | null)[]).filter((row) => row !== null);
}

const NOT_IN_DETAILS = "moto's account details leave it out";
const NOT_IN_SAML = "moto's SAML providers have a document and times, and nothing else";
const NO_USE = 'moto knows no use of a password, key or role';
const NO_ACTION = 'moto does not know the action';
const NOT_IN_REPORT = "moto's report knows no such credential, or has no such column";
const NOT_IN_POLICY = 'a policy of a user, group or role names no principal';

/**
 * What no asset of the account has, with the reason; the scripted endpoint gives it in other tests. A type stands for all
 * its fields. Whoever adds a field adds it to the account of moto-account.ts, or here.
 */
const UNSAID: Readonly<Record<string, string>> = {
  'Connector.rootUser': 'moto has no root user',
  RootUser: 'moto has no root user',
  'IAMMFADevice.rootUser': 'moto has no root user',
  'IAMUserCredentials.rootUser': 'moto has no root user',
  'IAMTag.instanceProfile': NO_ACTION,
  'IAMTag.mfaDevice': NO_ACTION,
  'IAMTag.serverCertificate': NO_ACTION,
  'IAMTag.samlProvider': NOT_IN_SAML,
  IAMServiceSpecificCredential: NO_ACTION,
  'IAMUser.serviceSpecificCredentials': NO_ACTION,
  'IAMInstanceProfile.tags': NO_ACTION,
  'IAMMFADevice.tags': NO_ACTION,
  'IAMSAMLProvider.tags': NOT_IN_SAML,
  'IAMSAMLProvider.samlProviderUUID': NOT_IN_SAML,
  'IAMSAMLProvider.assertionEncryptionMode': NOT_IN_SAML,
  'IAMSAMLProvider.privateKeys': NOT_IN_SAML,
  IAMSAMLPrivateKey: NOT_IN_SAML,
  'IAMServerCertificate.tags': NO_ACTION,
  'IAMPolicy.policyId': NOT_IN_DETAILS,
  'IAMPolicy.permissionsBoundaryUsageCount': NOT_IN_DETAILS,
  'IAMPolicy.boundedUsers': NOT_IN_DETAILS,
  'IAMUser.permissionsBoundary': NOT_IN_DETAILS,
  'IAMUser.permissionsBoundaryArn': NOT_IN_DETAILS,
  'IAMAccessKey.lastUsedDate': NO_USE,
  'IAMAccessKey.lastUsedRegion': NO_USE,
  'IAMAccessKey.lastUsedService': NO_USE,
  'IAMRole.lastUsedDate': NO_USE,
  'IAMRole.lastUsedRegion': NO_USE,
  'IAMUser.passwordLastUsed': NO_USE,
  'IAMUserCredentials.passwordLastUsed': NO_USE,
  'IAMUserCredentials.accessKey1LastUsedDate': NO_USE,
  'IAMUserCredentials.accessKey1LastUsedRegion': NO_USE,
  'IAMUserCredentials.accessKey1LastUsedService': NO_USE,
  'IAMUserCredentials.accessKey2LastRotated': NOT_IN_REPORT,
  'IAMUserCredentials.accessKey2LastUsedDate': NOT_IN_REPORT,
  'IAMUserCredentials.accessKey2LastUsedRegion': NOT_IN_REPORT,
  'IAMUserCredentials.accessKey2LastUsedService': NOT_IN_REPORT,
  'IAMUserCredentials.additionalCredentialsInfo': NOT_IN_REPORT,
  'IAMUserCredentials.cert1LastRotated': NOT_IN_REPORT,
  'IAMUserCredentials.cert2LastRotated': NOT_IN_REPORT,
  'IAMUserCredentials.passwordNextRotation': NOT_IN_REPORT,
  'IAMPolicyStatement.principals': NOT_IN_POLICY,
  'IAMPolicyStatement.notPrincipals': NOT_IN_POLICY,
};

const isSaid = (value: unknown): boolean => value !== null && !(Array.isArray(value) && value.length === 0);

const types = Object.keys(catalogue) as readonly AssetTypeName[];

test.each(types)('every field of %s has a value somewhere, but for those with a reason', async (type) => {
  const rows = await rowsOf(type);
  const unsaid = Object.keys(catalogue[type].fields)
    .filter((name) => !rows.some((row) => isSaid(row[name])))
    .map((name) => `${type}.${name}`);
  const expected = Object.keys(UNSAID).filter((name) => name.startsWith(`${type}.`));
  if (type in UNSAID) expect(rows).toEqual([]);
  else expect(unsaid.toSorted()).toEqual(expected.toSorted());
});

type Answers = () => Promise<readonly (object | undefined)[]>;

/** What moto itself answers of a type's assets, and the member that tells them apart. */
const answers: Readonly<Partial<Record<AssetTypeName, readonly [key: string, answers: Answers]>>> = {
  IAMUser: ['Arn', async () => [(await iam.send(new GetUserCommand({ UserName: 'ana' }))).User]],
  IAMGroup: ['Arn', async () => [(await iam.send(new GetGroupCommand({ GroupName: 'developers' }))).Group]],
  IAMRole: ['Arn', async () => [(await iam.send(new GetRoleCommand({ RoleName: 'deploy' }))).Role]],
  IAMPolicy: ['Arn', async () => [(await iam.send(new GetPolicyCommand({ PolicyArn: READ_ARN }))).Policy]],
  IAMPolicyVersion: [
    'VersionId',
    async () => (await iam.send(new ListPolicyVersionsCommand({ PolicyArn: READ_ARN }))).Versions ?? [],
  ],
  IAMAccessKey: ['AccessKeyId', async () => (await iam.send(new ListAccessKeysCommand(ANA))).AccessKeyMetadata ?? []],
  IAMUserLoginProfile: ['UserName', async () => [(await iam.send(new GetLoginProfileCommand(ANA))).LoginProfile]],
  IAMMFADevice: ['SerialNumber', async () => (await iam.send(new ListMFADevicesCommand(ANA))).MFADevices ?? []],
  IAMSSHPublicKey: [
    'SSHPublicKeyId',
    async () => (await iam.send(new ListSSHPublicKeysCommand(ANA))).SSHPublicKeys ?? [],
  ],
  IAMSigningCertificate: [
    'CertificateId',
    async () => (await iam.send(new ListSigningCertificatesCommand(ANA))).Certificates ?? [],
  ],
  IAMServerCertificate: [
    'Arn',
    async () => (await iam.send(new ListServerCertificatesCommand({}))).ServerCertificateMetadataList ?? [],
  ],
  IAMInstanceProfile: ['Arn', async () => (await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles ?? []],
  IAMSAMLProvider: [
    'CreateDate',
    async () => [await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: arn('saml-provider/corp') }))],
  ],
  IAMOIDCProvider: [
    'Url',
    async () => [
      await iam.send(
        new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn('oidc-provider/oidc.example.com') }),
      ),
    ],
  ],
  IAMPasswordPolicy: [
    'MinimumPasswordLength',
    async () => [(await iam.send(new GetAccountPasswordPolicyCommand({}))).PasswordPolicy],
  ],
};

const ANA = { UserName: 'ana' };
const arn = (path: string): string => `arn:aws:iam::${ACCOUNT}:${path}`;
const READ_ARN = arn('policy/read');

/** Members under another name of ours, and what is no fact. */
const RENAMED: Readonly<Record<string, string>> = {
  ClientIDList: 'clientIDs',
  ThumbprintList: 'thumbprints',
  Roles: 'roles',
  PermissionsBoundary: 'permissionsBoundaryArn',
};
const NO_FACT = new Set(['$metadata', 'ResponseMetadata']);
/** What one call says of its noun and another noun of ours has. */
const ELSEWHERE = new Set(['IAMAccessKey.UserName', 'IAMMFADevice.UserName', 'IAMRole.RoleLastUsed']);

describe('what moto answers is what iamql answers', () => {
  test.each(Object.entries(answers))('of %s, member by member', async (type, [key, ask]) => {
    // Versions of other policies have the same ids.
    const isAsked = ({ policy }: Row) => policy === undefined || (policy as Row)['identifier'] === READ_ARN;
    const rows = (await rowsOf(type as AssetTypeName)).filter(isAsked);
    const names = Object.keys(catalogue[type as AssetTypeName].fields);
    const fieldOf = (member: string) =>
      RENAMED[member] ?? names.find((name) => name.toLowerCase() === member.toLowerCase());
    const answered = (await ask()).filter((one) => one !== undefined);
    expect(answered.length).toBeGreaterThan(0);
    for (const one of answered) {
      const members = Object.entries(one).filter(([name, value]) => value !== undefined && !NO_FACT.has(name));
      const isSame = (candidate: Row) => comparable(candidate[fieldOf(key) ?? '']) === comparable((one as Row)[key]);
      const row = rows.find(isSame);
      expect(row, `${type} ${(one as Row)[key]}`).toBeDefined();
      for (const [member, value] of members.filter(([name]) => !ELSEWHERE.has(`${type}.${name}`))) {
        const name = fieldOf(member);
        expect(name, `a field of ${type} for ${member}`).toBeDefined();
        if (`${type}.${name}` in UNSAID) continue;
        expect(comparable(row?.[name ?? '']), `${type}.${name}`).toEqual(comparable(value));
      }
    }
  });
});

/** Times to the second, related assets and tags by how many they are; a trust policy as AWS encodes it. */
function comparable(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'PermissionsBoundaryArn' in value)
    return value.PermissionsBoundaryArn;
  if (value instanceof Date) return value.toISOString().slice(0, 19);
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value : value.length;
  if (typeof value !== 'string') return value;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return value.slice(0, 19);
  return /^%7B/.test(value) ? decodeURIComponent(value) : value;
}
