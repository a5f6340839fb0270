import { describe, expect, test } from 'vitest';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { AWS_POLICY, FULL_ACCOUNT, OWN_POLICY } from '../support/full-account.ts';
import { denied, scriptedAccount } from './live-account.ts';

const account = scriptedAccount();

const ACCOUNT = 'arn:aws:iam::111122223333:';
const SAML = `${ACCOUNT}saml-provider/okta`;
const OIDC = `${ACCOUNT}oidc-provider/token.actions.githubusercontent.com`;
const ALLOW = { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };
const TRUST = {
  Statement: [
    { Effect: 'Allow', Principal: { Federated: SAML }, Action: 'sts:AssumeRoleWithSAML' },
    {
      Effect: 'Allow',
      Principal: { Federated: [OIDC, 'accounts.google.com'] },
      Action: 'sts:AssumeRoleWithWebIdentity',
    },
    { Effect: 'Deny', NotPrincipal: { AWS: '*' }, Action: 'sts:AssumeRole' },
  ],
};
const [alice, bob] = FULL_ACCOUNT.users;
const [deploy, idle] = FULL_ACCOUNT.iamRoles;
const scenario: Scenario = {
  ...FULL_ACCOUNT,
  users: [{ ...alice, inlinePolicies: { own: ALLOW } }, bob],
  iamRoles: [
    { ...deploy, trust: TRUST, permissionsBoundary: AWS_POLICY, description: 'Deploys', maxSessionDuration: 7_200 },
    { ...idle, trust: { Statement: { ...TRUST.Statement[0], Effect: 'Deny' } } },
  ],
};

/** The account itself is where everything leads; what it has of a type, that type's root field gives. */
const relations = Object.entries(catalogue).flatMap(([type, { fields }]) =>
  Object.entries(fields).flatMap(([name, { relation }]) =>
    relation && name !== 'connector' ? [`${type}.${name}`] : [],
  ),
);

/** The relations by which a relation may lead back: of the other type, and each other's `@inverse` where either has one. */
function waysBackOf(relation: string): readonly string[] {
  const [type, name] = relation.split('.') as [AssetTypeName, string];
  const { fields } = catalogue[type];
  const own = fields[name]?.sameAs ?? name;
  const field = fields[own];
  const back = Object.entries(catalogue[field?.type as AssetTypeName].fields).filter(
    ([other, { relation: leads, type: to, inverse, sameAs }]) =>
      leads && to === type && !sameAs && (inverse ?? own) === own && (field?.inverse ?? other) === other,
  );
  return back.map(([other]) => `${field?.type}.${other}`);
}

interface Row {
  readonly identifier: string;
  readonly to: null | { readonly identifier: string } | readonly { readonly identifier: string }[];
}

type Edges = readonly (readonly [from: string, to: string])[];
const known = new Map<string, Promise<Edges>>();

/** What a relation leads to, as pairs of identifiers. */
function edgesOf(relation: string): Promise<Edges> {
  const edges = known.get(relation) ?? readEdges(relation);
  known.set(relation, edges);
  return edges;
}

async function readEdges(relation: string): Promise<Edges> {
  const [type, field] = relation.split('.') as [AssetTypeName, string];
  const { root } = catalogue[type];
  const { data, errors } = await account(scenario, `${root}{identifier to:${field}{identifier}}`);
  expect(errors).toEqual([]);
  return ((data?.[root] ?? []) as readonly Row[]).flatMap(({ identifier, to }) =>
    [to ?? []].flat().map((related) => [identifier, related.identifier] as const),
  );
}

