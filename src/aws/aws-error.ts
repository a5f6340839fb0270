import { type ErrorKind, IamqlError } from '../iam/error.ts';

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * The names under which AWS and the SDK report one and the same thing.
 *
 * Source: IAM API Reference and STS API Reference, "Common error types".
 */
export const kindsByName: Readonly<Record<string, ErrorKind>> = {
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  NotAuthorized: 'AccessDenied',
  UnauthorizedOperation: 'AccessDenied',
  OptInRequired: 'AccessDenied',
  Throttling: 'Throttled',
  ThrottlingException: 'Throttled',
  ThrottledException: 'Throttled',
  RequestLimitExceeded: 'Throttled',
  TooManyRequestsException: 'Throttled',
  LimitExceededException: 'Throttled',
  LimitExceeded: 'Throttled',
  ExpiredToken: 'ExpiredCredentials',
  ExpiredTokenException: 'ExpiredCredentials',
  RequestExpired: 'ExpiredCredentials',
  InvalidClientTokenId: 'ExpiredCredentials',
  UnrecognizedClientException: 'ExpiredCredentials',
  SignatureDoesNotMatch: 'ExpiredCredentials',
  InvalidAccessKeyId: 'ExpiredCredentials',
  AbortError: 'Interrupted',
  TimeoutError: 'Unreachable',
  RequestTimeout: 'Unreachable',
  RequestTimeoutException: 'Unreachable',
  RequestAbortedException: 'Unreachable',
  ServiceFailure: 'Unreachable',
  ServiceFailureException: 'Unreachable',
  ServiceUnavailable: 'Unreachable',
  InternalFailure: 'Unreachable',
};

