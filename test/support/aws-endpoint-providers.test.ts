import {
  GetOpenIDConnectProviderCommand,
  GetSAMLProviderCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfileTagsCommand,
  ListMFADeviceTagsCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListPolicyTagsCommand,
  ListSAMLProvidersCommand,
  ListServerCertificatesCommand,
  ListServerCertificateTagsCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { FULL_ACCOUNT, OWN_POLICY, VIRTUAL } from './full-account.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();
const ACCOUNT = 'arn:aws:iam::111122223333';
const EKS = `${ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X1`;
const GITHUB = `${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;

test('ListServerCertificates', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  const { ServerCertificateMetadataList: certificates } = await iam.send(new ListServerCertificatesCommand({}));
  expect(certificates).toEqual([
    {
      Path: '/cloudfront/',
      ServerCertificateName: 'www',
      ServerCertificateId: expect.stringMatching(/^ASCA[A-Z2-7]{16}$/),
      Arn: `${ACCOUNT}:server-certificate/cloudfront/www`,
      UploadDate: new Date('2024-01-03T00:00:00Z'),
      Expiration: new Date('2025-01-03T00:00:00Z'),
    },
    expect.objectContaining({ Arn: `${ACCOUNT}:server-certificate/old`, Expiration: new Date('2020-01-01T00:00:00Z') }),
  ]);
  const ofCloudFront = await iam.send(new ListServerCertificatesCommand({ PathPrefix: '/cloudfront/' }));
  expect(ofCloudFront.ServerCertificateMetadataList).toEqual([certificates?.[0]]);
});

test('GetSAMLProvider', async () => {
  const { endpoint, iam } = await start(FULL_ACCOUNT);
  const get = (name: string) =>
    iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: `${ACCOUNT}:saml-provider/${name}` }));
  expect(await get('okta')).toMatchObject({
    SAMLProviderUUID: expect.stringMatching(/^[A-Z0-9]{22,64}$/),
    SAMLMetadataDocument: '<?xml version="1.0"?>\n<EntityDescriptor entityID="ä&amp;b"/>',
    CreateDate: new Date('2024-01-04T00:00:00Z'),
    ValidUntil: new Date('2034-01-04T00:00:00Z'),
    AssertionEncryptionMode: 'Required',
    PrivateKeyList: [
      { KeyId: 'SAMLKEY1', Timestamp: new Date('2024-01-05T00:00:00Z') },
      { KeyId: 'SAMLKEY2', Timestamp: new Date('2024-01-06T00:00:00Z') },
    ],
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  const adfs = await get('adfs');
  expect(adfs).toMatchObject({ SAMLMetadataDocument: expect.stringContaining('adfs'), Tags: [] });
  expect([adfs.AssertionEncryptionMode, adfs.PrivateKeyList]).toEqual([undefined, undefined]);
  endpoint.setScenario({});
  await expect(get('okta')).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `Manifest not found for arn ${ACCOUNT}:saml-provider/okta`,
  });
});

test('ListSAMLProviders', async () => {
  const { endpoint, iam } = await start(FULL_ACCOUNT);
  expect((await iam.send(new ListSAMLProvidersCommand({}))).SAMLProviderList).toEqual([
    {
      Arn: `${ACCOUNT}:saml-provider/okta`,
      CreateDate: new Date('2024-01-04T00:00:00Z'),
      ValidUntil: new Date('2034-01-04T00:00:00Z'),
    },
    { Arn: `${ACCOUNT}:saml-provider/adfs`, CreateDate: new Date('2024-01-01T00:00:00Z') },
  ]);
  endpoint.setScenario({});
  expect((await iam.send(new ListSAMLProvidersCommand({}))).SAMLProviderList).toEqual([]);
});

test('ListOpenIDConnectProviders and GetOpenIDConnectProvider', async () => {
  const { endpoint, iam } = await start(FULL_ACCOUNT);
  const { OpenIDConnectProviderList: listed } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  expect(listed).toEqual([{ Arn: EKS }, { Arn: GITHUB }]);
  const eks = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: EKS }));
  expect(eks).toMatchObject({
    Url: 'oidc.eks.eu-west-1.amazonaws.com/id/X1',
    CreateDate: new Date('2024-01-06T00:00:00Z'),
    ClientIDList: ['sts.amazonaws.com', 'other'],
    ThumbprintList: ['9e99a48a9960b14926bb7f3b02e22da2b0ab7280'],
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  const github = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: GITHUB }));
  expect(github).toMatchObject({ ClientIDList: [], ThumbprintList: [], Tags: [] });
  endpoint.setScenario({});
  expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
  const gone = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: EKS });
  await expect(iam.send(gone)).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `OpenIDConnect Provider not found for arn ${EKS}`,
  });
});

test('ListInstanceProfiles has those of roles and those that hold none', async () => {
  const { iam } = await start(FULL_ACCOUNT);
  expect((await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles).toMatchObject([
    { Arn: `${ACCOUNT}:instance-profile/deploy`, Roles: [{ RoleName: 'deploy' }] },
    { Arn: `${ACCOUNT}:instance-profile/p/web`, Roles: [{ RoleName: 'deploy' }] },
    { Arn: `${ACCOUNT}:instance-profile/empty`, Roles: [], CreateDate: new Date('2024-02-02T00:00:00Z') },
  ]);
  const { InstanceProfiles: below } = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: '/p/' }));
  expect(below?.map((profile) => profile.InstanceProfileName)).toEqual(['web']);
});

describe('tags', () => {
  test('are of the one that is named, sorted by key', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    const answers = await Promise.all([
      iam.send(new ListPolicyTagsCommand({ PolicyArn: OWN_POLICY })),
      iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName: 'www' })),
      iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: EKS })),
      iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: 'web' })),
    ]);
    const sorted = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ];
    for (const answer of answers) expect(answer).toMatchObject({ Tags: sorted, IsTruncated: false });
    const device = await iam.send(new ListMFADeviceTagsCommand({ SerialNumber: `${VIRTUAL}alice` }));
    expect(device.Tags).toEqual([
      { Key: 'app', Value: 'x' },
      { Key: 'phone', Value: 'old' },
    ]);
  });

  test('may be none', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    const answers = await Promise.all([
      iam.send(new ListPolicyTagsCommand({ PolicyArn: `${ACCOUNT}:policy/Unused` })),
      iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName: 'old' })),
      iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: GITHUB })),
      iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: 'empty' })),
      iam.send(new ListMFADeviceTagsCommand({ SerialNumber: `${VIRTUAL}spare` })),
      iam.send(new ListMFADeviceTagsCommand({ SerialNumber: `${VIRTUAL}root-account-mfa-device` })),
    ]);
    for (const answer of answers) expect(answer.Tags).toEqual([]);
  });

  test('of what is not there are a NoSuchEntity', async () => {
    const { iam } = await start({});
    const gone = { name: 'NoSuchEntityException', $metadata: { httpStatusCode: 404 } };
    const calls: readonly [Promise<unknown>, string][] = [
      [iam.send(new ListPolicyTagsCommand({ PolicyArn: OWN_POLICY })), `Policy ${OWN_POLICY} was not found.`],
      [
        iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName: 'www' })),
        'The Server Certificate with name www cannot be found.',
      ],
      [
        iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: EKS })),
        `OpenIDConnect Provider not found for arn ${EKS}`,
      ],
      [
        iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: 'web' })),
        'Instance Profile web cannot be found.',
      ],
      [
        iam.send(new ListMFADeviceTagsCommand({ SerialNumber: `${VIRTUAL}alice` })),
        `VirtualMFADevice with serial number ${VIRTUAL}alice doesn't exist.`,
      ],
    ];
    await Promise.all(calls.map(([call, message]) => expect(call).rejects.toMatchObject({ ...gone, message })));
  });
});