describe('relations lead both ways', () => {
  test('each has its way back', () => {
    expect(relations.filter((relation) => waysBackOf(relation).length === 0)).toEqual([]);
    // A type may lead to another by several relations only where the way back is by one for all of them, or named.
    const inverses = Object.entries(catalogue).flatMap(([type, { fields }]) =>
      Object.entries(fields).flatMap(([name, { inverse }]) => (inverse ? [`${type}.${name}`] : [])),
    );
    expect(inverses.map((relation) => waysBackOf(relation).length)).toEqual(inverses.map(() => 1));
  });

  test.each(relations)('%s, and back', async (relation) => {
    const there = await edgesOf(relation);
    expect(there.length).toBeGreaterThan(0);
    const back = (await Promise.all(waysBackOf(relation).map(edgesOf))).flat().map(([from, to]) => `${to} ${from}`);
    expect(there.map((edge) => edge.join(' ')).filter((edge) => !back.includes(edge))).toEqual([]);
  });

  test('what belongs to nobody, or to the root user, leads to no user', async () => {
    const text = '{iamMFADevices{userArn user{userName}} iamUserCredentials{identifier user{userName}}}';
    const { data, errors } = await account(scenario, text);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      iamMFADevices: [
        { userArn: `${ACCOUNT}user/staff/alice`, user: { userName: 'alice' } },
        { userArn: `${ACCOUNT}user/staff/alice`, user: { userName: 'alice' } },
        { userArn: `${ACCOUNT}root`, user: null },
        { userArn: null, user: null },
      ],
      iamUserCredentials: [
        { identifier: `${ACCOUNT}root`, user: null },
        { identifier: `${ACCOUNT}user/bob`, user: { userName: 'bob' } },
        { identifier: `${ACCOUNT}user/staff/alice`, user: { userName: 'alice' } },
      ],
    });
  });

  test('everything leads to its account', async () => {
    for (const [type, { root }] of Object.entries(catalogue).filter(([name]) => name !== 'Connector')) {
      const { data, errors } = await account(scenario, `${root}{connector{accountID}}`);
      expect([type, errors]).toEqual([type, []]);
      const rows = data?.[root] as readonly unknown[];
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toEqual({ connector: { accountID: '111122223333' } });
    }
  });
});

describe('facts of a role, a policy and a root user that several calls tell', () => {
  test('what the details of roles leave out is listed when it is asked', async () => {
    const { data, errors, counts } = await account(scenario, 'iamRoles{description maxSessionDuration}');
    expect([data, errors]).toEqual([
      {
        iamRoles: [
          { description: null, maxSessionDuration: 3_600 },
          { description: 'Deploys', maxSessionDuration: 7_200 },
        ],
      },
      [],
    ]);
    expect(counts).toEqual({ GetAccountAuthorizationDetails: 1, ListRoles: 1 });
    const refused = await account(
      { ...scenario, faults: [denied('ListRoles')] },
      'iamRoles(where:{description:null}){arn}',
    );
    expect(refused.data).toEqual({ iamRoles: [null, null] });
  });

  test('versions of policies, whether they can be attached, and certificates as they are', async () => {
    const text = `{
      iamPolicies(where:{arn:"${OWN_POLICY}"}){isAttachable versions{versionId isDefaultVersion createDate document}}
      rootUsers{passwordLastUsed}
      iamSigningCertificates(where:{status:"Active"}){certificateBody}
      iamAssumeRolePolicyStatements(where:{effect:"Deny",notPrincipals_SOME:{}}){notPrincipals{value}}
    }`;
    const { data, errors } = await account(scenario, text);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      iamPolicies: [
        {
          isAttachable: true,
          versions: [
            { versionId: 'v11', isDefaultVersion: true, createDate: '2024-02-11T00:00:00Z' },
            { versionId: 'v10', isDefaultVersion: false, document: 'not even JSON' },
            { versionId: 'v9', isDefaultVersion: false, document: '{}' },
          ],
        },
      ],
      rootUsers: [{ passwordLastUsed: '2024-01-05T00:00:00Z' }],
      iamSigningCertificates: [{ certificateBody: 'a\n<b' }],
      iamAssumeRolePolicyStatements: [{ notPrincipals: [{ value: '*' }] }],
    });
  });

  test('a boundary whose policy AWS does not list is an error, and no boundary is null', async () => {
    const boundary = 'arn:aws:iam::aws:policy/Unlisted';
    const iamRoles = [
      { ...deploy, trust: TRUST, permissionsBoundary: boundary },
      { ...idle, trust: TRUST },
    ];
    const text = 'iamRoles(options:{sort:{roleName:ASC}}){permissionsBoundaryArn permissionsBoundary{arn}}';
    const { data, errors } = await account({ ...scenario, iamRoles }, text);
    expect(data).toEqual({
      iamRoles: [
        { permissionsBoundaryArn: boundary, permissionsBoundary: null },
        { permissionsBoundaryArn: null, permissionsBoundary: null },
      ],
    });
    expect(errors).toEqual([
      expect.stringMatching(
        /^iamRoles\.0\.permissionsBoundary: NotCollected AWS answered without the permissionsBoundary/,
      ),
    ]);
  });
});
