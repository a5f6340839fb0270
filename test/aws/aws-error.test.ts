import { describe, expect, test } from 'vitest';
import { awsError, callTimedOut, kindsByName } from '../../src/aws/aws-error.ts';
import { type ErrorKind, IamqlError } from '../../src/iam/error.ts';

const ACTION = 'iam:ListAccessKeys';

function sdkError(name: string, message: string, rest: object = {}): Error {
  return Object.assign(new Error(message), { name, ...rest });
}

const CHECK_NETWORK = 'check the network, AWS_ENDPOINT_URL and the region, and try again';
const SIGN_IN = 'sign in, set AWS_PROFILE or pass --profile; or read a file with --report';
const SIGN_IN_AGAIN = 'sign in again (for example `aws sso login`)';
const USER = 'User: arn:aws:iam::111122223333:user/staff/ana is not authorized to perform:';

const rows: readonly [error: Error, kind: ErrorKind, message: string][] = [
  [
    sdkError('AccessDenied', `${USER} iam:ListAccessKeys on resource: user bob`),
    'AccessDenied',
    `${ACTION} denied in account 111122223333 for user staff/ana; grant ${ACTION} (docs/permissions.md)`,
  ],
  [
    sdkError(
      'AccessDenied',
      'User: arn:aws-cn:sts::111122223333:assumed-role/Audit/ana is not authorized to perform: iam:ListAccessKeys on resource: user bob with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1',
    ),
    'AccessDenied',
    `${ACTION} denied in account 111122223333 for role Audit; an explicit deny in a service control policy forbids it: let it allow ${ACTION} (docs/permissions.md)`,
  ],
  // A profile with a role_arn assumes its role inside the SDK: what was denied is not the call that we made.
  [
    sdkError('AccessDenied', `${USER} sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Audit`),
    'AccessDenied',
    'sts:AssumeRole denied in account 111122223333 for user staff/ana; grant sts:AssumeRole on arn:aws:iam::444455556666:role/Audit, and check that its trust policy allows this caller and external id (docs/permissions.md)',
  ],
  [sdkError('AccessDeniedException', 'no'), 'AccessDenied', `${ACTION} denied; grant ${ACTION} (docs/permissions.md)`],
  [
    sdkError('Throttling', 'Rate exceeded', { $metadata: { httpStatusCode: 400, attempts: 6 } }),
    'Throttled',
    `${ACTION} failed after 6 attempts: Rate exceeded; try again later, or with fewer readers of this account at once`,
  ],
  [
    sdkError('SomethingNew', 'Slow down', { $metadata: { httpStatusCode: 429 } }),
    'Throttled',
    `${ACTION} failed: Slow down; try again later, or with fewer readers of this account at once`,
  ],
  [
    sdkError('ExpiredToken', 'The security token included in the request is expired'),
    'ExpiredCredentials',
    `${ACTION} failed: The security token included in the request is expired; ${SIGN_IN_AGAIN}`,
  ],
  [
    sdkError('InvalidClientTokenId', 'The security token included in the request is invalid.'),
    'ExpiredCredentials',
    `${ACTION} failed: The security token included in the request is invalid; sign in again, or set AWS_REGION to a region of the partition that the credentials belong to`,
  ],
  [
    sdkError('TokenProviderError', 'Token is expired. To refresh it run aws sso login.'),
    'ExpiredCredentials',
    `${ACTION} failed: Token is expired. To refresh it run aws sso login; ${SIGN_IN_AGAIN}`,
  ],
  [
    sdkError('CredentialsProviderError', 'Could not load credentials from any providers'),
    'NoCredentials',
    `${ACTION} failed: Could not load credentials from any providers; ${SIGN_IN}`,
  ],
  [
    sdkError('CredentialsProviderError', 'Command failed: get-keys --password hunter2\nno such user'),
    'NoCredentials',
    `${ACTION} failed: the credential_process of the profile failed; ${SIGN_IN}`,
  ],
  [
    sdkError('TimeoutError', 'a request has exceeded the configured 25000 ms requestTimeout.'),
    'Unreachable',
    `${ACTION} failed: a request has exceeded the configured 25000 ms requestTimeout; ${CHECK_NETWORK}`,
  ],
  [
    sdkError('Error', 'getaddrinfo ENOTFOUND iam.example', { code: 'ENOTFOUND' }),
    'Unreachable',
    `${ACTION} failed: getaddrinfo ENOTFOUND iam.example; ${CHECK_NETWORK}`,
  ],
  [
    sdkError('Error', 'self-signed certificate in certificate chain', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    'Unreachable',
    `${ACTION} failed: self-signed certificate in certificate chain; ${CHECK_NETWORK}`,
  ],
  [sdkError('Error', '', { code: 'ECONNREFUSED' }), 'Unreachable', `${ACTION} failed: ECONNREFUSED; ${CHECK_NETWORK}`],
  [
    sdkError('SomethingNew', 'Oh dear', { $metadata: { httpStatusCode: 502 } }),
    'Unreachable',
    `${ACTION} failed: Oh dear; ${CHECK_NETWORK}`,
  ],
  [
    sdkError('Unknown', 'Unknown', { $metadata: { httpStatusCode: 407 } }),
    'Unexpected',
    `${ACTION} failed: the answer, HTTP 407, is none of AWS's; check that AWS_ENDPOINT_URL, proxies and sign-in pages let AWS itself answer`,
  ],
  [
    sdkError('Error', '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: ...', {
      $metadata: { httpStatusCode: 502 },
    }),
    'Unreachable',
    `${ACTION} failed: the answer, HTTP 502, is none of AWS's; check that AWS_ENDPOINT_URL, proxies and sign-in pages let AWS itself answer`,
  ],
  [sdkError('NewException', 'Unknown'), 'Unexpected', `${ACTION} failed: NewException`],
  [sdkError('AbortError', 'Request aborted'), 'Interrupted', `${ACTION} was interrupted`],
  [
    sdkError('ValidationError', 'Invalid Marker.\nmore', { $metadata: { httpStatusCode: 400 } }),
    'Unexpected',
    `${ACTION} failed: Invalid Marker`,
  ],
  [sdkError('constructor', 'x'.repeat(400)), 'Unexpected', `${ACTION} failed: ${'x'.repeat(300)}…`],
];

describe('awsError', () => {
  test.each(rows)('%s is %s', (error, kind, message) => {
    const ours = awsError(ACTION, error);
    expect(ours).toMatchObject({ name: 'IamqlError', kind, message, cause: error });
  });

  test.each(Object.entries(kindsByName))('the name %s alone is %s', (name, kind) => {
    expect(awsError(ACTION, sdkError(name, 'said'))).toMatchObject({
      kind,
      message: expect.stringMatching(/^iam:ListAccessKeys (failed: said; |denied; |was interrupted)/),
    });
  });

  test('what is ours already stays as it is, and what is no error at all is told', () => {
    const ours = new IamqlError('NotReady', 'said');
    expect(awsError(ACTION, ours)).toBe(ours);
    expect(awsError(ACTION, 'said')).toMatchObject({ kind: 'Unexpected', message: `${ACTION} failed: said` });
  });
});

test.each([
  [0, false, 'NoCredentials', 'failed: no credentials came within 2 s; check the credential_process'],
  [2, false, 'Unreachable', `failed: there was no answer after 2 s, attempt 2; ${CHECK_NETWORK}`],
  [3, true, 'Throttled', 'failed: AWS still throttled after 2 s, attempt 3; try again later'],
] as const)('a call given up in attempt %i, throttled: %s, is %s', (attempts, isThrottled, kind, message) => {
  expect(callTimedOut(ACTION, 2_000, attempts, isThrottled)).toMatchObject({
    kind,
    message: expect.stringContaining(message),
  });
});
