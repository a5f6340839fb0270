import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probedActions } from '../../src/aws/probes.ts';
import { factGroups } from '../../src/iam/catalogue.generated.ts';
import { accountId, acme } from '../connectors/acme.ts';
import { manyUsers, type Scenario } from '../support/aws-endpoint.ts';
import { opensEndpoints } from '../support/opened-endpoints.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const open = opensEndpoints();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-connectors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  scenario: Scenario,
  args: readonly string[],
  yaml = 'organizations: [{name: acme, memberRole: iamql}]',
) {
  const { endpoint } = await open(scenario);
  writeFileSync(join(folder, 'connectors.yaml'), yaml);
  return { endpoint, ...(await runCli(['connectors', ...args], { env: awsEnv(endpoint.url), cwd: folder })) };
}

const denied = (action: string, message?: string) => ({
  action,
  error: { code: 'AccessDenied', ...(message ? { message } : {}) },
});

test('every action that a scan calls is probed', () => {
  const actions = Object.values(factGroups).flatMap((group) => group.actions);
  expect(probedActions).toEqual([...new Set(actions)].sort());
});

test('connectors list shows who is there, where and how they are read, and who is not', async () => {
  const organization = acme(5, (n) => (n === 5 ? { state: 'SUSPENDED' } : {}));
  const { stdout, code } = await run({ organization }, ['list']);
  expect(stdout).toMatch(/^ACCOUNT +NAME +ORGANIZATION +TAGS +READ WITH$/m);
  expect(stdout).toMatch(
    /^111100000003 +account 3 +acme: Root \/ Workloads \/ Production +the environment -> arn:aws:iam::111100000003:role\/iamql$/m,
  );
  expect(stdout).toContain('not read: account 111100000005 (account 5) of acme: SUSPENDED\n');
  expect(code).toBe(0);
  const json = await run({ organization }, ['list', '--ou', 'Sandbox', '--format', 'json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ connectors: [{ account: accountId(4) }], skipped: [], unlisted: [] });
});

test('connectors test calls each action once, and says what is missing and who has to grant it', async () => {
  const scp =
    'User: arn:aws:sts::111100000003:assumed-role/iamql/iamql is not authorized to perform: iam:ListRoles on resource: * with an explicit deny in a service control policy';
  const scenarios: readonly Scenario[] = [
    { users: manyUsers(3, 3) },
    { users: manyUsers(3, 3), faults: [denied('ListAccessKeys'), denied('GetLoginProfile')] },
    { users: manyUsers(3, 3), faults: [denied('ListRoles', scp)] },
    {},
    { faults: [{ action: 'ListSAMLProviders', error: { code: 'ServiceFailure' } }] },
  ];
  const organization = acme(6, (n) => ({ scenario: () => scenarios[n - 1] ?? {} }));
  const refused = { ...denied('AssumeRole'), params: { RoleArn: `arn:aws:iam::${accountId(6)}:role/iamql` } };
  const { code, stdout, endpoint } = await run({ organization, faults: [refused] }, ['test', '--format', 'json']);
  expect(code).toBe(2);
  const { accounts } = JSON.parse(stdout);
  expect(accounts.map(({ state }: { state: string }) => state)).toEqual([
    ...['readable', 'partial', 'partial', 'readable', 'partial', 'unreadable'],
  ]);
  expect(accounts[0]).toMatchObject({ missing: [], notKnown: [], grant: null, error: null });
  expect(accounts[1]).toMatchObject({ missing: ['iam:GetLoginProfile', 'iam:ListAccessKeys'] });
  expect(accounts[1].grant).toMatch(/^grant them to role iamql: docs\/connectors.md/);
  expect(accounts[1].notKnown[0].reason).toBe('no access key could be listed to ask about');
  expect(accounts[2].grant).toBe('forbidden by an explicit deny in a service control policy: except the role there');
  // Without a key there is nothing to ask about.
  expect(accounts[3].notKnown).toEqual([
    { action: 'iam:GetAccessKeyLastUsed', reason: 'no access key was found to ask about' },
  ]);
  expect(accounts[4].notKnown).toContainEqual({
    action: 'iam:ListSAMLProviders',
    reason: expect.stringContaining('unknown error') as string,
  });
  expect(accounts[5].error.message).toMatch(/^sts:AssumeRole denied/);
  const ofFirst = endpoint.calls.filter(
    ({ signedBy }) => signedBy === endpoint.calls.find(({ action }) => action === 'GetAccessKeyLastUsed')?.signedBy,
  );
  expect(ofFirst).toHaveLength(probedActions.length + 1);
});

test('an account whose credentials are of another one is not read in its place; text says what to do', async () => {
  const yaml = 'accounts: [{account: "999988887777"}, {account: "111122223333", name: mine}]';
  const { code, stdout } = await run({ faults: [denied('ListRoles')] }, ['test'], yaml);
  expect(stdout).toBe(`111122223333  mine: can be read in part
    as arn:aws:iam::111122223333:user/auditor
    missing: iam:ListRoles
    grant them to arn:aws:iam::111122223333:user/auditor: docs/connectors.md has the role as CloudFormation and Terraform
    not known: iam:GetAccessKeyLastUsed: no access key was found to ask about
999988887777  999988887777: cannot be read
    the credentials are of account 111122223333 and not of 999988887777, as connectors.yaml:1:12 says
0 of 2 accounts can be read, 1 in part, 1 not at all
`);
  expect(code).toBe(2);
});
