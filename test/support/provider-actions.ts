import type { Action, ReceivedCall } from './iam-actions.ts';
import { page, tagList } from './paged-answer.ts';
import { AwsError, elements, list, text } from './query-answer.ts';
import { accountArn, type ResolvedScenario, wireTime } from './scenario.ts';
import { DEFAULT_CREATED } from './scenario-nouns.ts';
import { uniqueId } from './scripted-account.ts';

/** Identity providers, which come on one page each, and server certificates. */
export const PROVIDER_ACTIONS: Readonly<Record<string, Action>> = {
  ListSAMLProviders: ({ account: { scenario } }) => {
    const providers = (scenario.samlProviders ?? []).map(({ name, createDate = DEFAULT_CREATED, validUntil }) =>
      elements({
        Arn: samlArn(scenario, name),
        ValidUntil: validUntil && wireTime(validUntil),
        CreateDate: wireTime(createDate),
      }),
    );
    return list('SAMLProviderList', providers);
  },
  GetSAMLProvider: ({ account: { scenario }, params }) => {
    const arn = params['SAMLProviderArn'];
    const provider = scenario.samlProviders?.find(({ name }) => samlArn(scenario, name) === arn);
    if (!provider) throw new AwsError('NoSuchEntity', `Manifest not found for arn ${arn}`);
    const { name, createDate = DEFAULT_CREATED, validUntil, assertionEncryptionMode, privateKeys = [] } = provider;
    const own = elements({
      SAMLProviderUUID: uniqueId('SAMLSP', name),
      SAMLMetadataDocument: provider.metadata ?? `<EntityDescriptor entityID="${name}"/>`,
      CreateDate: wireTime(createDate),
      ValidUntil: validUntil && wireTime(validUntil),
      AssertionEncryptionMode: assertionEncryptionMode,
    });
    const keys = privateKeys.map(({ id, timestamp }) => elements({ KeyId: id, Timestamp: wireTime(timestamp) }));
    return own + (keys.length > 0 ? list('PrivateKeyList', keys) : '') + tagList(provider.tags);
  },
  ListOpenIDConnectProviders: ({ account: { scenario } }) => {
    const providers = (scenario.oidcProviders ?? []).map(({ host }) => elements({ Arn: oidcArn(scenario, host) }));
    return list('OpenIDConnectProviderList', providers);
  },
  GetOpenIDConnectProvider: (call) => {
    const provider = oidcProvider(call);
    const own = elements({ Url: provider.host, CreateDate: wireTime(provider.createDate ?? DEFAULT_CREATED) });
    const clientIds = list('ClientIDList', (provider.clientIds ?? []).map(text));
    const thumbprints = list('ThumbprintList', (provider.thumbprints ?? []).map(text));
    return own + clientIds + thumbprints + tagList(provider.tags);
  },
  ListServerCertificates: (call) => {
    const { scenario } = call.account;
    const prefix = call.params['PathPrefix'] ?? '/';
    const certificates = (scenario.serverCertificates ?? []).filter(({ path = '/' }) => path.startsWith(prefix));
    return page(call, certificates, 'ServerCertificateMetadataList', (certificate) => {
      const { name, path = '/', uploadDate = DEFAULT_CREATED, expiration } = certificate;
      return elements({
        Path: path,
        ServerCertificateName: name,
        ServerCertificateId: uniqueId('ASCA', name),
        Arn: accountArn(scenario, `server-certificate${path}${name}`),
        UploadDate: wireTime(uploadDate),
        Expiration: wireTime(expiration),
      });
    });
  },
};

function samlArn(scenario: ResolvedScenario, name: string): string {
  return accountArn(scenario, `saml-provider/${name}`);
}

/** The provider that a call names. */
export function oidcProvider({ account: { scenario }, params }: ReceivedCall) {
  const arn = params['OpenIDConnectProviderArn'];
  const provider = scenario.oidcProviders?.find(({ host }) => oidcArn(scenario, host) === arn);
  if (provider) return provider;
  throw new AwsError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`);
}

function oidcArn(scenario: ResolvedScenario, host: string): string {
  return accountArn(scenario, `oidc-provider/${host}`);
}
