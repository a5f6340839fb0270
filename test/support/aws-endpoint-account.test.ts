import { GetAccountPasswordPolicyCommand, GetAccountSummaryCommand, type IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import type { Scenario } from './aws-endpoint.ts';
import { FULL_ACCOUNT } from './full-account.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();

describe('GetAccountPasswordPolicy', () => {
  const get = new GetAccountPasswordPolicyCommand({});

  test('answers NoSuchEntity where the account never set one', async () => {
    const { iam } = await start({ accountId: '444455556666' });
    await expect(iam.send(get)).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The Password Policy with domain name 444455556666 cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('tells all requirements, and only what was set of the rest', async () => {
    const { endpoint, iam } = await start({ passwordPolicy: { MinimumPasswordLength: 14, RequireNumbers: true } });
    expect((await iam.send(get)).PasswordPolicy).toEqual({
      MinimumPasswordLength: 14,
      RequireSymbols: false,
      RequireNumbers: true,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
    });
    const passwordPolicy = { MinimumPasswordLength: 8, MaxPasswordAge: 90, PasswordReusePrevention: 24 };
    endpoint.setScenario({ passwordPolicy });
    expect((await iam.send(get)).PasswordPolicy).toMatchObject({ ...passwordPolicy, ExpirePasswords: true });
    endpoint.setScenario({ passwordPolicy: { ...passwordPolicy, ExpirePasswords: false, HardExpiry: true } });
    expect((await iam.send(get)).PasswordPolicy).toMatchObject({ ExpirePasswords: false, HardExpiry: true });
  });
});

describe('GetAccountSummary', () => {
  async function summaryOf(iam: IAMClient): Promise<Readonly<Record<string, number>>> {
    return (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {};
  }

  test('counts what the account has', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    expect(await summaryOf(iam)).toMatchObject({
      Users: 2,
      Groups: 2,
      Roles: 2,
      Policies: 2,
      PolicyVersionsInUse: 4,
      InstanceProfiles: 3,
      ServerCertificates: 2,
      Providers: 4,
      MFADevices: 4,
      MFADevicesInUse: 3,
      AccountMFAEnabled: 1,
      AccountAccessKeysPresent: 0,
      AccountPasswordPresent: 1,
      AccountSigningCertificatesPresent: 0,
      AccessKeysPerUserQuota: 2,
    });
  });

  const key = { id: 'AKIAEXAMPLEROOT00001', status: 'Inactive', createDate: '2024-01-01T00:00:00Z' } as const;
  test.each<[name: string, root: Scenario['root'], flags: Readonly<Record<string, number>>]>([
    ['that nothing is said of', undefined, { AccountMFAEnabled: 1, AccountPasswordPresent: 1 }],
    ['that the report leaves out', null, { AccountMFAEnabled: 1, AccountAccessKeysPresent: 0 }],
    ['without MFA', { mfaDevices: [] }, { AccountMFAEnabled: 0 }],
    ['with hardware MFA', { mfaDevices: [{ serial: 'GAHT12345678' }] }, { AccountMFAEnabled: 1, MFADevicesInUse: 1 }],
    ['said to have no MFA', { mfaActive: false }, { AccountMFAEnabled: 0 }],
    ['with a key that is off', { accessKeys: [key] }, { AccountAccessKeysPresent: 1 }],
    ['without a password', { passwordEnabled: false }, { AccountPasswordPresent: 0 }],
    ['with a certificate', { signingCertificates: [{ id: 'X' }] }, { AccountSigningCertificatesPresent: 1 }],
  ])('flags a root user %s', async (_, root, flags) => {
    const { iam } = await start(root === undefined ? {} : { root });
    expect(await summaryOf(iam)).toMatchObject(flags);
  });

  test('a scenario may say otherwise, or leave out a key', async () => {
    const { iam } = await start({ accountSummary: { Users: 4999, AccountMFAEnabled: null, NewKey: 7 } });
    const summary = await summaryOf(iam);
    expect(summary).toMatchObject({ Users: 4999, NewKey: 7, Groups: 0 });
    expect(summary).not.toHaveProperty('AccountMFAEnabled');
  });
});
