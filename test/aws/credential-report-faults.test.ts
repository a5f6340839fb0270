import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { AwsTimeouts } from '../../src/aws/aws-settings.ts';
import { readCredentialReport } from '../../src/aws/credential-report.ts';
import { type Fault, manyUsers } from '../support/aws-endpoint.ts';
import { type OpenAccount, openAccount } from './open-account.ts';

const GET = 'GetCredentialReport';
const GENERATE = 'GenerateCredentialReport';
const DENIED = { code: 'AccessDenied' };
const NOT_AWS = 'check that AWS_ENDPOINT_URL, proxies and sign-in pages let AWS itself answer';

function read({ account, log, controller }: OpenAccount) {
  return readCredentialReport(account, { waitMs: 20_000, signal: controller.signal, log });
}

interface Row {
  readonly fault: Fault;
  readonly kind: string;
  readonly message: string | RegExp;
  /** Requests to the action that fails. */
  readonly requests: number;
}

/** The report is absent in all of them, so that Generate is asked. */
const rows: Readonly<Record<string, Row>> = {
  'Get denied': {
    fault: { action: GET, error: DENIED },
    kind: 'AccessDenied',
    message:
      'iam:GetCredentialReport denied in account 111122223333 for role Audit; grant iam:GetCredentialReport (docs/permissions.md)',
    requests: 1,
  },
  'Generate denied': {
    fault: { action: GENERATE, error: DENIED },
    kind: 'AccessDenied',
    message:
      'iam:GenerateCredentialReport denied in account 111122223333 for role Audit; grant iam:GenerateCredentialReport (docs/permissions.md)',
    requests: 1,
  },
  'a quota reached, which no retry helps': {
    fault: { action: GENERATE, error: { code: 'LimitExceeded' } },
    kind: 'Throttled',
    message:
      'iam:GenerateCredentialReport refused, a quota of the account is reached: Cannot exceed quota; let some minutes pass and try again; or read a report that was downloaded before with --report',
    requests: 1,
  },
  'cut for ever': { fault: { action: GET, cut: true }, kind: 'Unreachable', message: /after 6 attempts/, requests: 6 },
  'failing for ever': {
    fault: { action: GET, error: { code: 'ServiceFailure' } },
    kind: 'Unreachable',
    message:
      'iam:GetCredentialReport failed after 6 attempts: The request processing has failed because of an unknown error; check the network, AWS_ENDPOINT_URL and the region, and try again',
    requests: 6,
  },
  'a web page instead of the report': {
    fault: { action: GET, garbage: true },
    kind: 'Unexpected',
    message: `iam:GetCredentialReport answered without a report; ${NOT_AWS}`,
    requests: 1,
  },
  'a web page instead of the start': {
    fault: { action: GENERATE, garbage: true },
    kind: 'Unexpected',
    message: `iam:GenerateCredentialReport answered without a state; ${NOT_AWS}`,
    requests: 1,
  },
  'a text that is no XML': {
    fault: { action: GET, garbage: 'no such host' },
    kind: 'Unexpected',
    message: `iam:GetCredentialReport failed: the answer, HTTP 200, is none of AWS's; ${NOT_AWS}`,
    requests: 1,
  },
  'XML that ends too early': {
    fault: { action: GET, garbage: '<GetCredentialReportResponse><GetCredentialReportResult><Content>dXN' },
    kind: 'Unexpected',
    message: /^iam:GetCredentialReport failed: .*; check that AWS_ENDPOINT_URL/,
    requests: 1,
  },
  'an empty answer': {
    fault: { action: GET, garbage: ' ' },
    kind: 'Unexpected',
    message: /^iam:GetCredentialReport (failed|answered without)/,
    requests: 1,
  },
  'an expired token': {
    fault: { action: GET, error: { code: 'ExpiredToken' } },
    kind: 'ExpiredCredentials',
    message:
      'iam:GetCredentialReport failed: The security token included in the request is expired; sign in again (for example `aws sso login`)',
    requests: 1,
  },
  'an unknown access key': {
    fault: { action: GET, error: { code: 'InvalidClientTokenId' } },
    kind: 'ExpiredCredentials',
    message:
      'iam:GetCredentialReport failed: The security token included in the request is invalid; sign in again, or set AWS_REGION to a region of the partition that the credentials belong to',
    requests: 1,
  },
};

