import type { SAMLPrivateKey as SdkPrivateKey } from '@aws-sdk/client-iam';
import { type Instant, instantOf } from '../iam/instant.ts';
import { UNREAD, type Unread } from '../iam/unread.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import type { Tag } from './paging.ts';
import { instantOrNull, type ResourceTag, required, tagsOf } from './required.ts';

export interface ListedSamlProvider {
  readonly arn: string;
  readonly createDate: Instant;
  readonly validUntil: Instant | null;
}

export interface SamlPrivateKey {
  readonly keyId: string;
  /** When it was uploaded. */
  readonly timestamp: Instant;
}

/** What the list leaves out. */
export interface SamlProvider {
  /** UNREAD: an emulator did not tell it; AWS does. */
  readonly samlProviderUUID: string | Unread;
  /** `Required` or `Allowed`. Null: encryption was never set up. */
  readonly assertionEncryptionMode: string | null;
  /** Two at most. */
  readonly privateKeys: readonly SamlPrivateKey[];
  /** XML text. */
  readonly samlMetadataDocument: string;
  readonly tags: readonly ResourceTag[];
}

export interface OpenIdConnectProvider {
  /** As AWS keeps it, without `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly createDate: Instant;
  readonly tags: readonly ResourceTag[];
}

const LIST_SAML = 'iam:ListSAMLProviders';
const GET_SAML = 'iam:GetSAMLProvider';
const LIST_OIDC = 'iam:ListOpenIDConnectProviders';
const GET_OIDC = 'iam:GetOpenIDConnectProvider';

/** The SAML providers of the account, which come on one page. Source: IAM API Reference, ListSAMLProviders. */
export async function listSamlProviders(account: AwsAccount, tag: Tag): Promise<readonly ListedSamlProvider[]> {
  const { ListSAMLProvidersCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  return account.call({ action: LIST_SAML, ...tag }, async (options) => {
    const { SAMLProviderList: providers } = await client.send(new ListSAMLProvidersCommand({}), options);
    if (!providers) throw answeredWithout(LIST_SAML, 'a list of SAML providers');
    return providers.map((listed) => {
      const provider = required(LIST_SAML, 'a SAML provider', listed, 'Arn', 'CreateDate');
      return {
        arn: provider.Arn,
        createDate: instantOf(provider.CreateDate),
        validUntil: instantOrNull(provider.ValidUntil),
      };
    });
  });
}

/** Source: IAM API Reference, GetSAMLProvider, which has the tags too. */
export async function getSamlProvider(account: AwsAccount, arn: string, tag: Tag): Promise<SamlProvider> {
  const { GetSAMLProviderCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetSAMLProviderCommand({ SAMLProviderArn: arn });
  return account.call({ action: GET_SAML, ...tag }, async (options) => {
    const provider = required(GET_SAML, arn, await client.send(command, options), 'SAMLMetadataDocument');
    return {
      samlProviderUUID: provider.SAMLProviderUUID ?? UNREAD,
      assertionEncryptionMode: provider.AssertionEncryptionMode ?? null,
      privateKeys: (provider.PrivateKeyList ?? []).map(privateKey),
      samlMetadataDocument: provider.SAMLMetadataDocument,
      tags: tagsOf(GET_SAML, provider.Tags),
    };
  });
}

function privateKey(answered: SdkPrivateKey): SamlPrivateKey {
  const { KeyId, Timestamp } = required(GET_SAML, 'a private key', answered, 'KeyId', 'Timestamp');
  return { keyId: KeyId, timestamp: instantOf(Timestamp) };
}

/**
 * The ARNs of the account's OpenID Connect providers, which come on one page.
 *
 * Source: IAM API Reference, ListOpenIDConnectProviders.
 */
export async function listOpenIdConnectProviders(account: AwsAccount, tag: Tag): Promise<readonly string[]> {
  const { ListOpenIDConnectProvidersCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  return account.call({ action: LIST_OIDC, ...tag }, async (options) => {
    const answer = await client.send(new ListOpenIDConnectProvidersCommand({}), options);
    if (!answer.OpenIDConnectProviderList) throw answeredWithout(LIST_OIDC, 'a list of OpenID Connect providers');
    return answer.OpenIDConnectProviderList.map(
      (listed) => required(LIST_OIDC, 'an OpenID Connect provider', listed, 'Arn').Arn,
    );
  });
}

/** Source: IAM API Reference, GetOpenIDConnectProvider, which has the tags too. */
export async function getOpenIdConnectProvider(
  account: AwsAccount,
  arn: string,
  tag: Tag,
): Promise<OpenIdConnectProvider> {
  const { GetOpenIDConnectProviderCommand } = await import('@aws-sdk/client-iam');
  const client = await account.iamClient();
  const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
  return account.call({ action: GET_OIDC, ...tag }, async (options) => {
    const provider = required(GET_OIDC, arn, await client.send(command, options), 'Url', 'CreateDate');
    return {
      url: provider.Url,
      clientIds: provider.ClientIDList ?? [],
      thumbprints: provider.ThumbprintList ?? [],
      createDate: instantOf(provider.CreateDate),
      tags: tagsOf(GET_OIDC, provider.Tags),
    };
  });
}
