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

  constructor(
    kind: ErrorKind,
    message: string,
    { about, ...options }: { readonly cause?: unknown; readonly about?: ErrorSubject | undefined } = {},
  ) {
    super(message, options);
    this.name = 'IamqlError';
    this.kind = kind;
    this.about = about;
  }

  /** The same in other words. */
  reworded(message: string): IamqlError {
    return new IamqlError(this.kind, message, { cause: this.cause, about: this.about });
  }
}

/** An account that an error is about. */
export interface ErrorSubject {
  /** The id of its connector. */
  readonly account: string;
  /** What is known of it is of an earlier time than it should be. */
  readonly isStale?: boolean;
}
