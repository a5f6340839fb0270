import { afterEach, expect, test, vi } from 'vitest';
import { listAccountAliases } from '../../src/aws/account.ts';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import { CallLog } from '../../src/aws/call-log.ts';
import { AwsAccess } from '../../src/connectors/access.ts';
import { openConnector } from '../../src/connectors/connectors-source.ts';
import { parseConnectors } from '../../src/connectors/parse-connectors.ts';
import { testConnector } from '../../src/connectors/test-connector.ts';
import { findControls } from '../../src/controls/load-controls.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { takeSnapshot } from '../../src/inventory/snapshot/take-snapshot.ts';
import { stubAwsEnvironment } from '../aws/open-account.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import { manyUsers, type Scenario } from '../support/aws-endpoint.ts';
import { opensEndpoints } from '../support/opened-endpoints.ts';
import { accountId, acme } from './acme.ts';

const open = opensEndpoints();
afterEach(() => vi.unstubAllEnvs());

async function start(scenario: Scenario) {
  const { endpoint } = await open(scenario);
  stubAwsEnvironment({
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  });
  return { endpoint, access: new AwsAccess(new AbortController().signal), tag: { why: 'a test', log: new CallLog() } };
}

const arnOf = (n: number, name = 'iamql'): string => `arn:aws:iam::${accountId(n)}:role/${name}`;

/** An account of the organization, to be read as a scan reads it. */
function openMember(access: AwsAccess) {
  const [connector] = parseConnectors(`accounts: [{roleArn: "${arnOf(1)}"}]`, 'c.yaml').accounts;
  const settings = { setupSeconds: 60, waitMs: 10_000, maxAgeMs: undefined, verify: undefined };
  return openConnector(connector as NonNullable<typeof connector>, access, settings);
}

/** The SDK renews five minutes before the end that AWS names, and AWS refuses it some seconds later: an hour in three seconds. */
const short: Scenario = {
  ...{ sessionSeconds: 302, sessionRefusedAfterMs: 2_500 },
  organization: acme(1, () => ({ scenario: () => ({ users: manyUsers(3, 3), latencyMs: 300 }) })),
};

test('a scan that outlasts its session is whole: the session is renewed before it ends', async () => {
  const { endpoint, access } = await start(short);
  const { unread } = await takeSnapshot(openMember(access).inventory());
  expect(unread).toEqual([]);
  const signers = new Set(
    endpoint.calls.filter(({ action }) => action !== 'AssumeRole').map(({ signedBy }) => signedBy),
  );
  expect(signers.size).toBeGreaterThan(1);
  expect(endpoint.count('AssumeRole')).toBe(signers.size);
});

test('where it is not renewed, what was still to be read is an error', async () => {
  const refused = { action: 'AssumeRole', skip: 1, error: { code: 'AccessDenied' } };
  const { access } = await start({ ...short, faults: [refused] });
  const { unread, assets } = await takeSnapshot(openMember(access).inventory());
  expect(unread).toContainEqual(
    expect.objectContaining({ code: 'AccessDenied', message: expect.stringContaining('sts:AssumeRole denied') }),
  );
  expect(assets.get('IAMUser')).toHaveLength(3);
});

test('a session that AWS ends before its time is an error, and no account without findings', async () => {
  const { access } = await start({
    ...{ sessionRefusedAfterMs: 0 },
    organization: acme(1, () => ({ scenario: () => ({ users: manyUsers(3, 1) }) })),
  });
  const [control] = await findControls(['aws-iam-no-initial-access-keys']);
  const run = await runControl(openMember(access).inventory(), control as NonNullable<typeof control>);
  expect(run.verdict).toBe('ERROR');
  expect(run.rules[0]?.errors).toMatchObject([{ code: 'ExpiredCredentials' }]);
});

test('roles are assumed with the credentials of the profile, or by way of another role', async () => {
  const { endpoint, access, tag } = await start({ organization: acme(3) });
  const direct = access.open({ roleArn: arnOf(1) }, 'aws');
  const chained = access.open({ roleArn: arnOf(2), through: { roleArn: arnOf(3, 'lister') } }, 'aws');
  await Promise.all([listAccountAliases(direct, tag), listAccountAliases(chained, tag)]);
  const assumed = endpoint.calls.filter(({ action }) => action === 'AssumeRole');
  const signerOf = (n: number) => assumed.find(({ params }) => params['RoleArn']?.includes(accountId(n)))?.signedBy;
  expect([signerOf(1), signerOf(3)]).toEqual([EXAMPLE_CREDENTIALS.accessKeyId, EXAMPLE_CREDENTIALS.accessKeyId]);
  expect(signerOf(2)).toMatch(/^ASIA/);
});

test.each([
  ['a wrong external id', 'externalId: x-2'],
  ['no external id', ''],
  ['a role that is not there', 'externalId: x-1', 'gone'],
])('%s is said to be a matter of the role and its trust', async (_name, externalId, name = 'iamql') => {
  const { access, endpoint } = await start({ organization: acme(1), roles: [{ arn: arnOf(1), externalId: 'x-1' }] });
  const [connector] = parseConnectors(`accounts: [{roleArn: "${arnOf(1, name)}", ${externalId}}]`, 'c.yaml').accounts;
  const { failure } = await testConnector(connector as NonNullable<typeof connector>, access, []);
  expect(failure).toMatchObject({
    kind: 'AccessDenied',
    message: expect.stringContaining('check that its trust policy allows this caller and external id') as string,
  });
  // STS is asked once, and not for each call.
  expect(endpoint.counts()).toEqual({ AssumeRole: 1 });
});

test('accounts share connections, and each has bounds of its own', async () => {
  const { endpoint, access, tag } = await start({ organization: acme(4), latencyMs: 30 });
  const accounts = [1, 2, 3, 4].map((n) => access.open({ roleArn: arnOf(n) }, 'aws'));
  expect(accounts.every((account) => account instanceof AwsAccount)).toBe(true);
  await Promise.all(accounts.flatMap((account) => Array.from({ length: 20 }, () => listAccountAliases(account, tag))));
  expect(endpoint.peakInFlight).toBeGreaterThan(8);
  expect(endpoint.peakInFlight).toBeLessThanOrEqual(4 * 8);
});
