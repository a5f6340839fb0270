import { unitOf } from '../../controls/by-account.ts';
import type { RuleRun } from '../../controls/run-control.ts';
import { instantOf, renderInstant } from '../../iam/instant.ts';
import { isSample } from '../../inventory/inventory.ts';
import { splitByAccount } from '../by-account.ts';
import { countOf, decidingRules, renderDay, wordsOfFinding, wordsOfParameters } from '../found.ts';
import { type Item, listSections, type Section } from '../listing.ts';
import { printable } from '../printable.ts';
import type { Run } from '../run.ts';

const columns = [
  'status',
  'section',
  'number',
  'level',
  'control',
  'title',
  'severity',
  'parameters',
  'rule',
  'count',
  'type',
  'name',
  'identifier',
  'evidence',
  'owner',
  'expires',
  'reason',
  'account',
  'sample',
  'judgedAt',
  'accountName',
  'unit',
  'stale',
] as const;

type Row = Readonly<Partial<Record<(typeof columns)[number], string>>>;

/**
 * A run for spreadsheets, as RFC 4180 writes it: a row for each finding, and one for each rule or recommendation that has
 * none, so that what passed and what could not be judged is there too.
 */
export function renderCsv(run: Run): string {
  const lines = [columns.map(cell), ...splitByAccount(run).flatMap(linesOfAccount)];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function linesOfAccount(run: Run): readonly (readonly string[])[] {
  const { evidence, judgedAt } = run;
  const same: Row = {
    account: evidence.account ?? '',
    sample: String(isSample(evidence)),
    judgedAt: renderInstant(instantOf(judgedAt)),
    ...(run.account ? { accountName: run.account.name, unit: unitOf(run.account) } : {}),
  };
  const rows = listSections(run).flatMap((section) => section.items.flatMap((item) => rowsOfItem(section, item)));
  return rows.map((row) => columns.map((column) => cell({ ...same, ...row }[column] ?? '')));
}

/** Rows of texts under their columns' names. */
export const renderCsvLines = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
  [names, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');

function rowsOfItem({ number: section, title }: Section, item: Item): readonly Row[] {
  const { number, level, status, run } = item;
  const head: Row = {
    section: [section, title].filter((part) => part !== '').join(' '),
    number,
    level: String(level ?? ''),
    title: item.title,
  };
  if (!run) return [{ ...head, status, reason: item.reason ?? '' }];
  const { id, severity } = run.control;
  const ofControl = { ...head, control: id, severity, parameters: wordsOfParameters(run).join('; ') };
  return decidingRules(run).flatMap((rule) =>
    rowsOfRule(rule).map((row) => ({ ...ofControl, rule: rule.rule.name, count: countOf(rule, run), ...row })),
  );
}

function rowsOfRule({ verdict, findings, excepted, errors }: RuleRun): readonly Row[] {
  const reasons = [...new Map(errors.map((error) => [error.message, error])).values()];
  return [
    // What failed by its findings is those; everything else is a row of its own.
    ...(verdict === 'PASS' || (verdict === 'FAIL' && findings.length === 0) ? [{ status: verdict }] : []),
    ...findings.map((finding) => ({ status: 'FAIL', ...cellsOf(finding) })),
    ...excepted.map(({ exception, ...finding }) => ({
      status: 'EXCEPTED',
      ...cellsOf(finding),
      owner: exception.owner,
      expires: renderDay(exception.expires),
      reason: exception.ticket ? `${exception.reason} (${exception.ticket})` : exception.reason,
    })),
    ...reasons.map(({ message, stale }) => ({ status: 'ERROR', reason: message, ...(stale ? { stale: 'true' } : {}) })),
    ...(verdict === 'ERROR' && reasons.length === 0 ? [{ status: 'ERROR' }] : []),
  ];
}

const cellsOf = (finding: RuleRun['findings'][number]): Row => ({
  ...(finding.account === undefined ? {} : { account: finding.account }),
  type: finding.type,
  name: finding.name,
  identifier: finding.identifier,
  evidence: wordsOfFinding(finding).join('; '),
});

/** What a spreadsheet takes for the beginning of a formula, in ASCII and in full width; and what this file makes of it. */
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/**
 * Always quoted. One more apostrophe in front makes a formula a text; taking one away again gives back what it was.
 * Controls are written out, so no cell has a line break.
 */
function cell(value: string): string {
  const text = printable(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
