import { describe, expect, test } from 'vitest';
import type { Scenario } from '../support/aws-endpoint.ts';
import { FULL_ACCOUNT } from '../support/full-account.ts';
import { askInventory, denied, scriptedAccount } from './live-account.ts';
import { reopen, snapshotOf } from './snapshot/snapshot-of.ts';

const account = scriptedAccount();
const [okta, adfs] = FULL_ACCOUNT.samlProviders;
const scenario: Scenario = { samlProviders: [okta, adfs] };

const WHOLE = `iamSAMLProviders{
  internalName createDate validUntil samlProviderUUID assertionEncryptionMode samlMetadataDocument
  privateKeys{keyId timestamp samlProvider{internalName}} tags{key value}
}`;

describe('what only iam:GetSAMLProvider tells of a SAML provider', () => {
  test('is read for whoever asks, live and in a snapshot', async () => {
    const { data, errors, counts } = await account(scenario, WHOLE);
    expect(errors).toEqual([]);
    expect(counts).toEqual({ ListSAMLProviders: 1, GetSAMLProvider: 2 });
    expect(data).toEqual({
      iamSAMLProviders: [
        {
          internalName: 'adfs',
          createDate: '2024-01-01T00:00:00Z',
          validUntil: null,
          samlProviderUUID: expect.stringMatching(/^SAMLSP/),
          assertionEncryptionMode: null,
          samlMetadataDocument: '<EntityDescriptor entityID="adfs"/>',
          privateKeys: [],
          tags: [],
        },
        {
          internalName: 'okta',
          createDate: '2024-01-04T00:00:00Z',
          validUntil: '2034-01-04T00:00:00Z',
          samlProviderUUID: expect.stringMatching(/^SAMLSP/),
          assertionEncryptionMode: 'Required',
          samlMetadataDocument: okta.metadata,
          privateKeys: [
            { keyId: 'SAMLKEY1', timestamp: '2024-01-05T00:00:00Z', samlProvider: { internalName: 'okta' } },
            { keyId: 'SAMLKEY2', timestamp: '2024-01-06T00:00:00Z', samlProvider: { internalName: 'okta' } },
          ],
          tags: [
            { key: 'a', value: '1' },
            { key: 'b', value: '2' },
          ],
        },
      ],
    });
    const kept = reopen(await snapshotOf(account.open(scenario)));
    expect(await askInventory(kept, WHOLE)).toEqual({ data, errors: [] });
  });

  test('is not read for what the list tells, and not brought along by what every asset has', async () => {
    const text = 'iamSAMLProviders(where:{validUntil_NOT:null}){...AssetFragment createDate}';
    expect((await account(scenario, text)).counts).toEqual({ ListSAMLProviders: 1 });
  });

  test('a provider that is refused is an error on the path of its fields, and the other is answered', async () => {
    const refused = denied('GetSAMLProvider', { SAMLProviderArn: 'arn:aws:iam::111122223333:saml-provider/okta' });
    const faulty = { ...scenario, faults: [refused] };
    const { data, errors } = await account(faulty, 'iamSAMLProviders{internalName validUntil samlMetadataDocument}');
    expect(data).toEqual({
      iamSAMLProviders: [
        { internalName: 'adfs', validUntil: null, samlMetadataDocument: '<EntityDescriptor entityID="adfs"/>' },
        { internalName: 'okta', validUntil: '2034-01-04T00:00:00Z', samlMetadataDocument: null },
      ],
    });
    expect(errors).toEqual([
      expect.stringMatching(/^iamSAMLProviders\.1\.samlMetadataDocument: AccessDenied iam:GetSAMLProvider denied/),
    ]);
    const keys = await account(faulty, 'iamSAMLPrivateKeys(where:{timestamp_LT:"2020-01-01T00:00:00Z"}){keyId}');
    expect(keys.data).toEqual({ iamSAMLPrivateKeys: [null] });
    expect(keys.errors).toEqual([expect.stringContaining('which SAML private keys of')]);
  });

  test('a document of two million characters comes whole', async () => {
    const metadata = `<EntityDescriptor>${'<a b="&amp;">ä</a>'.repeat(120_000)}</EntityDescriptor>`;
    const { data } = await account(
      { samlProviders: [{ name: 'big', metadata }] },
      'iamSAMLProviders{samlMetadataDocument}',
    );
    const [big] = (data?.['iamSAMLProviders'] ?? []) as readonly { readonly samlMetadataDocument: string }[];
    expect(metadata.length).toBeGreaterThan(2_000_000);
    expect(big?.samlMetadataDocument === metadata).toBe(true);
  });
});
