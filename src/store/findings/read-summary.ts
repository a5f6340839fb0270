import { IamqlError } from '../../iam/error.ts';
import { FINDING, findingCatalogue } from '../../inventory/finding-type.ts';
import type { FindingSeverity, FindingsSummary, HistoryDay, SummaryQuestion } from '../../inventory/findings.ts';
import { always, type Expression, nodesOf } from '../../where/expression.ts';
import { SqlWriter } from '../../where/sql.ts';
import { inMicroseconds } from '../read-scope.ts';
import { findingRows, instantText, isNewest } from './finding-statement.ts';
import type { FindingsView } from './read-findings.ts';
import { whyNotAllFindings } from './unknown-findings.ts';

/** What a judgement knows itself of all findings that it is about. */
const OF_JUDGEMENTS: readonly string[] = ['control', 'severity', 'connector', 'accountName', 'accountID'];

/** What a finding has at the end of its life only: nothing to sum up by, day by day. */
const CHANGING: readonly string[] = [
  ...['state', 'stateSince', 'lastSeen', 'resolvedAt', 'reopenedCount', 'unjudgedSince'],
];

const COUNTS = ['open', 'excepted', 'opened', 'reopened', 'resolved', 'retired'] as const;

interface ChangeRow extends Readonly<Record<(typeof COUNTS)[number], number>>, Record<string, unknown> {
  readonly day: string;
  readonly severity: FindingSeverity;
}

/**
 * How many findings were open at the end of each day in which something was judged, and what the day changed; oldest first.
 * The database adds up what each judgement has changed, and looks at the findings themselves where a condition does.
 *
 * @throws IamqlError InvalidInput for a condition on what changes in the life of a finding.
 */
export async function readSummary(view: FindingsView, question: SummaryQuestion): Promise<FindingsSummary> {
  const { where, since } = question;
  rejectChanging(where);
  const first = since === undefined ? '' : since.slice(0, 10);
  const ofJudgements = ofJudgementsIn(where);
  const isOfFindings = ofJudgements !== where;
  const changes = await changesByDay(view, where, isOfFindings ? changesOfFindings : changesOfJudgements);
  const days = await judgedDays(view, ofJudgements, first);
  const deleted = isOfFindings ? await whyNotAllDays(view, ofJudgements, first) : [];
  return {
    days: summed(changes, days).filter(({ day }) => day >= first),
    unread: [...deleted, ...(await whyNotAllFindings(view, where))],
  };
}

function summed(changes: readonly ChangeRow[], judged: ReadonlyMap<string, number>): readonly HistoryDay[] {
  const all = [...new Set([...changes.map(({ day }) => day), ...judged.keys()])].sort();
  const open = { HIGH: 0, MEDIUM: 0, LOW: 0 };
  let excepted = 0;
  const byDay = Map.groupBy(changes, ({ day }) => day);
  return all.map((day): HistoryDay => {
    const ofDay = byDay.get(day) ?? [];
    for (const change of ofDay) open[change.severity] += change.open;
    const sum = (of: (typeof COUNTS)[number]): number => ofDay.reduce((total, change) => total + change[of], 0);
    excepted += sum('excepted');
    const changed = { opened: sum('opened'), reopened: sum('reopened'), resolved: sum('resolved') };
    return { day, open: { ...open }, excepted, ...changed, retired: sum('retired'), unjudged: judged.get(day) ?? 0 };
  });
}

function rejectChanging(where: Expression): void {
  for (const node of nodesOf(where)) {
    const problem =
      'field' in node && node.type === FINDING && CHANGING.includes(node.field)
        ? `asks for ${node.field}, which changes in the life of a finding; it sums up by everything but ${CHANGING.join(', ')}`
        : node.kind === 'matches'
          ? 'takes no pattern'
          : undefined;
    if (problem) throw new IamqlError('InvalidInput', `findingsSummary ${problem}`);
  }
}

/** What a condition asks of judgements: of one that asks for more, what must be true of them all the same. */
function ofJudgementsIn(where: Expression): Expression {
  const isOfJudgements = (part: Expression): boolean =>
    [...nodesOf(part)].every((node) => !('field' in node) || OF_JUDGEMENTS.includes(node.field));
  if (isOfJudgements(where)) return where;
  return where.kind === 'and' ? { kind: 'and', of: where.of.filter(isOfJudgements) } : always;
}

/** Columns of what a condition may ask of a judgement. @param of the alias of the judgement. */
const columnsOf = (of: string): string =>
  `${of}.control, n.severity COLLATE "C" AS severity, ${of}.connector, c.name COLLATE "C" AS "accountName",
   c.account_id COLLATE "C" AS "accountID"`;

/** Severity is as the newest judgement of the control has it. */
const joins = (of: string, newest: string): string =>
  `JOIN judgement n ON n.connector = ${of}.connector AND n.control = ${of}.control AND ${newest} JOIN connector c ON c.id = ${of}.connector`;

