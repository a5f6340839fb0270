import type { Scenario, ScenarioAccessKey, ScenarioUser } from './aws-endpoint.ts';
import { AWS_POLICY, FULL_ACCOUNT, OWN_POLICY, VIRTUAL } from './full-account.ts';

const CREATED = '2024-03-01T10:20:30Z';
const LATER = '2024-06-01T00:00:00Z';
const STATEMENTS = { Statement: [{ Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: '*' }] };
const TRUST = {
  Statement: [
    { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam::444455556666:root', '*'] }, Action: 'sts:AssumeRole' },
    { Effect: 'Deny', NotPrincipal: { AWS: 'arn:aws:iam::111122223333:user/k3' }, NotAction: 'sts:*' },
  ],
};
const FEDERATED = {
  Effect: 'Allow',
  Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/okta' },
  Action: 'sts:AssumeRoleWithSAML',
};

const unused = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active',
  createDate: '2024-03-05T00:00:00Z',
  ...more,
});
const used = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey =>
  unused(id, { lastUsed: { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' }, ...more });
const atSetup = { createDate: '2024-03-01T10:20:31Z' };
const user = (name: string, more: Partial<ScenarioUser> = {}): ScenarioUser => ({ name, createDate: CREATED, ...more });
const virtual = (name: string) => ({ serial: `${VIRTUAL}${name}` });

/**
 * An account with every noun, and users of every kind: with no key and with more keys than the report has slots, with virtual
 * devices, other ones and both, of names that differ in case alone, and one who is newer than the report.
 */
export const everyKindOfUser: Scenario = {
  ...FULL_ACCOUNT,
  users: [
    ...FULL_ACCOUNT.users.map((one) =>
      'inlinePolicies' in one ? { ...one, inlinePolicies: { own: STATEMENTS } } : one,
    ),
    user('none', { tags: { team: 'a' } }),
    user('soft', { mfaDevices: [virtual('soft')], passwordEnabled: true, groups: ['readers'] }),
    user('hard', { mfaDevices: [{ serial: 'GAHT1' }], accessKeys: [unused('H1', atSetup)] }),
    user('both', {
      passwordEnabled: true,
      passwordResetRequired: true,
      mfaDevices: [virtual('both'), { serial: 'GAHT2' }],
      permissionsBoundary: AWS_POLICY,
    }),
    user('unused-third', {
      passwordEnabled: true,
      accessKeys: [used('A1'), used('A2'), unused('A3')],
      groups: ['admins'],
    }),
    user('k3', { accessKeys: [used('B1', atSetup), used('B2'), used('B3')] }),
    user('k4', {
      accessKeys: [
        unused('D1'),
        used('D2', { status: 'Inactive' }),
        unused('D3', { status: 'Inactive' }),
        unused('D4', { status: 'Inactive' }),
      ],
    }),
    user('K1', { path: '/staff/', accessKeys: [unused('E1', atSetup)], attachedPolicies: [OWN_POLICY] }),
    user('k1', { accessKeys: [used('F1')] }),
    user('newer', {
      createDate: LATER,
      passwordEnabled: true,
      mfaDevices: [virtual('newer')],
      groups: ['readers'],
      tags: { a: 'b' },
      accessKeys: ['N1', 'N2', 'N3'].map((id) => unused(id, { createDate: LATER })),
    }),
  ],
  iamRoles: FULL_ACCOUNT.iamRoles.map((role, index) => ({
    ...role,
    trust: index === 0 ? TRUST : { Statement: FEDERATED },
  })),
  policies: FULL_ACCOUNT.policies.map(({ arn }) => ({ arn, document: STATEMENTS })),
  root: { ...FULL_ACCOUNT.root, accessKeys: [unused('R1')] },
  passwordPolicy: { MinimumPasswordLength: 20 },
  report: { columns: 'with-additional', generatedTime: '2024-05-20T00:00:00Z' },
};
