import { paginateGetAccountAuthorizationDetails } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { manyAssets } from './aws-endpoint.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();
const SIZES = { users: 5000, selected: 37, roles: 1000, policies: 1500 } as const;

test('many assets are the same every time, and whatever they name is there', () => {
  const assets = manyAssets({ ...SIZES, serverCertificates: 3, samlProviders: 2, oidcProviders: 1 });
  expect(manyAssets({ ...SIZES, serverCertificates: 3, samlProviders: 2, oidcProviders: 1 })).toEqual(assets);
  expect(Object.entries(assets).map(([noun, all]) => [noun, all.length])).toEqual([
    ['users', 5000],
    ['groups', 50],
    ['iamRoles', 1000],
    ['policies', 1504],
    ['serverCertificates', 3],
    ['samlProviders', 2],
    ['oidcProviders', 1],
  ]);
  const arns = new Set(assets.policies.map(({ arn }) => arn));
  const holders = [...assets.users, ...assets.groups, ...assets.iamRoles];
  const named = holders.flatMap(({ attachedPolicies = [] }) => attachedPolicies);
  const bounds = [...assets.users, ...assets.iamRoles].flatMap(({ permissionsBoundary }) => permissionsBoundary ?? []);
  expect([...named, ...bounds].filter((arn) => !arns.has(arn))).toEqual([]);
  const groups = new Set(assets.groups.map(({ name }) => name));
  expect(assets.users.flatMap((user) => user.groups ?? []).filter((name) => !groups.has(name))).toEqual([]);
  const sizes = assets.policies.slice(0, 1500).map(({ document }) => JSON.stringify(document).length);
  expect(Math.min(...sizes)).toBeGreaterThan(550);
  expect(Math.max(...sizes)).toBeLessThan(700);
});

test('many assets are told page by page', async () => {
  const { endpoint, iam } = await start(manyAssets(SIZES));
  const arns: (string | undefined)[] = [];
  for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 1000 }, {})) {
    const all = [page.UserDetailList, page.GroupDetailList, page.RoleDetailList, page.Policies];
    arns.push(...all.flatMap((list = []) => list.map(({ Arn }) => Arn)));
  }
  expect(arns).toHaveLength(5000 + 50 + 1000 + 1500 + 4);
  expect(new Set(arns).size).toBe(arns.length);
  expect(endpoint.count('GetAccountAuthorizationDetails')).toBe(8);
});

test('no assets at all are an account too', async () => {
  const { policies, ...rest } = manyAssets();
  expect(Object.values(rest).every((list) => list.length === 0)).toBe(true);
  expect(policies.every(({ arn }) => arn.startsWith('arn:aws:iam::aws:'))).toBe(true);
});