const dayOf = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day`;

/** Judgements as a condition speaks of them. */
const judgements = (newest: string): string => `
  SELECT ${columnsOf('j')}, j.scan, j.changes, j.errors, j.at, ${dayOf('j.at')} FROM judgement j ${joins('j', newest)}`;

const changesOfJudgements = (newest: string): string =>
  `SELECT a.*, ${COUNTS.map((count) => `(changes->>'${count}')::int AS ${count}`).join(', ')}
   FROM (${judgements(newest)}) a WHERE changes IS NOT NULL`;

/** Each row of a finding as its beginning and its end, which are what judgements have counted. */
const changesOfFindings = (newest: string): string => `
  SELECT ${columnsOf('f')}, f.id, f.type COLLATE "C" AS type, f.identifier, f.name, f.key, f.parameters,
         CASE WHEN f.state = 'EXCEPTED' THEN f.exception END AS exception,
         ${instantText('f.first_seen')} COLLATE "C" AS "firstSeen", e.at, ${dayOf('e.at')},
         CASE WHEN f.state = 'OPEN' THEN e.by ELSE 0 END AS open, CASE WHEN f.state = 'EXCEPTED' THEN e.by ELSE 0 END AS excepted,
         (e.what IS NOT DISTINCT FROM 'OPENED')::int AS opened, (e.what IS NOT DISTINCT FROM 'REOPENED')::int AS reopened,
         (e.what IS NOT DISTINCT FROM 'RESOLVED')::int AS resolved, (e.what IS NOT DISTINCT FROM 'RETIRED')::int AS retired
  FROM finding f ${joins('f', newest)}
  CROSS JOIN LATERAL (VALUES (f.first_at, f.change, 1), (f.last_at, f.ended, -1)) e (at, what, by)
  WHERE e.at IS NOT NULL`;

async function changesByDay(
  view: FindingsView,
  where: Expression,
  from: (newest: string) => string,
): Promise<readonly ChangeRow[]> {
  const { condition, newest, values } = statementOf(view, where);
  const sums = COUNTS.map((name) => `sum(${name})::int AS ${name}`);
  return view.session.query<ChangeRow>(
    `SELECT day, severity, ${sums.join(', ')} FROM (${from(newest)}) a WHERE ${condition} GROUP BY 1, 2 ORDER BY 1`,
    values,
  );
}

/** The days on which something was judged, and how many judgements were not whole. */
async function judgedDays(view: FindingsView, where: Expression, first: string): Promise<ReadonlyMap<string, number>> {
  const { condition, newest, values, writer } = statementOf(view, where);
  const isLater = first === '' ? 'true' : `a.at >= ${writer.bind(`${first}T00:00:00Z`, 'timestamptz')}`;
  const rows = await view.session.query<{ day: string; unjudged: number }>(
    `SELECT day, (count(*) FILTER (WHERE errors::text <> '[]'))::int AS unjudged FROM (${judgements(newest)}) a
     WHERE ${condition} AND ${isLater} GROUP BY 1`,
    values,
  );
  return new Map(rows.map(({ day, unjudged }) => [day, unjudged]));
}

/** Of findings that are deleted nobody knows whether they match: judgements have counted more than there are. */
async function whyNotAllDays(view: FindingsView, where: Expression, first: string): Promise<readonly IamqlError[]> {
  const { condition, newest, values } = statementOf(view, where);
  const counted = ['opened', 'reopened', 'set_apart', 'resolved', 'retired'].map(
    (count) => `(changes->>'${count}')::int`,
  );
  const there = (column: string, change: string): string =>
    `(SELECT count(*) FROM finding f WHERE f.${column} = a.scan AND f.connector = a.connector AND f.control = a.control AND f.${change} IS NOT NULL)`;
  const [row] = await view.session.query<{ day: string | null }>(
    `SELECT max(day) AS day FROM (${judgements(newest)}) a
     WHERE ${condition} AND changes IS NOT NULL AND ${counted.join(' + ')} > ${there('first', 'change')} + ${there('last', 'ended')}`,
    values,
  );
  const day = row?.day ?? '';
  if (day === '' || day < first) return [];
  const message = `findings were deleted with --keep, and whether they match is not known: up to ${day} there may have been more`;
  return [new IamqlError('NotCollected', message)];
}

function statementOf(view: FindingsView, where: Expression) {
  const writer = new SqlWriter(findingRows, findingCatalogue, () => false);
  const connectors = writer.bind(
    view.scope.accounts.map(({ connector }) => connector),
    'text[]',
  );
  const time = view.asOf === undefined ? undefined : writer.bind(inMicroseconds(view.asOf), 'timestamptz');
  const isThen = time === undefined ? '' : ` AND a.at <= ${time}`;
  const asked = writer.condition(where, 'a', 'isTrue', 'certainly');
  const condition = `a.connector = ANY(${connectors})${isThen} AND ${asked}`;
  return { condition, newest: isNewest('n', 'at', time), values: writer.values, writer };
}
