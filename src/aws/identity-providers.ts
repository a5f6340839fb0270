import { type Instant, instantOf } from '../iam/instant.ts';
import type { AwsAccount } from './aws-account.ts';
import { answeredWithout } from './aws-error.ts';
import type { Tag } from './paging.ts';
import { instantOrNull, type ResourceTag, required, tagsOf } from './required.ts';

export interface ListedSamlProvider {
  readonly arn: string;
  readonly createDate: Instant;
  readonly validUntil: Instant | null;
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