const NETWORK_CODES = /^(E[A-Z_]+|ERR_[A-Z_]+|UND_ERR_.*|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/;
/** A quota has a name of its own, and the SDK two for it. */
const QUOTA = /^LimitExceeded(Exception)?$/;

const nextSteps: Partial<Record<ErrorKind, string>> = {
  Throttled: 'try again later, or with fewer readers of this account at once',
  ExpiredCredentials: 'sign in again (for example `aws sso login`)',
  NoCredentials: 'sign in, set AWS_PROFILE or pass --profile; or read a file with --report',
  Unreachable: 'check the network, AWS_ENDPOINT_URL and the region, and try again',
};
const NOT_AWS = 'check that AWS_ENDPOINT_URL, proxies and sign-in pages let AWS itself answer';
/** An id that AWS does not know may be another partition's: each has its own users and endpoints. */
const UNKNOWN_ID = 'sign in again, or set AWS_REGION to a region of the partition that the credentials belong to';

/** The one place where an SDK error becomes ours: `action` failed, on what, why, and what to do next. */
export function awsError(action: string, error: unknown): IamqlError {
  if (error instanceof IamqlError) return error;
  const sdk = toSdkError(error);
  const kind = kindOf(sdk);
  if (kind === 'AccessDenied') return accessDenied(action, sdk);
  if (kind === 'Interrupted') return interrupted(action, error);
  const attempts = sdk.$metadata?.attempts;
  const tries = attempts && attempts > 1 ? ` after ${attempts} attempts` : '';
  const next = nextStep(kind, sdk);
  const message = `${action} failed${tries}: ${reason(sdk)}${next ? `; ${next}` : ''}`;
  return new IamqlError(kind, message, { cause: error });
}

/** The name by which AWS called the error: `ReportNotPresent` and the SDK's longer name are the same to callers. */
export const awsErrorName = (error: unknown): string => toSdkError(error).name;

export const isThrottling = (error: unknown): boolean => kindOf(toSdkError(error)) === 'Throttled';

/** For a call that was given up because whoever asked no longer waits for it. */
export function interrupted(action: string, cause?: unknown): IamqlError {
  return new IamqlError('Interrupted', `${action} was interrupted`, { cause });
}

/** For an answer of which a part is missing that AWS always sends: the SDK reads any web page as an empty answer. */
export function answeredWithout(action: string, what: string): IamqlError {
  return new IamqlError('Unexpected', `${action} answered without ${what}; ${NOT_AWS}`);
}

/** A quota that is reached does not pass by asking again, as throttling does; undefined for any other error. */
export function quotaReached(action: string, error: unknown): IamqlError | undefined {
  const sdk = toSdkError(error);
  if (!QUOTA.test(sdk.name)) return undefined;
  const next = 'let some minutes pass and try again; or read a report that was downloaded before with --report';
  return new IamqlError('Throttled', `${action} refused, a quota of the account is reached: ${reason(sdk)}; ${next}`, {
    cause: error,
  });
}

/**
 * For a call that was given up.
 *
 * @param timeMs how long it was given, in milliseconds.
 * @param attempts how many requests were made: without a single one, the credentials had not come.
 */
export function callTimedOut(action: string, timeMs: number, attempts: number, isThrottled: boolean): IamqlError {
  const time = `${timeMs / 1000} s`;
  if (attempts === 0) {
    const next = 'check the credential_process, sign-in or metadata service that gives them';
    return new IamqlError('NoCredentials', `${action} failed: no credentials came within ${time}; ${next}`);
  }
  const kind = isThrottled ? 'Throttled' : 'Unreachable';
  const state = isThrottled ? 'AWS still throttled' : 'there was no answer';
  return new IamqlError(kind, `${action} failed: ${state} after ${time}, attempt ${attempts}; ${nextSteps[kind]}`);
}

function toSdkError(error: unknown): SdkError {
  return error instanceof Error ? (error as SdkError) : { name: 'Unknown', message: String(error) };
}

function kindOf(error: SdkError): ErrorKind {
  const known = Object.hasOwn(kindsByName, error.name) ? kindsByName[error.name] : undefined;
  if (known) return known;
  if (/CredentialsProviderError|TokenProviderError/.test(error.name)) {
    return /expired|refresh/i.test(error.message) ? 'ExpiredCredentials' : 'NoCredentials';
  }
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (status >= 500) return 'Unreachable';
  if (status === 429) return 'Throttled';
  if (error.code !== undefined && NETWORK_CODES.test(error.code)) return 'Unreachable';
  return /socket hang up|aborted|ECONN|getaddrinfo/i.test(error.message) ? 'Unreachable' : 'Unexpected';
}

function nextStep(kind: ErrorKind, error: SdkError): string | undefined {
  if (isForeign(error)) return NOT_AWS;
  if (/^(InvalidClientTokenId|UnrecognizedClientException)$/.test(error.name)) return UNKNOWN_ID;
  return nextSteps[kind];
}

/**
 * AWS says who asked for what: `User: arn:aws:sts::111122223333:assumed-role/Audit/ana is not authorized to perform:
 * sts:AssumeRole on resource: arn:...`, and why, if a policy forbids it. What was asked may be a step before `action`.
 */
function accessDenied(action: string, error: SdkError): IamqlError {
  const { message } = error;
  const [, account, principal] = /arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):([^\s]+)/.exec(message) ?? [];
  const asked = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1] ?? action;
  const where = account ? ` in account ${account} for ${describePrincipal(principal ?? '')}` : '';
  return new IamqlError('AccessDenied', `${asked} denied${where}; ${remedy(asked, message)} (docs/permissions.md)`, {
    cause: error,
  });
}

function remedy(action: string, message: string): string {
  const policy = /with an explicit deny in an? ([a-z -]+)/.exec(message)?.[1];
  if (policy) return `an explicit deny in a ${policy.trim()} forbids it: let it allow ${action}`;
  const role = /on resource: (\S+)/.exec(message)?.[1];
  if (action === 'sts:AssumeRole')
    return `grant ${action}${role ? ` on ${role}` : ''}, and check that ${role ? 'its' : "the role's"} trust policy allows this caller and external id`;
  return `grant ${action}`;
}

function describePrincipal(principal: string): string {
  const [kind, name] = principal.split('/');
  return kind === 'assumed-role' ? `role ${name}` : principal.replace('/', ' ');
}

/** Whether a proxy, say, answered in AWS's place: the SDK found no XML, or no name of an error in it. */
const isForeign = ({ name, message, $metadata }: SdkError): boolean =>
  message.includes('XML parse error') || (name === 'Unknown' && $metadata?.httpStatusCode !== undefined);

/** The first line of what was said, without the SDK's advice on its own internals. */
function reason(error: SdkError): string {
  // The command line of a credential_process may hold a password.
  if (error.message.startsWith('Command failed')) return 'the credential_process of the profile failed';
  if (isForeign(error))
    return `the answer, HTTP ${error.$metadata?.httpStatusCode ?? 'status unknown'}, is none of AWS's`;
  const line = error.message.split('\n')[0]?.trim().replace(/\.$/, '');
  // The SDK's word for an error of AWS that came without a message.
  const text = line && line !== 'Unknown' ? line : error.code || error.name;
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
