import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { migrate } from '../../src/store/migrations.ts';
import { type KeptAccount, keepAccount, withStore } from '../store/kept-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { START_MS } from '../support/databases.ts';
import { askInventory, scriptedAccount } from './live-account.ts';

const account = scriptedAccount();
const arn = (path: string): string => `arn:aws:iam::111122223333:${path}`;

const ALLOW = { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } };
const SERVICE = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
const VOUCHED = {
  Effect: 'Allow',
  Principal: { Federated: arn('saml-provider/corp') },
  Action: 'sts:AssumeRoleWithSAML',
};

/** Beside each document that cannot be understood there is one that can. */
const scenario: Scenario = {
  users: [
    { name: 'ana', createDate: '2024-03-01T00:00:00Z', inlinePolicies: { odd: '{"Statement":[{"Effect":"Allow"' } },
    { name: 'bob', createDate: '2024-03-01T00:00:00Z', inlinePolicies: { own: ALLOW } },
  ],
  groups: [{ name: 'staff', inlinePolicies: { later: { Statement: { ...SERVICE, Conditions: {} } } } }],
  iamRoles: [
    { name: 'odd', trust: { Statement: { ...SERVICE, Effect: 'Permit' } }, lastUsed: { date: '2024-06-01T00:00:00Z' } },
    { name: 'sent', trust: { asSent: '%E4%7' } },
    { name: 'web', trust: { Statement: [SERVICE, VOUCHED] } },
  ],
  policies: [
    { arn: arn('policy/odd'), document: 'not even JSON', otherVersions: [{ id: 'v1', document: ALLOW }] },
    { arn: arn('policy/sent'), document: { asSent: '%E4%7' } },
    { arn: arn('policy/own'), document: ALLOW },
  ],
  samlProviders: [{ name: 'corp' }],
};

type Verdict = 'PASS' | 'FAIL' | 'ERROR';

/** What `eq []` makes of a question, and what the errors name. */
const rows: Readonly<Record<string, readonly [text: string, verdict: Verdict, ...named: readonly string[]]>> = {
  'users, by what no document says': ['iamUsers(where:{iamPolicies_SOME:{policyName:"none"}}){userName}', 'PASS'],
  'roles, by what no document says': ['iamRoles(where:{lastUsedDate_LT:"2020-01-01"}){roleName}', 'PASS'],
  'policies, by what no document says': ['iamPolicies(where:{policyType:"AWS"}){policyName}', 'PASS'],
  'policies by their text, which was sent': [
    'iamPolicies(where:{arn_ENDS_WITH:"/odd",document_CONTAINS:"Statement"}){policyName}',
    'PASS',
  ],
  'users by statements': [
    'iamUsers(where:{iamPolicies_SOME:{iamPolicyStatements_SOME:{actions_INCLUDES:"*"}}}){userName}',
    'ERROR',
    'user/ana matches cannot be told: a policy document cannot be read: it is no JSON',
  ],
  'users of whom a cheaper fact rules it out': [
    'iamUsers(where:{userName:"bob",hasIAMPolicy_SOME:{hasIAMPolicyStatement_SOME:{actions_INCLUDES:"*"}}}){userName}',
    'PASS',
  ],
  'groups by statements': [
    'iamGroups(where:{iamPolicies_SOME:{iamPolicyStatements_SOME:{effect:"Deny"}}}){groupName}',
    'ERROR',
    'group/staff matches cannot be told: a policy document cannot be read: a statement has "conditions"',
  ],
  'policies by statements, and what is found is found': [
    'iamPolicies(where:{arn_NOT:null,iamPolicyStatements_SOME:{actions_INCLUDES:"s3:Get*"}}){policyName}',
    'FAIL',
    'policy/odd matches cannot be told: a policy document cannot be read: it is no JSON',
    'policy/sent matches cannot be told: a policy document cannot be read: its URL encoding is broken',
  ],
  'statements themselves': [
    'iamPolicyStatements(where:{effect:"Deny"}){sid}',
    'ERROR',
    'which policy statements of arn:aws:iam::111122223333:group/staff/policy/later match cannot be told',
    'which policy statements of arn:aws:iam::111122223333:policy/odd match cannot be told',
    'which policy statements of arn:aws:iam::111122223333:policy/sent match cannot be told',
    'which policy statements of arn:aws:iam::111122223333:user/ana/policy/odd match cannot be told',
  ],
  'strangers in roles': [
    'AWSRolesWithExternalAccess{roleName}',
    'FAIL',
    'role/odd matches cannot be told: a policy document cannot be read: a statement has an Effect other than',
    'role/sent matches cannot be told: a policy document cannot be read: its URL encoding is broken',
  ],
  'principals of roles': [
    'iamAssumeRolePolicyPrincipals(where:{value:"*"}){value}',
    'ERROR',
    'which principals of arn:aws:iam::111122223333:role/odd match cannot be told',
    'which principals of arn:aws:iam::111122223333:role/sent match cannot be told',
  ],
  'providers that vouch for nobody: a role that cannot be read may name any': [
    'iamSAMLProviders(where:{roles:null}){arn}',
    'PASS',
  ],
  'providers that vouch for no role of that name': [
    'iamSAMLProviders(where:{roles_SOME:{roleName:"other"}}){arn}',
    'ERROR',
    'saml-provider/corp matches cannot be told',
  ],
  'roles by who vouches': [
    'iamRoles(where:{samlProviders_SOME:{},roleName_NOT:"web"}){roleName}',
    'ERROR',
    'role/odd matches cannot be told',
    'role/sent matches cannot be told',
  ],
};

