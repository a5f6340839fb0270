import { inWholeSeconds } from '../iam/access-key-slots.ts';
import type { Asset, ReportedCredentials } from '../iam/assets.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';

/** What of a user's credentials is otherwise now than the report says, in words; what was not read again is left out. */
export function changesSince(reported: ReportedCredentials, row: Asset): readonly string[] {
  const was = reported as unknown as Asset;
  const others = Object.entries(catalogue.IAMUserCredentials.fields).flatMap(
    ([name, { column, slot, words, type }]) => {
      if (!column || slot || !hasChanged(was, row, name)) return [];
      const value = row[name];
      const isNone = value === null || value === false;
      const said = (isNone ? words?.no : words?.yes) ?? `${name} changed`;
      return [sinceReport(said, type === 'DateTime' ? (value as Instant | null) : null)];
    },
  );
  return [...changesOfKey(1, was, row), ...changesOfKey(2, was, row), ...others];
}

function changesOfKey(slot: 1 | 2, was: Asset, row: Asset): readonly string[] {
  const names = (fact: string): string => `accessKey${slot}${fact}`;
  const key = `access key ${slot}`;
  const [before, after] = [was[names('LastRotated')], row[names('LastRotated')]];
  if (after === null) return before === null ? [] : [sinceReport(`${key} was deleted`)];
  if (typeof before === 'string' && typeof after === 'string' && hasChanged(was, row, names('LastRotated')))
    return [sinceReport(`${key} was replaced by another one`)];
  if (before === null && after !== UNREAD) return [sinceReport(`${key} was created`)];
  const isActive = row[names('Active')] === true;
  return [
    ...(hasChanged(was, row, names('Active')) ? [sinceReport(`${key} was ${isActive ? '' : 'de'}activated`)] : []),
    ...(hasChanged(was, row, names('LastUsedDate'))
      ? [sinceReport(`${key} was used`, row[names('LastUsedDate')] as Instant | null)]
      : []),
  ];
}

const sinceReport = (said: string, at: Instant | null = null): string =>
  `${said} since the report${at ? ` (${renderInstant(at)})` : ''}`;

function hasChanged(was: Asset, row: Asset, name: string): boolean {
  const [before, after] = [comparable(name, was[name]), comparable(name, row[name])];
  return before !== UNREAD && after !== UNREAD && before !== after;
}

/** Instants in whole seconds, as the report has them; of further keys only whether there are any. */
function comparable(name: string, value: unknown): unknown {
  if (name === 'additionalCredentialsInfo') return typeof value === 'symbol' ? value : value !== null;
  return typeof value === 'string' ? inWholeSeconds(value) : value;
}
