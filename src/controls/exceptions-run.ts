import { type Instant, instantToMs } from '../iam/instant.ts';
import { type Fit, fitOf } from './except.ts';
import { type Exception, hasExpired } from './exception.ts';
import type { ControlRun, RuleRun } from './run-control.ts';

/** What became of the exceptions of a run, beside those that cover findings. */
export interface ExceptionsRun {
  /** They no longer count. */
  readonly expired: readonly Exception[];
  /** They count, and will not for long. */
  readonly expiring: readonly Exception[];
  /** They cover nothing that was found. */
  readonly orphans: readonly UnusedException[];
  /** They name an asset that was found, and do not cover the finding. */
  readonly unfit: readonly UnusedException[];
}

interface UnusedException extends Exception {
  readonly why: string;
}

export interface ExceptionsClock {
  readonly now: Instant;
  /** How long before its end an exception is about to end. */
  readonly expiringMs: number;
}

/** Who has to renew an exception or mend what it covers needs some days for it. */
export const EXPIRING_DAYS = 14;

export type ExceptionState = 'expired' | 'expiring' | 'valid';

/** An exception is expiring while less than `expiringMs` is left of it. */
export function stateOf(exception: Exception, { now, expiringMs }: ExceptionsClock): ExceptionState {
  if (hasExpired(exception, now)) return 'expired';
  return instantToMs(exception.expires) - instantToMs(now) <= expiringMs ? 'expiring' : 'valid';
}

/** What became of the exceptions of the accounts and the controls that were judged; the others were not looked at. */
export function exceptionsRun(
  exceptions: readonly Exception[],
  runs: readonly ControlRun[],
  { accounts, ...clock }: ExceptionsClock & { readonly accounts: readonly string[] },
): ExceptionsRun {
  const runsOf = (exception: Exception): readonly ControlRun[] =>
    runs.filter(({ control }) => accounts.includes(exception.account) && control.id === exception.control);
  const ofRun = exceptions.filter((exception) => runsOf(exception).length > 0);
  const inState = (state: ExceptionState) => ofRun.filter((exception) => stateOf(exception, clock) === state);
  const expired = inState('expired');
  const unused = ofRun
    .filter((exception) => !expired.includes(exception))
    .map((exception) => ({ exception, fit: bestFit(exception, runsOf(exception)) }));
  const ofKind = (kind: Fit['kind']) =>
    unused.flatMap(({ exception, fit }) =>
      fit?.kind === kind ? [{ ...exception, why: `${whyOf(fit)}${askedWith(runsOf(exception))}` }] : [],
    );
  return { expired, expiring: inState('expiring'), orphans: ofKind('other'), unfit: ofKind('unfit') };
}

const whyOf = (fit: Fit): string => (fit.kind === 'covers' ? '' : fit.why);

/** What is found depends on what was asked: with another value of a parameter the exception may be needed. */
function askedWith(runs: readonly ControlRun[]): string {
  const asked = runs.map(({ parameters }) =>
    Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  );
  const words = [...new Set(asked.map((one) => one.join(', ')))].filter((one) => one !== '');
  return words.length > 0 ? `, asked with ${words.join(' and with ')}` : '';
}

/** Undefined where nobody can tell: what was not judged in full may hold what the exception covers. */
function bestFit(exception: Exception, runs: readonly ControlRun[]): Fit | undefined {
  const rules = runs.flatMap((run) => run.rules);
  const fits = rules.flatMap((rule) => fitsOf(exception, rule));
  const [best] = KINDS.flatMap((kind) => fits.filter((fit) => fit.kind === kind));
  if (best?.kind === 'covers' || best?.kind === 'unfit') return best;
  const isWhole = rules.every(({ rule, errors }) => rule.informative || errors.length === 0);
  return isWhole ? (best ?? { kind: 'other', why: 'no such asset was found' }) : undefined;
}

const KINDS = ['covers', 'unfit', 'other'] as const;

const fitsOf = (exception: Exception, { findings, excepted }: RuleRun): readonly Fit[] =>
  [
    ...findings.map((finding) => fitOf(exception, finding, false)),
    ...excepted.map((finding) => fitOf(exception, finding, true)),
  ].filter((fit) => fit !== undefined);
