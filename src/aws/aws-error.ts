import { type ErrorKind, IamqlError } from '../iam/error.ts';

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** The names under which AWS and the SDK report one and the same thing. Source: IAM and STS "Common errors". */
const kindsByName: Readonly<Record<string, ErrorKind>> = {
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
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
  ServiceFailure: 'Unreachable',
  ServiceFailureException: 'Unreachable',
  ServiceUnavailable: 'Unreachable',
  InternalFailure: 'Unreachable',
};

const NETWORK_CODES = /^(E[A-Z]+|ERR_[A-Z_]+|UND_ERR_.*)$/;

const nextSteps: Partial<Record<ErrorKind, string>> = {
  Throttled: 'try again later, or with fewer readers of this account at once',
  ExpiredCredentials: 'sign in again (for example `aws sso login`)',
  NoCredentials: 'sign in, set AWS_PROFILE or pass --profile; or read a file with --report',
  Unreachable: 'check the network, AWS_ENDPOINT_URL and the region, and try again',
};

/** The one place where an SDK error becomes ours: `action` failed, on what, why, and what to do next. */
export function awsError(action: string, error: unknown): IamqlError {
  if (error instanceof IamqlError) return error;
  const sdk = toSdkError(error);
  const kind = kindOf(sdk);
  if (kind === 'AccessDenied') return accessDenied(action, sdk);
  if (kind === 'Interrupted') return new IamqlError(kind, `${action} was interrupted`, { cause: error });
  const attempts = sdk.$metadata?.attempts;
  const tries = attempts && attempts > 1 ? ` after ${attempts} attempts` : '';
  const next = nextSteps[kind];
  const message = `${action} failed${tries}: ${reason(sdk)}${next ? `; ${next}` : ''}`;
  return new IamqlError(kind, message, { cause: error });
}

/** The name by which AWS called the error: `ReportNotPresent` and the SDK's longer name are the same to callers. */
export const awsErrorName = (error: unknown): string => toSdkError(error).name;

function toSdkError(error: unknown): SdkError {
  return error instanceof Error ? (error as SdkError) : { name: 'Unknown', message: String(error) };
}

function kindOf(error: SdkError): ErrorKind {
  const known = kindsByName[error.name];
  if (known) return known;
  if (/CredentialsProviderError|TokenProviderError/.test(error.name)) {
    return /expired|refresh/i.test(error.message) ? 'ExpiredCredentials' : 'NoCredentials';
  }
  if ((error.$metadata?.httpStatusCode ?? 0) >= 500) return 'Unreachable';
  if (error.code !== undefined && NETWORK_CODES.test(error.code)) return 'Unreachable';
  return /socket hang up|aborted|ECONN|getaddrinfo/i.test(error.message) ? 'Unreachable' : 'Unexpected';
}

/** AWS says who asked: `User: arn:aws:sts::111122223333:assumed-role/Audit/ana is not authorized to perform: ...`. */
function accessDenied(action: string, error: SdkError): IamqlError {
  const [, account, principal] = /arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):([^\s]+)/.exec(error.message) ?? [];
  const where = account ? ` in account ${account} for ${describePrincipal(principal ?? '')}` : '';
  const message = `${action} denied${where}; grant ${action} (docs/permissions.md)`;
  return new IamqlError('AccessDenied', message, { cause: error });
}

function describePrincipal(principal: string): string {
  const [kind, name] = principal.split('/');
  return kind === 'assumed-role' ? `role ${name}` : principal.replace('/', ' ');
}

/** The first line of what was said, without the SDK's advice on its own internals. */
function reason(error: SdkError): string {
  const line = error.message.split('\n')[0]?.trim();
  const text = line || error.code || error.name;
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
