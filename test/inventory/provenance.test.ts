import { describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import type { AssetTypeName } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { everything } from '../../src/inventory/page.ts';
import type { Verify } from '../../src/inventory/verification.ts';
import { wholeField } from '../../src/inventory/whole-field.ts';
import { always } from '../../src/where/expression.ts';
import { key, scriptedAccount, user } from './live-account.ts';

const account = scriptedAccount();

const GENERATED = '2024-05-01T00:00:00Z';
const ALLOW = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const scenario = {
  report: { generatedTime: GENERATED },
  users: [
    {
      ...user('ana', key('1')),
      passwordEnabled: true,
      mfaDevices: [{ serial: 'arn:aws:iam::111122223333:mfa/ana' }],
      tags: { team: 'a' },
      inlinePolicies: { all: ALLOW },
    },
  ],
  serverCertificates: [{ name: 'www', expiration: '2099-01-01T00:00:00Z', tags: { team: 'b' } }],
};

const firstOf = async (inventory: Inventory, type: AssetTypeName): Promise<Asset> =>
  (await inventory.find(type, always, everything)).assets[0] as Asset;

/** What told the last field of a path. Every field on it is read. */
async function toldBy(type: AssetTypeName, path: string, verify?: Verify): Promise<string> {
  const inventory = account.open(scenario, { verify });
  const names = path.split('.');
  const last = names.pop() as string;
  let asset = await firstOf(inventory, type);
  for (const name of names) asset = [await wholeField(inventory, asset, name)].flat()[0] as Asset;
  await wholeField(inventory, asset, last);
  const { source, at, isGenerated } = inventory.provenance(asset, last);
  expect(isGenerated).toBe(source === 'iam:GetCredentialReport');
  expect(isGenerated ? at : at?.slice(0, 2)).toBe(isGenerated ? '2024-05-01T00:00:00+00:00' : '20');
  return source;
}

describe('the answer of AWS that told a field', () => {
  test.each<[type: AssetTypeName, path: string, source: string]>([
    ['IAMUser', 'userName', 'iam:GetCredentialReport'],
    ['IAMUser', 'hasIAMUserCredentials.mfaActive', 'iam:GetCredentialReport'],
    ['IAMUser', 'signingCertificates', 'iam:ListSigningCertificates'],
    ['IAMUser', 'accessKeys.status', 'iam:ListAccessKeys'],
    ['IAMUser', 'accessKeys.lastUsedDate', 'iam:GetAccessKeyLastUsed'],
    ['IAMUser', 'mfaDevices.serialNumber', 'iam:ListMFADevices'],
    ['IAMUser', 'tags.key', 'iam:GetAccountAuthorizationDetails'],
    ['IAMUser', 'iamPolicies.iamPolicyStatements.actions', 'iam:GetAccountAuthorizationDetails'],
    ['RootUser', 'hasIAMUserCredentials.mfaActive', 'iam:GetCredentialReport'],
    ['IAMServerCertificate', 'expiration', 'iam:ListServerCertificates'],
    ['IAMServerCertificate', 'tags.key', 'iam:ListServerCertificateTags'],
    ['Connector', 'partition', 'sts:GetCallerIdentity'],
  ])('%s %s: %s', async (type, path, source) => {
    expect(await toldBy(type, path)).toBe(source);
  });

  test.each([
    ['passwordEnabled', 'iam:GetLoginProfile'],
    ['passwordLastUsed', 'iam:ListUsers'],
    ['passwordLastChanged', 'iam:GetCredentialReport'],
    ['mfaActive', 'iam:ListMFADevices'],
    ['accessKey1Active', 'iam:ListAccessKeys'],
    ['accessKey1LastRotated', 'iam:GetCredentialReport'],
    ['accessKey1LastUsedDate', 'iam:GetAccessKeyLastUsed'],
    ['cert1Active', 'iam:ListSigningCertificates'],
  ])('of a user who is verified: %s: %s', async (field, source) => {
    expect(await toldBy('IAMUser', `hasIAMUserCredentials.${field}`, 'selected')).toBe(source);
  });
});
