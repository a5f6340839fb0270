import type { Scenario } from './aws-endpoint.ts';

const ALLOW_ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };

/** A text that JSON.stringify would not write, with what has to be escaped in URLs and in XML. */
export const RAW_TRUST =
  '{ "Version" : "2012-10-17",\n "Statement":{"Effect":"Allow","Principal":"*","Sid":"ä+&<>%20\'"} }';

export const OWN_POLICY = 'arn:aws:iam::111122223333:policy/team/a/Own';
export const AWS_POLICY = 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess';
export const UNATTACHED_AWS_POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess';
export const VIRTUAL = 'arn:aws:iam::111122223333:mfa/';

/** At least two of everything, to be read page by page. */
export const FULL_ACCOUNT = {
  aliases: ['one', 'two'],
  users: [
    {
      name: 'alice',
      path: '/staff/',
      createDate: '2024-03-01T10:20:30Z',
      passwordEnabled: true,
      passwordLastUsed: '2024-05-01T00:00:00Z',
      passwordResetRequired: true,
      groups: ['admins', 'readers'],
      inlinePolicies: { own: ALLOW_ALL, 'a+b=c': ' {}\n' },
      attachedPolicies: [OWN_POLICY, AWS_POLICY],
      permissionsBoundary: OWN_POLICY,
      tags: { team: 'a&b', '=cost': '' },
      mfaDevices: [
        { serial: `${VIRTUAL}alice`, enableDate: '2024-03-02T00:00:00Z', tags: { phone: 'old', app: 'x' } },
        { serial: 'GAHT12345678', enableDate: '2024-03-03T00:00:00Z' },
      ],
      accessKeys: [
        { id: 'AKIAEXAMPLEALICE0001', status: 'Active', createDate: '2024-03-01T10:20:31Z' },
        { id: 'AKIAEXAMPLEALICE0002', status: 'Inactive', createDate: '2024-03-01T10:20:32Z' },
      ],
      sshPublicKeys: [
        { id: 'APKAEXAMPLE000000001', uploadDate: '2024-03-04T00:00:00Z' },
        { id: 'APKAEXAMPLE000000002', status: 'Inactive', uploadDate: '2024-03-05T00:00:00Z' },
      ],
      signingCertificates: [
        { id: 'TA7SMP42TDN5Z26OBPJE7EXAMPLE', uploadDate: '2024-03-06T00:00:00Z', body: 'a\n<b' },
        { id: 'TA7SMP42TDN5Z26OBPJE8EXAMPLE', status: 'Inactive' },
      ],
      serviceSpecificCredentials: [
        { id: 'ACCAEXAMPLE000000001', service: 'codecommit.amazonaws.com', createDate: '2024-03-07T00:00:00Z' },
        {
          id: 'ACCAEXAMPLE000000002',
          service: 'bedrock.amazonaws.com',
          createDate: '2024-03-08T00:00:00Z',
          expirationDate: '2024-06-08T00:00:00Z',
          status: 'Inactive',
          alias: 'BedrockAPIKey-x-at-111122223333',
        },
      ],
    },
    {
      name: 'bob',
      createDate: '2024-03-01T10:20:30Z',
      serviceSpecificCredentials: [
        { id: 'ACCAEXAMPLE000000003', service: 'cassandra.amazonaws.com', createDate: '2024-03-09T00:00:00Z' },
      ],
    },
  ],
  groups: [
    { name: 'admins', path: '/g/', attachedPolicies: [OWN_POLICY], inlinePolicies: { g: ALLOW_ALL } },
    { name: 'readers' },
  ],
  iamRoles: [
    {
      name: 'deploy',
      path: '/service-role/',
      createDate: '2024-02-01T00:00:00Z',
      trust: RAW_TRUST,
      attachedPolicies: [OWN_POLICY],
      inlinePolicies: { r: ALLOW_ALL },
      permissionsBoundary: UNATTACHED_AWS_POLICY,
      lastUsed: { date: '2024-04-01T00:00:00Z', region: 'eu-west-1' },
      instanceProfiles: ['deploy', { name: 'web', path: '/p/', tags: { b: '2', a: '1' } }],
      tags: { team: 'x' },
    },
    { name: 'idle', trust: ALLOW_ALL },
  ],
  instanceProfiles: [{ name: 'empty', createDate: '2024-02-02T00:00:00Z' }],
  policies: [
    {
      arn: OWN_POLICY,
      document: ALLOW_ALL,
      otherVersions: [
        { id: 'v9', document: {}, createDate: '2024-02-09T00:00:00Z' },
        { id: 'v10', document: 'not even JSON' },
      ],
      description: 'Own <one>',
      createDate: '2024-02-03T00:00:00Z',
      updateDate: '2024-02-11T00:00:00Z',
      tags: { b: '2', a: '1' },
    },
    { arn: 'arn:aws:iam::111122223333:policy/Unused', document: ALLOW_ALL, isAttachable: false },
    { arn: AWS_POLICY, document: ALLOW_ALL, defaultVersionId: 'v7' },
    { arn: UNATTACHED_AWS_POLICY, document: ALLOW_ALL },
  ],
  root: {
    createDate: '2014-01-01T00:00:00Z',
    passwordLastUsed: '2024-01-05T00:00:00Z',
    mfaDevices: [{ serial: `${VIRTUAL}root-account-mfa-device`, enableDate: '2014-01-02T00:00:00Z' }],
  },
  unassignedMfaDevices: [{ serial: `${VIRTUAL}spare` }],
  serverCertificates: [
    {
      name: 'www',
      path: '/cloudfront/',
      uploadDate: '2024-01-03T00:00:00Z',
      expiration: '2025-01-03T00:00:00Z',
      tags: { b: '2', a: '1' },
    },
    { name: 'old', expiration: '2020-01-01T00:00:00Z' },
  ],
  samlProviders: [
    {
      name: 'okta',
      createDate: '2024-01-04T00:00:00Z',
      validUntil: '2034-01-04T00:00:00Z',
      metadata: '<?xml version="1.0"?>\n<EntityDescriptor entityID="ä&amp;b"/>',
      assertionEncryptionMode: 'Required',
      privateKeys: [
        { id: 'SAMLKEY1', timestamp: '2024-01-05T00:00:00Z' },
        { id: 'SAMLKEY2', timestamp: '2024-01-06T00:00:00Z' },
      ],
      tags: { b: '2', a: '1' },
    },
    { name: 'adfs' },
  ],
  oidcProviders: [
    {
      host: 'oidc.eks.eu-west-1.amazonaws.com/id/X1',
      createDate: '2024-01-06T00:00:00Z',
      clientIds: ['sts.amazonaws.com', 'other'],
      thumbprints: ['9e99a48a9960b14926bb7f3b02e22da2b0ab7280'],
      tags: { b: '2', a: '1' },
    },
    { host: 'token.actions.githubusercontent.com' },
  ],
} as const satisfies Scenario;
