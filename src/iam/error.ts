/** What can go wrong, as a person acts on it. docs/errors.md says what to do about each. */
export const errorKinds = [
  /** AWS refused the call; the message names the action to grant. */
  'AccessDenied',
  /** AWS still throttled after the last attempt. */
  'Throttled',
  /** The credentials are past their time, or AWS does not know them. */
  'ExpiredCredentials',
  /** No credentials anywhere in the SDK's chain. */
  'NoCredentials',
  /** No answer, or half of one. */
  'Unreachable',
  /** AWS answered, and not with what it documents. */
  'Unexpected',
  /** A flag, a file or a text that cannot be used as it is. */
  'InvalidInput',
  /** A control file that breaks its own rules. */
  'InvalidControl',
  /** The source does not hold the fact that the question needs. */
  'NotCollected',
  /** A report that is older than `--max-age`, or of unknown age where the age is asked. */
  'TooOld',
  /** AWS has not finished the credential report within the time that we wait. */
  'NotReady',
  /** A file or an answer that was cut, or cannot be parsed. */
  'Corrupt',
  /** Ctrl-C. */
  'Interrupted',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/**
 * A failure that is ours to explain. The message is one line: what failed, on what, the next step. It may reach a
 * client, so it never holds a credential.
 */
export class IamqlError extends Error {
  readonly kind: ErrorKind;
  /** Which of several accounts it is about; undefined for all of them, and where one is asked alone. */
  readonly about: ErrorSubject | undefined;
  /** Where it stands for several accounts: why each of them could not be read. */
  readonly reasons: readonly IamqlError[];

  constructor(kind: ErrorKind, message: string, { about, reasons = [], ...options }: ErrorDetails = {}) {
    super(message, options);
    this.name = 'IamqlError';
    this.kind = kind;
    this.about = about;
    this.reasons = reasons;
  }

  /** The same in other words. */
  reworded(message: string): IamqlError {
    return new IamqlError(this.kind, message, { cause: this.cause, about: this.about, reasons: this.reasons });
  }
}

interface ErrorDetails {
  readonly cause?: unknown;
  readonly about?: ErrorSubject | undefined;
  readonly reasons?: readonly IamqlError[];
}

/** How many accounts an error that stands for several quotes. */
const MOST_QUOTED = 3;

/**
 * One error for a value that is of several accounts together. It holds one reason of each, so that nobody takes that of one
 * account for that of another.
 */
export function errorOfSeveral(errors: readonly [IamqlError, ...IamqlError[]]): IamqlError {
  const reasons = [...new Map(errors.toReversed().map((error) => [error.about?.account, error])).values()].reverse();
  const [first] = errors;
  if (reasons.length < 2) return first;
  const more = reasons.length - MOST_QUOTED;
  const quoted = reasons.slice(0, MOST_QUOTED).map(({ message }) => message);
  const message = [...quoted, ...(more > 0 ? [`and ${more} more accounts`] : [])].join('; ');
  return new IamqlError(first.kind, message, { cause: first.cause, reasons });
}

/** An account that an error is about. */
export interface ErrorSubject {
  /** The id of its connector. */
  readonly account: string;
  /** What is known of it is of an earlier time than it should be. */
  readonly isStale?: boolean;
}
