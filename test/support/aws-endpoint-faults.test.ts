import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListPoliciesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { afterEach, describe, expect, test } from 'vitest';
import { iamClient } from './aws-clients.ts';
import { type AwsEndpoint, manyUsers, type Scenario, startAwsEndpoint } from './aws-endpoint.ts';

const ALICE = { name: 'alice', createDate: '2024-03-01T10:20:30Z' };

const opened: AwsEndpoint[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function start(scenario: Scenario): Promise<{ endpoint: AwsEndpoint; iam: IAMClient }> {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return { endpoint, iam: iamClient(endpoint.url) };
}

describe('faults', () => {
  test.each([
    ['LimitExceeded', 'LimitExceededException', 409],
    ['ServiceFailure', 'ServiceFailureException', 500],
    ['ReportInProgress', 'CredentialReportNotReadyException', 404],
    ['ExpiredToken', 'ExpiredToken', 403],
    ['InvalidClientTokenId', 'InvalidClientTokenId', 403],
  ])('%s is the %s of the SDK', async (code, name, httpStatusCode) => {
    const { endpoint } = await start({ faults: [{ action: 'GenerateCredentialReport', error: { code } }] });
    const iam = iamClient(endpoint.url, { maxAttempts: 1 });
    await expect(iam.send(new GenerateCredentialReportCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });

  test('AccessDenied speaks as AWS does, for the calls that match', async () => {
    const fault = { action: 'ListAccessKeys', params: { UserName: 'alice' }, error: { code: 'AccessDenied' } };
    const bob = { name: 'bob', createDate: '2024-03-01T10:20:30Z' };
    const { endpoint, iam } = await start({ users: [ALICE, bob], faults: [fault] });
    expect((await iam.send(new ListAccessKeysCommand({ UserName: 'bob' }))).AccessKeyMetadata).toEqual([]);
    await expect(iam.send(new ListAccessKeysCommand({ UserName: 'alice' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: iam:ListAccessKeys on resource: user alice because no identity-based policy allows the iam:ListAccessKeys action',
    });
    expect(endpoint.count('ListAccessKeys')).toBe(2);
  });

  test('a throttled call succeeds on retry, and every attempt is counted', async () => {
    const faults = [{ action: '*', times: 2, error: { code: 'Throttling' } }];
    const { endpoint, iam } = await start({ users: [ALICE], faults });
    const listed = await iam.send(new ListUsersCommand({}));
    expect(listed.Users).toHaveLength(1);
    expect(listed.$metadata.attempts).toBe(3);
    expect(endpoint.counts()).toEqual({ ListUsers: 3 });
  });

  test('skip lets the first calls through', async () => {
    const faults = [{ action: 'ListUsers', skip: 1, error: { code: 'AccessDenied' } }];
    const { iam } = await start({ users: [ALICE], faults });
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
    await expect(iam.send(new ListUsersCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('a cut answer is an error, and is whole on retry', async () => {
    const cut = { action: 'GetCredentialReport', cut: true };
    const { endpoint, iam } = await start({ users: manyUsers(500, 5), faults: [cut] });
    const impatient = iamClient(endpoint.url, { maxAttempts: 1 });
    await expect(impatient.send(new GetCredentialReportCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
    endpoint.setScenario({ users: manyUsers(500, 5), faults: [{ ...cut, times: 1 }] });
    expect((await iam.send(new GetCredentialReportCommand({}))).$metadata.attempts).toBe(2);
    expect(endpoint.count('GetCredentialReport')).toBe(3);
  });

  test('garbage that is no markup is an error, a web page is an empty answer to the SDK', async () => {
    const { endpoint, iam } = await start({
      users: [ALICE],
      faults: [{ action: 'ListUsers', garbage: 'no such host' }],
    });
    await expect(iam.send(new ListUsersCommand({}))).rejects.toThrow('XML parse error');
    endpoint.setScenario({ users: [ALICE], faults: [{ action: 'ListUsers', garbage: true }] });
    // Its XML reader takes any root element, so whoever reads AWS must check that what AWS always sends is there.
    const answer = await iam.send(new ListUsersCommand({}));
    expect(answer.Users).toBeUndefined();
    expect(answer.IsTruncated).toBeUndefined();
  });

  test('a hanging call is the client to give up, and close() still closes', async () => {
    const { endpoint, iam } = await start({ faults: [{ action: 'ListUsers', hang: true }] });
    const abortSignal = AbortSignal.timeout(200);
    await expect(iam.send(new ListUsersCommand({}), { abortSignal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(endpoint.count('ListUsers')).toBe(1);
  });

  test('delays add up, and calls under way at once are counted', async () => {
    const { endpoint, iam } = await start({ latencyMs: 40, faults: [{ action: 'ListUsers', delayMs: 60 }] });
    const before = performance.now();
    await Promise.all([1, 2, 3].map(() => iam.send(new ListUsersCommand({}))));
    expect(performance.now() - before).toBeGreaterThan(95);
    expect(endpoint.peakInFlight).toBe(3);
  });

  test('an action it does not know is an InvalidAction, an unsigned request is refused', async () => {
    const { endpoint, iam } = await start({});
    await expect(iam.send(new ListPoliciesCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
    const unsigned = await fetch(endpoint.url, { method: 'POST', body: 'Action=ListUsers&Version=2010-05-08' });
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>');
    expect(endpoint.counts()).toEqual({ ListPolicies: 1, ListUsers: 1 });
    endpoint.forgetCalls();
    expect(endpoint.counts()).toEqual({});
  });
});
