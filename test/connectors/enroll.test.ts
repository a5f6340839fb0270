import { afterEach, expect, test, vi } from 'vitest';
import { AwsAccess } from '../../src/connectors/access.ts';
import { enroll } from '../../src/connectors/enroll.ts';
import { parseConnectors } from '../../src/connectors/parse-connectors.ts';
import { select } from '../../src/connectors/select.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { opensEndpoints } from '../support/opened-endpoints.ts';
import { accountId, acme } from './acme.ts';

const open = opensEndpoints();
afterEach(() => vi.unstubAllEnvs());

async function enrollOf(scenario: Scenario, yaml: string) {
  const { endpoint } = await open(scenario);
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  const access = new AwsAccess(new AbortController().signal);
  const { first, all } = enroll(parseConnectors(yaml, 'c.yaml'), access);
  return { endpoint, first: await first, enrollment: await all };
}

const organizations = 'organizations:\n  - {name: acme, memberRole: iamql, memberExternalId: x-1, tags: {org: acme}';
const idsOf = (accounts: readonly { readonly id: string }[]): readonly string[] => accounts.map(({ id }) => id);

test('an organization is its active accounts, each with the way to it, over pages that may be empty', async () => {
  const organization = { ...acme(45, (n) => (n === 7 ? { state: 'SUSPENDED' } : {})), emptyPages: true, pageSize: 4 };
  const { enrollment, endpoint } = await enrollOf({ organization }, `${organizations}}`);
  const { connectors, skipped, unlisted } = enrollment;
  expect(idsOf(connectors)).toEqual(Array.from({ length: 45 }, (_, n) => accountId(n + 1)).filter((_, n) => n !== 6));
  expect(connectors[2]).toEqual({
    ...{ id: accountId(3), name: 'account 3', partition: 'aws', tags: { org: 'acme' }, organization: 'acme' },
    access: { roleArn: `arn:aws:iam::${accountId(3)}:role/iamql`, externalId: 'x-1' },
    units: [
      { id: 'r-ab12', name: 'Root' },
      { id: 'ou-ab12-11111111', name: 'Workloads' },
      { id: 'ou-ab12-22222222', name: 'Production' },
    ],
    place: 'c.yaml:2:5',
  });
  expect(skipped).toEqual([{ id: accountId(7), name: 'account 7', organization: 'acme', why: 'SUSPENDED' }]);
  expect(unlisted).toEqual([]);
  expect(endpoint.count('ListTagsForResource')).toBe(0);
});

test('units and accounts are left out; one in two units that were named is there once; tags of AWS are asked for', async () => {
  const organization = acme(12, () => ({ tags: { team: 'a', org: 'theirs' } }));
  const settings = `organizationalUnits: [ou-ab12-22222222, ou-ab12-11111111], exclude: ["${accountId(2)}"], accountTags: true`;
  const { enrollment, endpoint } = await enrollOf({ organization }, `${organizations}, ${settings}}`);
  // 2, 6, 10 are in Workloads, 3, 7, 11 in Production below it.
  expect(idsOf(enrollment.connectors)).toEqual([3, 6, 7, 10, 11].map(accountId));
  expect(enrollment.connectors[0]).toMatchObject({ tags: { team: 'a', org: 'acme' } });
  expect(enrollment.connectors[0]?.units.map(({ name }) => name)).toEqual(['Workloads', 'Production']);
  expect(enrollment.skipped.map(({ id, why }) => `${id} ${why}`)).toEqual([
    `${accountId(1)} in none of its organizationalUnits`,
    `${accountId(2)} excluded`,
    ...[4, 5, 8, 9, 12].map((n) => `${accountId(n)} in none of its organizationalUnits`),
  ]);
  expect(endpoint.counts()).toMatchObject({ ListTagsForResource: 5, ListAccounts: 1 });
});

test('who is written out alone is read as written there, and keeps its place in the organization', async () => {
  const yaml = `accounts:\n  - {account: "${accountId(3)}", profile: own, name: mine}\n${organizations}}`;
  const { enrollment } = await enrollOf({ organization: acme(4, (n) => (n === 4 ? { name: 'account 2' } : {})) }, yaml);
  expect(enrollment.connectors).toHaveLength(4);
  expect(enrollment.connectors[2]).toMatchObject({
    ...{ name: 'mine', access: { profile: 'own' }, organization: 'acme', tags: { org: 'acme' } },
    units: [{ name: 'Root' }, { name: 'Workloads' }, { name: 'Production' }],
  });
  // Two of one name can still be told apart.
  expect(enrollment.connectors.map(({ name }) => name)).toEqual([
    ...['account 1', `account 2 (${accountId(2)})`, 'mine', `account 2 (${accountId(4)})`],
  ]);
});