describe('a policy document that cannot be understood leaves open what it would say, and nothing else', () => {
  let database: Database;
  let kept: KeptAccount;
  beforeAll(async () => {
    database = await openPglite(undefined);
    await migrate(database, catalogue);
    kept = await keepAccount(database, account.open(scenario));
  }, START_MS);
  afterAll(() => database.close());

  test.each(Object.entries(rows))('%s', async (_name, [text, verdict, ...named]) => {
    const verdictOf = async (inventory: Inventory) => {
      const judged = await judge(inventory, { text }, parseExpectation('eq []'));
      return { verdict: judged.verdict, errors: judged.errors.map(({ message }) => message) };
    };
    const live = await verdictOf(account.open(scenario));
    expect(live.verdict).toBe(verdict);
    expect(live.errors.toSorted()).toEqual(named.map((part) => expect.stringContaining(part)));
    const stored = await withStore(database, {}, verdictOf);
    for (const answer of [await verdictOf(kept.snapshot()), stored]) {
      // A file does not keep which of a provider's roles are known.
      const isOfProvider = text.includes('roles:null');
      expect([text, answer.verdict]).toEqual([text, isOfProvider ? 'ERROR' : verdict]);
      expect(answer.errors.length).toBe(isOfProvider ? 1 : named.length);
    }
  });

  test('on the path of what was selected, beside everything else, with no call that could not help', async () => {
    const { data, errors, counts } = await account(
      scenario,
      `{
        iamUsers{userName iamPolicies{policyName document iamPolicyStatements{actions}}}
        iamRoles{roleName hasIAMAssumeRolePolicyStatement{effect}}
      }`,
    );
    expect(data).toEqual({
      iamUsers: [
        {
          userName: 'ana',
          iamPolicies: [{ policyName: 'odd', document: '{"Statement":[{"Effect":"Allow"', iamPolicyStatements: null }],
        },
        {
          userName: 'bob',
          iamPolicies: [
            { policyName: 'own', document: JSON.stringify(ALLOW), iamPolicyStatements: [{ actions: ['s3:Get*'] }] },
          ],
        },
      ],
      iamRoles: [
        { roleName: 'odd', hasIAMAssumeRolePolicyStatement: null },
        { roleName: 'sent', hasIAMAssumeRolePolicyStatement: null },
        { roleName: 'web', hasIAMAssumeRolePolicyStatement: [{ effect: 'Allow' }, { effect: 'Allow' }] },
      ],
    });
    expect(errors.toSorted()).toEqual([
      expect.stringMatching(/^iamRoles\.0\.hasIAM.*: Corrupt a policy document cannot be read: .*role\/odd\)$/),
      expect.stringMatching(/^iamRoles\.1\.hasIAM.*: Corrupt a policy document .*encoding is broken .*role\/sent\)$/),
      expect.stringMatching(/^iamUsers\.0\.iamPolicies\.0\.iamPolicyStatements: Corrupt .*user\/ana\/policy\/odd\)$/),
    ]);
    // Users have to be known before it is asked what they have.
    expect(counts).toEqual({ GetCredentialReport: 1, GetAccountAuthorizationDetails: 2 });
  });

  test('a text that was not sent is an error, and the hash over it', async () => {
    const text =
      'iamPolicies(where:{arn_ENDS_WITH:"/sent"}){policyName document versions{versionId document} contentHash}';
    const { data, errors } = await askInventory(account.open(scenario), text);
    expect(data).toEqual({ iamPolicies: [null] });
    expect(errors).toEqual(expect.arrayContaining([expect.stringMatching(/^iamPolicies\.0\.contentHash: Corrupt/)]));
  });
});
