import { type ErrorKind, IamqlError } from '../../iam/error.ts';

/** How the driver hands over what a Postgres says. */
interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
}

interface Explanation {
  readonly kind: ErrorKind;
  /** What to do about it, where the message alone does not say. */
  readonly advice?: string;
}

/** Of a server that takes encrypted connections only, in its words. */
const NO_ENCRYPTION = /no pg_hba\.conf entry .*no encryption/;
const ASK_FOR_TLS = 'the server asks for TLS: write ?sslmode=verify-full behind the URL of --store';

const ASK_ANOTHER_LOGIN = 'check the user, the password and the database in --store';

/** By SQLSTATE, or by the two characters of its class (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const STATES: Readonly<Record<string, Explanation>> = {
  '08': { kind: 'Unreachable' },
  '25P03': { kind: 'Unreachable', advice: 'the database ended a session that asked nothing for long; try again' },
  '28': { kind: 'InvalidInput', advice: ASK_ANOTHER_LOGIN },
  '3D000': { kind: 'InvalidInput', advice: ASK_ANOTHER_LOGIN },
  // Two transactions in each other's way: one of them is to try again.
  '40': { kind: 'Unreachable', advice: 'try again' },
  '42501': { kind: 'InvalidInput', advice: 'the user of the store may not do that' },
  '53': { kind: 'Unreachable', advice: 'the database has not enough of something; try again' },
  '53100': { kind: 'InvalidInput', advice: 'make room on the disk of the database' },
  '55P03': { kind: 'Unreachable', advice: 'another process writes the same; try again when it is done' },
  '57': { kind: 'Unreachable', advice: 'try again' },
  '58': { kind: 'Unreachable', advice: 'the system that the database runs on failed it' },
  XX001: { kind: 'Corrupt', advice: 'the database is damaged; restore it from a backup' },
  XX002: { kind: 'Corrupt', advice: 'an index of the database is damaged; REINDEX mends it' },
  '22021': { kind: 'InvalidInput', advice: 'a store needs a database whose encoding is UTF8' },
  '25006': { kind: 'InvalidInput', advice: 'the database takes no writes; name the primary server' },
};

/** What the driver and Node say of a connection, in their words. */
const CONNECTION: readonly (readonly [pattern: RegExp, kind: ErrorKind])[] = [
  [/does not support SSL/i, 'InvalidInput'],
  [/password must be a (?:non-empty )?string|SASL/, 'InvalidInput'],
  [/received invalid response/, 'Unexpected'],
  [/connection|timeout|socket|not queryable|certificate|TLS|SSL/i, 'Unreachable'],
];

/**
 * Makes an error of ours of what a database or its driver says. What is neither is left as it is.
 *
 * @param during what iamql was about when it failed.
 */
export function databaseError(cause: unknown, during = "the store's database failed"): unknown {
  if (cause instanceof IamqlError || !(cause instanceof Error)) return cause;
  const { kind, advice } = explanationOf(cause) ?? {};
  if (!kind) return cause;
  const message = `${during}: ${oneLine(cause)}${advice ? `; ${advice}` : ''}`;
  return new IamqlError(kind, message, { cause });
}

function explanationOf(cause: Error): Explanation | undefined {
  if (isServerError(cause)) {
    const { code } = cause;
    if (code === '28000' && NO_ENCRYPTION.test(cause.message)) return { kind: 'InvalidInput', advice: ASK_FOR_TLS };
    return STATES[code] ?? STATES[code.slice(0, 2)] ?? { kind: 'Unexpected' };
  }
  if ('syscall' in cause && cause.syscall === 'open')
    return { kind: 'InvalidInput', advice: 'a file that --store names (sslrootcert, sslcert, sslkey) cannot be read' };
  if ('syscall' in cause || cause instanceof AggregateError) return { kind: 'Unreachable' };
  const kind = CONNECTION.find(([pattern]) => pattern.test(cause.message))?.[1];
  return kind && { kind };
}

const isServerError = (cause: Error): cause is ServerError =>
  'severity' in cause && 'code' in cause && /^[0-9A-Z]{5}$/.test(String(cause.code));

/** Several addresses of one name fail with an error that says nothing itself. */
function oneLine(cause: Error): string {
  const [first] = cause instanceof AggregateError ? (cause.errors as readonly Error[]) : [];
  return (first ?? cause).message.replaceAll(/\s+/g, ' ').trim();
}
