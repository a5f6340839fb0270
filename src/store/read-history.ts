import { type Instant, instantOf, renderInstant } from '../iam/instant.ts';
import type { FindingSeverity, HistoryDay, KeptJudgement } from '../inventory/findings.ts';
import { accountsOf, type FindingsView, states, timeOf } from './read-findings.ts';

/** Of which accounts, and from when on. */
export interface HistoryRequest {
  /** The id or the name of one; undefined for all. */
  readonly connector: string | undefined;
  readonly since: Instant | undefined;
}

interface JudgementRow extends Omit<KeptJudgement, 'at'>, Record<string, unknown> {
  readonly at: Date;
}

/** What a control said of each scan, the newest first. */
export async function judgementsOf(view: FindingsView, control: string, request: HistoryRequest) {
  const rows = await view.session.query<JudgementRow>(
    `SELECT scan::text AS scan, connector, at, severity, parameters, verdict, found, excepted, total, errors FROM judgement
     WHERE connector = ANY($1) AND at <= $2 AND control = $3 AND at >= $4 ORDER BY judgement.scan DESC`,
    [...boundsOf(view, request), control, sinceOf(request)],
  );
  return rows.map(({ at, ...row }): KeptJudgement => ({ ...row, at: instantOf(at) }));
}

const boundsOf = (view: FindingsView, { connector }: HistoryRequest): readonly [readonly string[], string] => [
  accountsOf(view.scope.accounts, connector).map((account) => account.connector),
  timeOf(view),
];

const sinceOf = ({ since }: HistoryRequest): string => (since === undefined ? '-infinity' : renderInstant(since));

/** Open states that began and ended, by day; a state that follows another open one neither opens nor resolves anything. */
const CHANGES = `
  WITH states AS (${states()}),
  judged AS (SELECT DISTINCT ON (connector, control) connector, control, severity FROM judgement
             WHERE connector = ANY($1) AND at <= $2 ORDER BY connector, control, scan DESC),
  begun AS (
    SELECT s.first_at AS at, j.severity, 1 AS open,
           CASE WHEN s.last_before = s.first AND s.state_before = 'OPEN' THEN 0 ELSE 1 END AS opened, 0 AS resolved
    FROM states s JOIN judged j USING (connector, control) WHERE s.state = 'OPEN'
  ),
  ended AS (
    SELECT s.last_at, j.severity, CASE WHEN s.state = 'OPEN' THEN -1 ELSE 0 END, 0,
           CASE WHEN EXISTS (SELECT 1 FROM finding n WHERE n.id = s.id AND n.first = s.ended) THEN 0 ELSE 1 END
    FROM states s JOIN judged j USING (connector, control) WHERE s.ended IS NOT NULL
  )
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, severity, sum(open)::int AS open, sum(opened)::int AS opened,
         sum(resolved)::int AS resolved
  FROM (SELECT * FROM begun UNION ALL SELECT * FROM ended) changes GROUP BY 1, 2 ORDER BY 1`;

const DAYS = `
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, (count(*) FILTER (WHERE errors::text <> '[]'))::int AS unjudged
  FROM judgement WHERE connector = ANY($1) AND at <= $2 GROUP BY 1 ORDER BY 1`;

interface ChangeRow extends Record<string, unknown> {
  readonly day: string;
  readonly severity: FindingSeverity;
  readonly open: number;
  readonly opened: number;
  readonly resolved: number;
}

/** How many findings were open at the end of each day in which something was judged, and what the day changed; oldest first. */
export async function daysOf(view: FindingsView, request: HistoryRequest): Promise<readonly HistoryDay[]> {
  const bounds = boundsOf(view, request);
  const changes = await view.session.query<ChangeRow>(CHANGES, bounds);
  const days = await view.session.query<{ day: string; unjudged: number }>(DAYS, bounds);
  const byDay = Map.groupBy(changes, ({ day }) => day);
  const open = { HIGH: 0, MEDIUM: 0, LOW: 0 };
  const all = days.map(({ day, unjudged }): HistoryDay => {
    const ofDay = byDay.get(day) ?? [];
    for (const change of ofDay) open[change.severity] += change.open;
    const sum = (of: 'opened' | 'resolved'): number => ofDay.reduce((total, change) => total + change[of], 0);
    return { day, open: { ...open }, opened: sum('opened'), resolved: sum('resolved'), unjudged };
  });
  const first = request.since === undefined ? '' : request.since.slice(0, 10);
  return all.filter(({ day }) => day >= first);
}