/** In the unit that was just listed before, so that it is in none when each is looked at; after so many listings it stays. */
function moving(listings: number, end: string) {
  let count = 0;
  return (listed: string): string => {
    count += 1;
    if (count > listings) return end;
    return listed === 'ou-ab12-33333333' ? 'ou-ab12-11111111' : 'ou-ab12-33333333';
  };
}

test.each([
  ['of a whole organization', '', 4, ['Root', 'Workloads', 'Production']],
  [
    'of the units that are named',
    ', organizationalUnits: [ou-ab12-33333333, ou-ab12-11111111]',
    3,
    ['Workloads', 'Production'],
  ],
])(
  'an account that is moved while the units %s are listed is not lost, and placed',
  async (_name, named, listings, units) => {
    const organization = acme(8, (n) => (n === 2 ? { parentWhen: moving(listings, 'ou-ab12-22222222') } : {}));
    const { enrollment } = await enrollOf({ organization }, `${organizations}${named}}`);
    const found = enrollment.connectors.find(({ id }) => id === accountId(2));
    expect(found?.units.map(({ name }) => name)).toEqual(units);
    expect(enrollment.skipped.map(({ id }) => id)).toEqual(named === '' ? [] : [1, 5].map(accountId));
  },
);

test('an account that is in no unit at all is read, and not passed over where units are asked for', async () => {
  const organization = acme(3, (n) => (n === 2 ? { parent: 'ou-ab12-99999999' } : {}));
  const { first, enrollment, endpoint } = await enrollOf({ organization }, `${organizations}}`);
  expect(idsOf(enrollment.connectors)).toEqual([1, 2, 3].map(accountId));
  expect(idsOf(first.connectors)).toEqual([1, 3].map(accountId));
  expect(enrollment.connectors[1]?.units).toEqual([]);
  // Once more than needed where nobody moves.
  expect(endpoint.counts()).toMatchObject({ ListAccounts: 1, ListAccountsForParent: 8 });
  const unplaced = expect.objectContaining({
    kind: 'Unexpected',
    message: expect.stringContaining('account 2'),
  }) as Error;
  expect(() => select(enrollment, { units: ['Production'] })).toThrow(unplaced);
  // Whether anybody is in a unit that nobody was seen in is not known either.
  expect(() => select(enrollment, { units: ['Sandbox'] })).toThrow(unplaced);
  expect(idsOf(select(enrollment, { connectors: ['account 3'], units: ['Production'] }).connectors)).toHaveLength(1);
  // Nor is it known whether it is excluded.
  const excluded = await enrollOf({ organization }, `${organizations}, exclude: [ou-ab12-33333333]}`);
  expect(excluded.enrollment).toMatchObject({ connectors: [], unlisted: [{ error: unplaced }] });
});

test('an organization that cannot be listed, wholly or in part, is no organization without accounts', async () => {
  for (const action of ['ListAccounts', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'ListRoots']) {
    const faults = [{ action, skip: action === 'ListRoots' ? 0 : 1, error: { code: 'AccessDenied' } }];
    const { enrollment } = await enrollOf({ organization: acme(30), faults }, `${organizations}}`);
    expect(enrollment).toMatchObject({
      ...{ connectors: [], skipped: [] },
      unlisted: [{ name: 'acme', error: { kind: 'AccessDenied' } }],
    });
    expect(enrollment.unlisted[0]?.error.message).toContain(`organizations:${action} denied`);
  }
});

test('accounts are selected by name, unit and tag; what nothing has is an error', async () => {
  const { enrollment } = await enrollOf(
    { organization: acme(8, (n) => (n === 5 ? { state: 'PENDING_CLOSURE' } : {})) },
    `accounts:\n  - {account: "999988887777", tags: {env: prod}}\n${organizations}}`,
  );
  const ids = (selection: Parameters<typeof select>[1]) => idsOf(select(enrollment, selection).connectors);
  expect(ids({ units: ['Workloads'] })).toEqual([2, 3, 6, 7].map(accountId));
  expect(ids({ units: ['ou-ab12-22222222', 'Sandbox'] })).toEqual([3, 4, 7, 8].map(accountId));
  expect(ids({ connectors: ['account 2', '999988887777'] })).toEqual([accountId(2), '999988887777']);
  expect(ids({ tags: { env: 'prod' } })).toEqual(['999988887777']);
  expect(() => ids({ connectors: ['acount 2'] })).toThrow('there is no connector "acount 2"; did you mean account 2?');
  expect(() => ids({ connectors: ['account 5'] })).toThrow('account account 5 is not read: PENDING_CLOSURE');
  expect(() => ids({ units: ['Prodution'] })).toThrow('did you mean Production?');
  expect(() => ids({ tags: { env: 'test' } })).toThrow(expect.objectContaining({ kind: 'NotCollected' }));
});
