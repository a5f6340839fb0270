import { getAccountAuthorizationDetails } from './details-action.ts';
import type { Action, ReceivedCall } from './iam-actions.ts';
import { page, tagMembers } from './paged-answer.ts';
import { AwsError, element, elements, text } from './query-answer.ts';
import { type ResolvedScenario, type ScenarioUser, userArn, wireTime } from './scenario.ts';
import type { ScenarioMfaDevice, Tags } from './scenario-nouns.ts';
import { uniqueId } from './scripted-account.ts';

const CREATED = '2024-01-01T00:00:00Z';

/** What IAM answers of an account beside its users and their access keys. */
export const ACCOUNT_ACTIONS: Readonly<Record<string, Action>> = {
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountPasswordPolicy: ({ account: { scenario } }) => {
    const policy = scenario.passwordPolicy;
    if (!policy) throw noSuch(`The Password Policy with domain name ${scenario.accountId} cannot be found.`);
    // AWS always sends the flags, and leaves out the numbers that do not apply.
    const whole = { ...NO_FLAGS, ...policy };
    return element(
      'PasswordPolicy',
      elements(Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, String(value)]))),
    );
  },
  GetAccountSummary: ({ account: { scenario } }) => {
    const entries = Object.entries(summaryOf(scenario)).map(([key, value]) =>
      element('entry', elements({ key, value: String(value) })),
    );
    return element('SummaryMap', entries.join(''));
  },
  ListVirtualMFADevices: (call) => {
    const { scenario } = call.account;
    const ofRoot = (scenario.rootMfaDevices ?? []).map((device) => ({
      device,
      arn: `arn:${scenario.partition}:iam::${scenario.accountId}:root`,
    }));
    const ofUsers = call.account.users.flatMap((user) =>
      (user.mfaDevices ?? []).map((device) => ({ device, arn: userArn(scenario, user) })),
    );
    const virtual = [...ofRoot, ...ofUsers].filter(({ device }) => device.serial.includes(':mfa/'));
    return page(
      call,
      virtual,
      'VirtualMFADevices',
      ({ device, arn }) =>
        elements({ SerialNumber: device.serial, EnableDate: wireTime(device.enableDate ?? CREATED) }) +
        element(
          'User',
          elements({
            Arn: arn,
            Path: '/',
            UserId: uniqueId('AIDA', arn),
            UserName: arn.slice(arn.lastIndexOf('/') + 1),
            CreateDate: wireTime(CREATED),
          }),
        ),
    );
  },
  ListMFADevices: ofUser(
    'MFADevices',
    (user) => user.mfaDevices,
    (device: ScenarioMfaDevice, user) =>
      elements({
        UserName: user.name,
        SerialNumber: device.serial,
        EnableDate: wireTime(device.enableDate ?? CREATED),
      }),
  ),
  ListSSHPublicKeys: ofUser(
    'SSHPublicKeys',
    (user) => user.sshPublicKeys,
    (key, user) =>
      elements({
        UserName: user.name,
        SSHPublicKeyId: key.id,
        Status: key.status ?? 'Active',
        UploadDate: wireTime(key.uploadDate ?? CREATED),
      }),
  ),
  ListSigningCertificates: ofUser(
    'Certificates',
    (user) => user.signingCertificates,
    (one, user) =>
      elements({
        UserName: user.name,
        CertificateId: one.id,
        CertificateBody: 'body',
        Status: one.status ?? 'Active',
        UploadDate: wireTime(one.uploadDate ?? CREATED),
      }),
  ),
  ListServiceSpecificCredentials: (call) => {
    const users =
      call.params['AllUsers'] === 'true'
        ? call.account.users
        : [call.account.userOrCaller(call.params['UserName'], call.callerArn)];
    const all = users.flatMap((user) => (user.serviceSpecificCredentials ?? []).map((one) => ({ user, one })));
    return page(call, all, 'ServiceSpecificCredentials', ({ user, one }) =>
      elements({
        UserName: user.name,
        Status: 'Active',
        ServiceCredentialAlias: one.alias,
        CreateDate: wireTime(one.createDate),
        ExpirationDate: one.expirationDate && wireTime(one.expirationDate),
        ServiceSpecificCredentialId: one.id,
        ServiceName: one.service,
      }),
    );
  },
  ListServerCertificates: (call) =>
    page(
      call,
      call.account.scenario.serverCertificates ?? [],
      'ServerCertificateMetadataList',
      ({ name, expiration }) =>
        elements({
          Path: '/',
          ServerCertificateName: name,
          ServerCertificateId: uniqueId('ASCA', name),
          Arn: arnOf(call, `server-certificate/${name}`),
          UploadDate: wireTime(CREATED),
          Expiration: wireTime(expiration),
        }),
    ),
  ListSAMLProviders: (call) => {
    const providers = (call.account.scenario.samlProviders ?? []).map(({ name, validUntil }) =>
      element(
        'member',
        elements({
          Arn: arnOf(call, `saml-provider/${name}`),
          ValidUntil: validUntil && wireTime(validUntil),
          CreateDate: wireTime(CREATED),
        }),
      ),
    );
    return element('SAMLProviderList', providers.join(''));
  },
  ListOpenIDConnectProviders: (call) => {
    const providers = (call.account.scenario.oidcProviders ?? []).map(({ host }) =>
      element('member', elements({ Arn: arnOf(call, `oidc-provider/${host}`) })),
    );
    return element('OpenIDConnectProviderList', providers.join(''));
  },
  GetOpenIDConnectProvider: (call) => {
    const arn = call.params['OpenIDConnectProviderArn'];
    const provider = call.account.scenario.oidcProviders?.find(
      ({ host }) => arnOf(call, `oidc-provider/${host}`) === arn,
    );
    if (!provider) throw noSuch(`OpenIDConnect Provider not found for arn ${arn}`);
    const list = (values: readonly string[]): string => values.map((value) => element('member', text(value))).join('');
    return (
      elements({ Url: provider.host, CreateDate: wireTime(CREATED) }) +
      element('ClientIDList', list(provider.clientIds ?? [])) +
      element('ThumbprintList', list(['a'.repeat(40)])) +
      element(
        'Tags',
        tagMembers(provider.tags)
          .map((tag) => element('member', tag))
          .join(''),
      )
    );
  },
  ListPolicyTags: tagsOf((call) => call.account.scenario.policies?.find(({ arn }) => arn === call.params['PolicyArn'])),
  ListServerCertificateTags: tagsOf((call) =>
    call.account.scenario.serverCertificates?.find(({ name }) => name === call.params['ServerCertificateName']),
  ),
  ListSAMLProviderTags: tagsOf((call) =>
    call.account.scenario.samlProviders?.find(
      ({ name }) => arnOf(call, `saml-provider/${name}`) === call.params['SAMLProviderArn'],
    ),
  ),
  ListInstanceProfileTags: tagsOf((call) => {
    const name = call.params['InstanceProfileName'];
    return call.account.scenario.iamRoles?.some(({ instanceProfiles }) => instanceProfiles?.includes(name ?? ''))
      ? { tags: { profile: name ?? '' } }
      : undefined;
  }),
  ListMFADeviceTags: tagsOf((call) => ({ tags: { serial: call.params['SerialNumber'] ?? '' } })),
};

