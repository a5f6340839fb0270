import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf } from '../iam/instant.ts';
import { FINDING, findingCatalogue } from '../inventory/finding-type.ts';
import type {
  FindingSeverity,
  FindingsSummary,
  HistoryDay,
  KeptJudgement,
  SummaryQuestion,
} from '../inventory/findings.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import { SqlWriter } from '../where/sql.ts';
import { isNewest } from './finding-statement.ts';
import type { FindingsView } from './read-findings.ts';
import { inMicroseconds } from './read-scope.ts';
import { quoted } from './tables.ts';
import { whyNotAllFindings } from './unknown-findings.ts';

interface JudgementRow extends Omit<KeptJudgement, 'at'>, Record<string, unknown> {
  readonly at: Date;
}

/** So many leave the database at once. */
const JUDGEMENTS_AT_ONCE = 1000;

const JUDGEMENTS = `
  SELECT scan::text AS scan, connector, at, severity, parameters, verdict, found, excepted, total, errors FROM judgement
  WHERE connector = ANY($1) AND at <= $2 AND control = $3 AND at >= $4 AND ($5::bigint IS NULL OR judgement.scan < $5)
  ORDER BY judgement.scan DESC LIMIT ${JUDGEMENTS_AT_ONCE}`;

/** What a control said of each scan, the newest first; a page of them at a time is in memory. */
export async function* judgementsOf(
  view: FindingsView,
  control: string,
  since: Instant | undefined,
): AsyncGenerator<KeptJudgement> {
  const connectors = view.scope.accounts.map(({ connector }) => connector);
  const bounds = [connectors, timeOf(view), control, since === undefined ? '-infinity' : inMicroseconds(since)];
  for (let last: string | null = null, isMore = true; isMore; ) {
    const rows: readonly JudgementRow[] = await view.session.query<JudgementRow>(JUDGEMENTS, [...bounds, last]);
    yield* rows.map(({ at, ...row }): KeptJudgement => ({ ...row, at: instantOf(at) }));
    last = rows.at(-1)?.scan ?? null;
    isMore = rows.length === JUDGEMENTS_AT_ONCE;
  }
}

const timeOf = ({ asOf }: FindingsView): string => (asOf === undefined ? 'infinity' : inMicroseconds(asOf));

/** What stays the same of a finding, whatever becomes of it. */
const SUMMED: readonly string[] = ['control', 'severity', 'connector', 'accountName', 'accountID'];

/** Judgements as a condition speaks of them: severity as the newest judgement of the control has it. */
const judgements = (newest: string): string => `(
  SELECT j.control, n.severity COLLATE "C" AS severity, j.connector, c.name COLLATE "C" AS "accountName",
         c.account_id COLLATE "C" AS "accountID", j.changes, j.errors, j.at, to_char(j.at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
  FROM judgement j JOIN judgement n ON n.connector = j.connector AND n.control = j.control AND ${newest}
  JOIN connector c ON c.id = j.connector
) a`;

const sumOf = (name: string): string => `coalesce(sum((changes->>'${name}')::int), 0)::int AS ${name}`;

interface ChangeRow extends Record<string, unknown> {
  readonly day: string;
  readonly severity: FindingSeverity;
  readonly open: number;
  readonly excepted: number;
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  readonly retired: number;
}

/**
 * How many findings were open at the end of each day in which something was judged, and what the day changed; oldest first.
 * The database adds up what each judgement has changed, and looks at no finding.
 *
 * @throws IamqlError InvalidInput for a condition on what changes in the life of a finding.
 */
export async function readSummary(view: FindingsView, question: SummaryQuestion): Promise<FindingsSummary> {
  const { where, since } = question;
  rejectChanging(where);
  const first = since === undefined ? '' : since.slice(0, 10);
  const changes = await changesByDay(view, where);
  const days = await judgedDays(view, where, first);
  const all = [...new Set([...changes.map(({ day }) => day), ...days.keys()])].sort();
  const open = { HIGH: 0, MEDIUM: 0, LOW: 0 };
  let excepted = 0;
  const byDay = Map.groupBy(changes, ({ day }) => day);
  const summed = all.map((day): HistoryDay => {
    const ofDay = byDay.get(day) ?? [];
    for (const change of ofDay) open[change.severity] += change.open;
    const sum = (of: 'excepted' | 'opened' | 'reopened' | 'resolved' | 'retired'): number =>
      ofDay.reduce((total, change) => total + change[of], 0);
    excepted += sum('excepted');
    const changed = { opened: sum('opened'), reopened: sum('reopened'), resolved: sum('resolved') };
    return { day, open: { ...open }, excepted, ...changed, retired: sum('retired'), unjudged: days.get(day) ?? 0 };
  });
  return { days: summed.filter(({ day }) => day >= first), unread: await whyNotAllFindings(view, where) };
}

function rejectChanging(where: Expression): void {
  for (const node of nodesOf(where)) {
    const problem =
      'field' in node && !SUMMED.includes(node.field)
        ? `asks for ${node.field}, which changes in the life of a finding; it sums up by ${SUMMED.join(', ')}`
        : node.kind === 'matches'
          ? 'takes no pattern'
          : undefined;
    if (problem) throw new IamqlError('InvalidInput', `findingsSummary ${problem}`);
  }
}

async function changesByDay(view: FindingsView, where: Expression): Promise<readonly ChangeRow[]> {
  const { condition, from, values } = statementOf(view, where);
  const sums = ['open', 'excepted', 'opened', 'reopened', 'resolved', 'retired'].map(sumOf);
  return view.session.query<ChangeRow>(
    `SELECT day, severity, ${sums.join(', ')} FROM ${from} WHERE ${condition} AND changes IS NOT NULL GROUP BY 1, 2 ORDER BY 1`,
    values,
  );
}

/** The days on which something was judged, and how many judgements were not whole. */
async function judgedDays(view: FindingsView, where: Expression, first: string): Promise<ReadonlyMap<string, number>> {
  const { condition, from, values, writer } = statementOf(view, where);
  const isLater = first === '' ? 'true' : `a.at >= ${writer.bind(`${first}T00:00:00Z`, 'timestamptz')}`;
  const rows = await view.session.query<{ day: string; unjudged: number }>(
    `SELECT day, (count(*) FILTER (WHERE errors::text <> '[]'))::int AS unjudged FROM ${from}
     WHERE ${condition} AND ${isLater} GROUP BY 1`,
    values,
  );
  return new Map(rows.map(({ day, unjudged }) => [day, unjudged]));
}

function statementOf(view: FindingsView, where: Expression) {
  const no = (): never => {
    throw new Error(`${FINDING} leads to no assets`);
  };
  const sqlRows = { table: no, column: quoted, additionalKeys: '', account: no, joined: no };
  const writer = new SqlWriter(sqlRows, findingCatalogue, () => false);
  const connectors = writer.bind(
    view.scope.accounts.map(({ connector }) => connector),
    'text[]',
  );
  const time = view.asOf === undefined ? undefined : writer.bind(inMicroseconds(view.asOf), 'timestamptz');
  const isThen = time === undefined ? '' : ` AND a.at <= ${time}`;
  const asked = writer.condition(where, 'a', 'isTrue', 'certainly');
  const condition = `a.connector = ANY(${connectors})${isThen} AND ${asked}`;
  return { condition, from: judgements(isNewest('n', 'at', time)), values: writer.values, writer };
}
