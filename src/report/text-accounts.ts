import { placeOf } from '../controls/by-account.ts';
import { type AccountScore, scoreAccounts, scoreUnits } from './by-account.ts';
import { renderColumns } from './columns.ts';
import { printable } from './printable.ts';
import type { Run } from './run.ts';

/** How many units, and how many accounts that could not be judged, have a line of their own. */
const MOST_LINES = 50;

/** How the accounts of a run over several stand in each unit, and why some could not be judged. */
export function renderAccounts(run: Run): readonly string[] {
  const scores = scoreAccounts(run);
  // One control says itself why it could not judge an account.
  return [...renderUnits(scores), ...(run.controls.length > 1 ? renderNotJudged(scores) : [])];
}

function renderUnits(scores: readonly AccountScore[]): readonly string[] {
  const units = scoreUnits(scores);
  if (units.length === 0) return [];
  const rows = units
    .slice(0, MOST_LINES)
    .map(({ unit, accounts, passed, failed, notJudged, stale }) => [
      ...[accounts, passed, failed, notJudged, stale].map(String),
      unit === '' ? 'in no organization' : printable(unit),
    ]);
  const columns = [['ACCOUNTS', 'PASSED ALL', 'FAILED SOME', 'NOT JUDGED BY SOME', 'STALE', 'UNIT'], ...rows];
  const lines = renderColumns(columns).trimEnd().split('\n');
  return [listed('By unit:', lines, units.length - rows.length, 'units')];
}

function renderNotJudged(scores: readonly AccountScore[]): readonly string[] {
  const open = scores.filter(({ reasons }) => reasons.length > 0);
  if (open.length === 0) return [];
  const lines = open.slice(0, MOST_LINES).map(({ account, passed, failed, notJudged, reasons }) => {
    const controls = `${notJudged} of ${passed + failed + notJudged} controls`;
    const [first = '', ...others] = reasons;
    const rest = others.length > 0 ? `, and ${others.length} more reasons` : '';
    return `${printable(placeOf(account))}, ${controls}: ${printable(first)}${rest}`;
  });
  return [listed('Could not be judged, or not in full:', lines, open.length - lines.length, 'accounts')];
}

const listed = (head: string, lines: readonly string[], more: number, what: string): string =>
  [head, ...lines, ...(more > 0 ? [`and ${more} more ${what}; --format json has them all`] : [])].join('\n  ');
