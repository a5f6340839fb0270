import { renderInstant } from '../iam/instant.ts';
import type { FindingRecord, HistoryDay, KeptJudgement } from '../inventory/findings.ts';
import { renderCsvLines } from './formats/csv.ts';
import type { HistoryFormat } from './history-format.ts';
import { printableLines } from './printable.ts';

/** What a control said of scan after scan, newest first, and the life of each of its findings. */
export interface ControlHistory {
  readonly control: string;
  readonly judgements: readonly KeptJudgement[];
  readonly findings: readonly FindingRecord[];
}

export function renderHistory(history: ControlHistory, format: HistoryFormat): string {
  if (format === 'json') return json({ ...history, ...renderedHistory(history) });
  if (format === 'csv') return renderCsvLines(findingColumns, history.findings.map(rowOfFinding));
  return printableLines(textOfHistory(history));
}

const json = (value: unknown): string => printableLines(`${JSON.stringify(value, null, 2)}\n`);

const renderedHistory = ({ judgements, findings }: ControlHistory) => ({
  judgements: judgements.map((one) => ({ ...one, at: renderInstant(one.at) })),
  findings: findings.map(renderedFinding),
});

const timeOf = (instant: string | null): string | null => instant && renderInstant(instant);

/** Instants as GraphQL prints them. */
function renderedFinding(finding: FindingRecord) {
  const { key, exception, firstSeen, lastSeen, resolvedAt, unjudgedSince } = finding;
  return {
    ...finding,
    key: key && { accessKeyId: key.accessKeyId, slot: key.slot, createDate: timeOf(key.createDate ?? key.since) },
    exception: exception && { ...exception, expires: renderInstant(exception.expires) },
    firstSeen: timeOf(firstSeen),
    lastSeen: timeOf(lastSeen),
    resolvedAt: timeOf(resolvedAt),
    unjudgedSince: timeOf(unjudgedSince),
  };
}

const findingColumns = [
  ...['control', 'severity', 'connector', 'account', 'type', 'identifier', 'name', 'accessKeyId', 'slot', 'state'],
  ...['firstSeen', 'lastSeen', 'resolvedAt', 'reopenedCount', 'unjudgedSince', 'owner', 'expires'],
] as const;

function rowOfFinding(finding: FindingRecord): readonly string[] {
  const { key, exception, ...rest } = renderedFinding(finding);
  const { control, severity, connector, accountID, type, identifier, name, state } = rest;
  return [
    ...[control, severity, connector, accountID, type, identifier, name, key?.accessKeyId, key?.slot, state],
    ...[rest.firstSeen, rest.lastSeen, rest.resolvedAt, rest.reopenedCount, rest.unjudgedSince],
    ...[exception?.owner, exception?.expires],
  ].map((value) => String(value ?? ''));
}

function textOfHistory({ control, judgements, findings }: ControlHistory): string {
  return [
    control,
    '',
    ...judgements.map(lineOfJudgement),
    '',
    ...(findings.length > 0 ? findings.map(lineOfFinding) : ['It never found anything.']),
    '',
  ].join('\n');
}

function lineOfJudgement({ at, connector, scan, verdict, found, total, excepted, errors }: KeptJudgement): string {
  const outOf = total === null ? `${found} found` : `${found} of ${total}`;
  const [error] = errors;
  return [
    `${renderInstant(at)}  account ${connector}  scan ${scan}  ${verdict.padEnd(5)}  ${outOf}`,
    ...(excepted > 0 ? [`${excepted} excepted`] : []),
    ...(error ? [`not judged whole: ${error.message}`] : []),
  ].join(', ');
}

function lineOfFinding(finding: FindingRecord): string {
  const { state, accountName, name, key, firstSeen, lastSeen, reopenedCount, exception, unjudgedSince } = finding;
  const ofKey = key ? ` key ${key.accessKeyId ?? `in slot ${key.slot ?? 'unknown'}`}` : '';
  return [
    `${state.padEnd(8)}  account ${accountName}  ${name}${ofKey}  first seen ${renderInstant(firstSeen)}`,
    `last seen ${renderInstant(lastSeen)}`,
    ...(finding.resolvedAt ? [`resolved ${renderInstant(finding.resolvedAt)}`] : []),
    ...(reopenedCount > 0 ? [`reopened ${reopenedCount === 1 ? 'once' : `${reopenedCount} times`}`] : []),
    ...(exception ? [`excepted by ${exception.owner} until ${renderInstant(exception.expires)}`] : []),
    ...(unjudgedSince ? [`not judged since ${renderInstant(unjudgedSince)}`] : []),
  ].join(', ');
}

/** How findings came and went, a day a line. */
export function renderDays(days: readonly HistoryDay[], format: HistoryFormat): string {
  if (format === 'json') return json({ days });
  const rows = days.map(({ day, open, opened, resolved, unjudged }) =>
    [day, open.HIGH, open.MEDIUM, open.LOW, opened, resolved, unjudged].map(String),
  );
  const names = ['day', 'high', 'medium', 'low', 'opened', 'resolved', 'unjudged'];
  if (format === 'csv') return renderCsvLines(names, rows);
  const widths = names.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  return [names, ...rows].map((cells) => `${line(cells)}\n`).join('');
}
