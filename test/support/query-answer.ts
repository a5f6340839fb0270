import { randomUUID } from 'node:crypto';

/** One HTTP answer of the AWS Query protocol. */
export interface QueryAnswer {
  readonly status: number;
  readonly requestId: string;
  readonly body: string;
}

/** The result of an action as XML, or an error that AWS would answer. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message?: string, status?: number) {
    super(message ?? KNOWN_ERRORS[code]?.message ?? '');
    this.name = 'AwsError';
    this.code = code;
    this.status = status ?? KNOWN_ERRORS[code]?.status ?? 400;
  }
}

// Statuses: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the pages of the actions. The
// errors of GetCredentialReport have been seen to come without a message, which the SDKs print as "Unknown".
const KNOWN_ERRORS: Readonly<Record<string, { readonly status: number; readonly message?: string }>> = {
  AccessDenied: { status: 403 },
  ExpiredToken: { status: 403, message: 'The security token included in the request is expired' },
  InternalFailure: { status: 500, message: 'An internal error has occurred' },
  InvalidClientTokenId: { status: 403, message: 'The security token included in the request is invalid.' },
  LimitExceeded: { status: 409, message: 'Cannot exceed quota.' },
  MissingAuthenticationToken: { status: 403, message: 'Request is missing Authentication Token' },
  NoSuchEntity: { status: 404 },
  ReportExpired: { status: 410 },
  ReportInProgress: { status: 404 },
  ReportNotPresent: { status: 410 },
  RequestLimitExceeded: { status: 503, message: 'Request limit exceeded.' },
  ServiceFailure: { status: 500, message: 'The request processing has failed because of an unknown error.' },
  ServiceUnavailable: { status: 503, message: 'Service is unavailable.' },
  Throttling: { status: 400, message: 'Rate exceeded' },
  ThrottlingException: { status: 400, message: 'Rate exceeded' },
  TooManyRequestsException: { status: 429, message: 'Too many requests' },
};

const IAM_NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const STS_VERSION = '2011-06-15';

export function resultAnswer(action: string, version: string | undefined, result: string): QueryAnswer {
  const requestId = randomUUID();
  const metadata = element('ResponseMetadata', element('RequestId', text(requestId)));
  const open = `<${action}Response xmlns="${namespaceOf(version)}">`;
  const body = `${open}${element(`${action}Result`, result)}${metadata}</${action}Response>`;
  return { status: 200, requestId, body };
}

export function errorAnswer(error: AwsError, version: string | undefined): QueryAnswer {
  const requestId = randomUUID();
  const type = element('Type', error.status >= 500 ? 'Receiver' : 'Sender');
  const message = error.message === '' ? '' : element('Message', text(error.message));
  const detail = element('Error', type + element('Code', text(error.code)) + message);
  const open = `<ErrorResponse xmlns="${namespaceOf(version)}">`;
  const body = `${open}${detail}${element('RequestId', text(requestId))}</ErrorResponse>`;
  return { status: error.status, requestId, body };
}

/** `content` is XML already; text from a scenario goes through `text` first. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

export function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** Elements in the order given; an undefined value leaves its element out, as AWS does for what there is none of. */
export function elements(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : element(name, text(value))))
    .join('');
}

/** A list, whose members are XML already. */
export function list(name: string, members: readonly string[]): string {
  return element(name, members.map((member) => element('member', member)).join(''));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function namespaceOf(version: string | undefined): string {
  return version === STS_VERSION ? STS_NAMESPACE : IAM_NAMESPACE;
}
