import { renderInstant } from '../iam/instant.ts';
import type { FindingRecord, HistoryDay, KeptJudgement } from '../inventory/findings.ts';
import { renderCsvLines } from './formats/csv.ts';
import type { HistoryFormat } from './history-format.ts';
import { printableLines } from './printable.ts';

/** What a control said of scan after scan, newest first, and the life of each of its findings: as they are read. */
export interface ControlHistory {
  readonly control: string;
  readonly judgements: AsyncIterable<KeptJudgement>;
  readonly findings: AsyncIterable<FindingRecord>;
}

/** In pieces: a history of many accounts is never in memory whole. */
export async function* renderHistory(history: ControlHistory, format: HistoryFormat): AsyncGenerator<string> {
  const pieces = format === 'json' ? jsonOf(history) : format === 'csv' ? csvOf(history) : textOf(history);
  for await (const piece of pieces) yield format === 'csv' ? piece : printableLines(piece);
}

const json = (value: unknown): string => printableLines(`${JSON.stringify(value, null, 2)}\n`);

async function* jsonOf({ control, judgements, findings }: ControlHistory): AsyncGenerator<string> {
  yield `{\n  "control": ${JSON.stringify(control)},\n  "judgements": [`;
  yield* jsonItems(judgements, (one) => ({ ...one, at: renderInstant(one.at) }));
  yield '],\n  "findings": [';
  yield* jsonItems(findings, renderedFinding);
  yield ']\n}\n';
}

/** The items of a list, as `JSON.stringify` with two spaces puts them inside of an object. */
async function* jsonItems<T>(items: AsyncIterable<T>, shown: (item: T) => unknown): AsyncGenerator<string> {
  let isFirst = true;
  for await (const item of items) {
    const written = JSON.stringify(shown(item), null, 2).replaceAll('\n', '\n    ');
    yield `${isFirst ? '' : ','}\n    ${written}`;
    isFirst = false;
  }
  if (!isFirst) yield '\n  ';
}

async function* csvOf({ findings }: ControlHistory): AsyncGenerator<string> {
  yield renderCsvLines(findingColumns, []);
  for await (const finding of findings) yield renderCsvLines(rowOfFinding(finding), []);
}

async function* textOf({ control, judgements, findings }: ControlHistory): AsyncGenerator<string> {
  yield `${control}\n\n`;
  for await (const judgement of judgements) yield `${lineOfJudgement(judgement)}\n`;
  yield '\n';
  let hasFound = false;
  for await (const finding of findings) {
    hasFound = true;
    yield `${lineOfFinding(finding)}\n`;
  }
  if (!hasFound) yield 'It never found anything.\n';
}

const timeOf = (instant: string | null): string | null => instant && renderInstant(instant);

/** Instants as GraphQL prints them. */
function renderedFinding(finding: FindingRecord) {
  const { key, exception, firstSeen, lastSeen, stateSince, resolvedAt, unjudgedSince } = finding;
  return {
    ...finding,
    key: key && { accessKeyId: key.accessKeyId, slot: key.slot, createDate: timeOf(key.createDate ?? key.since) },
    exception: exception && { ...exception, expires: renderInstant(exception.expires) },
    firstSeen: timeOf(firstSeen),
    lastSeen: timeOf(lastSeen),
    stateSince: timeOf(stateSince),
    resolvedAt: timeOf(resolvedAt),
    unjudgedSince: timeOf(unjudgedSince),
  };
}

const findingColumns = [
  ...['control', 'severity', 'connector', 'account', 'type', 'identifier', 'name', 'accessKeyId', 'slot', 'state'],
  ...['firstSeen', 'lastSeen', 'resolvedAt', 'reopenedCount', 'unjudgedSince', 'owner', 'expires', 'parameters'],
] as const;

function rowOfFinding(finding: FindingRecord): readonly string[] {
  const { key, exception, ...rest } = renderedFinding(finding);
  const { control, severity, connector, accountID, type, identifier, name, state } = rest;
  return [
    ...[control, severity, connector, accountID, type, identifier, name, key?.accessKeyId, key?.slot, state],
    ...[rest.firstSeen, rest.lastSeen, rest.resolvedAt, rest.reopenedCount, rest.unjudgedSince],
    ...[exception?.owner, exception?.expires, valuesOf(rest.parameters)],
  ].map((value) => String(value ?? ''));
}

/** As `--param` takes them. */
const valuesOf = (parameters: Readonly<Record<string, unknown>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

function lineOfJudgement(judgement: KeptJudgement): string {
  const { at, connector, scan, verdict, found, total, excepted, errors, parameters } = judgement;
  const outOf = total === null ? `${found} found` : `${found} of ${total}`;
  const [error] = errors;
  return [
    `${renderInstant(at)}  account ${connector}  scan ${scan}  ${verdict.padEnd(5)}  ${outOf}`,
    ...(excepted > 0 ? [`${excepted} excepted`] : []),
    ...(Object.keys(parameters).length > 0 ? [`with ${valuesOf(parameters)}`] : []),
    ...(error ? [`not judged whole: ${error.message}`] : []),
  ].join(', ');
}

function lineOfFinding(finding: FindingRecord): string {
  const { state, accountName, name, key, firstSeen, lastSeen, reopenedCount, exception, unjudgedSince } = finding;
  const ofKey = key ? ` key ${key.accessKeyId ?? `in slot ${key.slot ?? 'unknown'}`}` : '';
  return [
    `${state.padEnd(8)}  account ${accountName}  ${name}${ofKey}  first seen ${renderInstant(firstSeen)}`,
    `last seen ${renderInstant(lastSeen)}`,
    ...(state === 'RETIRED'
      ? [`looked for with ${valuesOf(finding.parameters)} until ${renderInstant(finding.stateSince)}`]
      : []),
    ...(finding.resolvedAt ? [`resolved ${renderInstant(finding.resolvedAt)}`] : []),
    ...(reopenedCount > 0 ? [`reopened ${reopenedCount === 1 ? 'once' : `${reopenedCount} times`}`] : []),
    ...(exception ? [`excepted by ${exception.owner} until ${renderInstant(exception.expires)}`] : []),
    ...(unjudgedSince ? [`not judged since ${renderInstant(unjudgedSince)}`] : []),
  ].join(', ');
}

/** How findings came and went, a day a line. */
export function renderDays(days: readonly HistoryDay[], format: HistoryFormat): string {
  if (format === 'json') return json({ days });
  const rows = days.map(({ day, open, excepted, opened, reopened, resolved, retired, unjudged }) =>
    [day, open.HIGH, open.MEDIUM, open.LOW, excepted, opened, reopened, resolved, retired, unjudged].map(String),
  );
  const names = [
    ...['day', 'high', 'medium', 'low', 'excepted', 'opened', 'reopened', 'resolved', 'retired', 'unjudged'],
  ];
  if (format === 'csv') return renderCsvLines(names, rows);
  const widths = names.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  return [names, ...rows].map((cells) => `${line(cells)}\n`).join('');
}