describe('what fails is an error, never an empty report', () => {
  test.each(Object.entries(rows))('%s', async (_, { fault, kind, message, requests }) => {
    const callerArn = 'arn:aws:sts::111122223333:assumed-role/Audit/ana';
    const open = await openAccount({ report: { state: 'absent' }, callerArn, faults: [fault] });
    await expect(read(open)).rejects.toMatchObject({
      name: 'IamqlError',
      kind,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(open.endpoint.count(fault.action)).toBe(requests);
    expect(open.log.calls.at(-1)).toMatchObject({ action: `iam:${fault.action}`, failed: true, attempts: requests });
  });
});

describe('what passes is read in the end', () => {
  test.each([
    ['cut once', { cut: true, times: 1 }, 2],
    ['throttled twice', { error: { code: 'Throttling' }, times: 2 }, 3],
    ['down once', { error: { code: 'ServiceUnavailable' }, times: 1 }, 2],
    ['hanging once', { hang: true, times: 1 }, 2],
  ])('%s', async (_, fault, attempts) => {
    const users = manyUsers(300, 3);
    const open = await openAccount({ users, faults: [{ action: GET, ...fault }] }, { timeouts: { answerMs: 500 } });
    const { csv } = await read(open);
    expect(csv.trimEnd().split('\n')).toHaveLength(302);
    expect(open.log.calls).toMatchObject([{ attempts, failed: false }]);
  });
});

describe('every wait has an end', () => {
  const bounds: readonly [name: string, fault: Omit<Fault, 'action'>, Partial<AwsTimeouts>, kind: string, RegExp][] = [
    [
      'no answer at all',
      { hang: true },
      { answerMs: 200, callMs: 20_000 },
      'Unreachable',
      /^iam:GetCredentialReport failed after 6 attempts: /,
    ],
    [
      'more attempts than the whole call has time for',
      { hang: true },
      { answerMs: 400, callMs: 1_000 },
      'Unreachable',
      /^iam:GetCredentialReport failed: there was no answer after 1 s, attempt [23]; check the network/,
    ],
    [
      'an answer that comes a byte at a time',
      { trickle: true },
      { answerMs: 200, callMs: 1_000 },
      'Unreachable',
      /^iam:GetCredentialReport failed: there was no answer after 1 s, attempt 1; check the network/,
    ],
    [
      'throttled for ever',
      { error: { code: 'Throttling' } },
      { callMs: 1_500 },
      'Throttled',
      /^iam:GetCredentialReport failed: AWS still throttled after 1.5 s, attempt \d; try again later/,
    ],
  ];

  test.each(bounds)('%s', async (_, fault, timeouts, kind, message) => {
    const open = await openAccount({ faults: [{ action: GET, ...fault }] }, { timeouts });
    await expect(read(open)).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
    expect(open.log.calls).toMatchObject([{ attempts: open.endpoint.calls.length, failed: true }]);
  });

  test('throttled to the last attempt', async () => {
    const open = await openAccount({ faults: [{ action: GET, error: { code: 'Throttling' } }] });
    // With all six attempts this is up to 40 s of pauses.
    vi.stubEnv('AWS_MAX_ATTEMPTS', '3');
    await expect(read(open)).rejects.toMatchObject({
      kind: 'Throttled',
      message:
        'iam:GetCredentialReport failed after 3 attempts: Rate exceeded; try again later, or with fewer readers of this account at once',
    });
    expect(open.endpoint.count(GET)).toBe(3);
  });

  test('an answer that stops in the middle and keeps the line open', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 10_000 });
      response.write('<GetCredentialReportResponse>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const open = await openAccount({}, { timeouts: { answerMs: 200 } });
      vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await expect(read(open)).rejects.toMatchObject({ kind: 'Unreachable' });
      expect(open.log.calls).toMatchObject([{ attempts: 6, failed: true }]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('interrupted', () => {
  test.each([
    ['before the first call', { faults: [] }, 0],
    ['in a call', { faults: [{ action: GET, hang: true }] }, 200],
    ['in the pause before a retry', { faults: [{ action: GET, error: { code: 'Throttling' } }] }, 400],
    ['in the pause between two polls', { report: { state: 'never-ready' as const } }, 1_200],
  ])('%s', async (_, scenario, afterMs) => {
    const open = await openAccount(scenario);
    if (afterMs === 0) open.controller.abort();
    const reading = expect(read(open)).rejects.toMatchObject({
      name: 'IamqlError',
      kind: 'Interrupted',
      message: 'iam:GetCredentialReport was interrupted',
    });
    await pause(afterMs);
    const made = open.endpoint.calls.length;
    open.controller.abort();
    await reading;
    expect(open.endpoint.calls.length).toBe(made);
  });
});
