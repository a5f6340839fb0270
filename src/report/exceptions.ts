import type { Exception } from '../controls/exception.ts';
import { type ExceptionState, type ExceptionsClock, type ExceptionsRun, stateOf } from '../controls/exceptions-run.ts';
import { type Instant, instantToMs, renderInstant } from '../iam/instant.ts';
import { renderColumns } from './columns.ts';
import { renderDuration } from './duration.ts';
import { printable } from './printable.ts';

/** What somebody has to do about the exceptions of a run; empty where there is nothing. A line for each. */
export function renderExceptionNotes({ expired, expiring, orphans, unfit }: ExceptionsRun, now: Instant) {
  return [
    ...expired.map((one) => note(one, `expired ${timeOf(one)} and no longer counts`)),
    ...expiring.map((one) => note(one, `expires ${timeOf(one)}, in ${leftOf(one, now)}`)),
    ...unfit.map((one) => note(one, `does not cover what it names: ${one.why}`)),
    ...orphans.map((one) => note(one, `covers nothing: ${one.why}`)),
  ];
}

const note = (exception: Exception, what: string): string =>
  `${exception.place}: exception for ${printable(exception.asset)} of ${exception.control} (owner ${printable(exception.owner)}) ${what}`;

/** Every exception, a line for each, the one that ends first on top. */
export function renderExceptionTable(exceptions: readonly Exception[], clock: ExceptionsClock): string {
  const rows = exceptions
    .toSorted((a, b) => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : 0))
    .map((one) => [
      one.control,
      one.account,
      `${printable(one.asset)}${keyOf(one)}`,
      printable(one.owner),
      timeOf(one),
      String(daysLeft(one, clock)),
      STATES[stateOf(one, clock)],
    ]);
  return renderColumns([['CONTROL', 'ACCOUNT', 'ASSET', 'OWNER', 'EXPIRES', 'DAYS', 'STATE'], ...rows]);
}

const STATES: Readonly<Record<ExceptionState, string>> = {
  expired: 'expired',
  expiring: 'expires soon',
  valid: 'valid',
};

const DAY_MS = 86_400_000;

/** Whole days; 0 on the last of them, negative afterwards. */
const daysLeft = ({ expires }: Exception, { now }: ExceptionsClock): number =>
  Math.floor((instantToMs(expires) - instantToMs(now)) / DAY_MS);

const leftOf = ({ expires }: Exception, now: string): string =>
  renderDuration((instantToMs(expires) - instantToMs(now)) / 1000);

/** As it was written: a date where it ends with the day before. */
const timeOf = ({ expires }: Exception): string => renderInstant(expires).replace('T00:00:00Z', '');

function keyOf({ key }: Exception): string {
  if (!key) return '';
  return 'accessKeyId' in key ? ` (${key.accessKeyId})` : ` (slot ${key.slot}, ${renderInstant(key.createDate)})`;
}
