import { isAtLeast, type Severity } from '../controls/control.ts';
import type { Verdict } from '../controls/judge.ts';
import type { ErrorKind } from '../iam/error.ts';

/** Every exit code that iamql has. A judgement that could not be made wins over one that failed. */
export const exitCodes = { pass: 0, fail: 1, error: 2, couldNotRun: 3, interrupted: 130 } as const;

const COULD_NOT_RUN: ReadonlySet<string> = new Set<ErrorKind | 'BAD_USER_INPUT'>([
  'NoCredentials',
  'InvalidInput',
  'InvalidControl',
  'BAD_USER_INPUT',
]);

/** The exit code of a run that ended with an error of that kind: not started, or a source that cannot be trusted. */
export function exitCodeOfError(kind: string): number {
  if (kind === 'Interrupted') return exitCodes.interrupted;
  return COULD_NOT_RUN.has(kind) ? exitCodes.couldNotRun : exitCodes.error;
}

/** Judging nothing at all is no PASS. */
export function exitCodeOfVerdicts(verdicts: readonly Verdict[]): number {
  if (verdicts.length === 0 || verdicts.includes('ERROR')) return exitCodes.error;
  return verdicts.includes('FAIL') ? exitCodes.fail : exitCodes.pass;
}

/** The same of controls, where failing of those that are less severe is only shown. */
export function exitCodeOfControls(
  runs: readonly { readonly verdict: Verdict; readonly control: { readonly severity: Severity } }[],
  failOn: Severity,
): number {
  const counts = ({ severity }: { readonly severity: Severity }): boolean => isAtLeast(severity, failOn);
  return exitCodeOfVerdicts(
    runs.map(({ verdict, control }) => (verdict === 'FAIL' && !counts(control) ? 'PASS' : verdict)),
  );
}

/** Of what was read but for this. A source that does not hold a fact was read whole; one that refused or failed was not. */
export const exitCodeOfUnread = (unread: readonly { readonly code: ErrorKind }[]): number =>
  unread.reduce(
    (worst, { code }) => (code === 'NotCollected' ? worst : Math.max(worst, exitCodeOfError(code))),
    exitCodes.pass as number,
  );