const NO_FLAGS = {
  RequireSymbols: false,
  RequireNumbers: false,
  RequireUppercaseCharacters: false,
  RequireLowercaseCharacters: false,
  AllowUsersToChangePassword: false,
  ExpirePasswords: false,
} as const;

const noSuch = (message: string): AwsError => new AwsError('NoSuchEntity', message);

const arnOf = ({ account: { scenario } }: ReceivedCall, rest: string): string =>
  `arn:${scenario.partition}:iam::${scenario.accountId}:${rest}`;

function ofUser<T>(
  list: string,
  itemsOf: (user: ScenarioUser) => readonly T[] | undefined,
  render: (item: T, user: ScenarioUser) => string,
): Action {
  return (call) => {
    const user = call.account.userOrCaller(call.params['UserName'], call.callerArn);
    return page(call, itemsOf(user) ?? [], list, (item) => render(item, user));
  };
}

function tagsOf(find: (call: ReceivedCall) => { readonly tags?: Tags } | undefined): Action {
  return (call) => {
    const tagged = find(call);
    if (!tagged) throw noSuch('The entity cannot be found.');
    return page(call, tagMembers(tagged.tags), 'Tags', (tag) => tag);
  };
}

function summaryOf(scenario: ResolvedScenario): Readonly<Record<string, number>> {
  return {
    Users: scenario.users.length,
    Groups: scenario.groups?.length ?? 0,
    Roles: scenario.iamRoles?.length ?? 0,
    Policies: scenario.policies?.filter(({ arn }) => arn.split(':')[4] !== 'aws').length ?? 0,
    ServerCertificates: scenario.serverCertificates?.length ?? 0,
    AccountMFAEnabled: scenario.root?.mfaActive ? 1 : 0,
    AccountAccessKeysPresent: (scenario.root?.accessKeys?.length ?? 0) > 0 ? 1 : 0,
    ...scenario.accountSummary,
  };
}
