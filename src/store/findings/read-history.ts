import { type Instant, instantOf } from '../../iam/instant.ts';
import type { KeptJudgement } from '../../inventory/findings.ts';
import { inMicroseconds } from '../read-scope.ts';
import type { FindingsView } from './read-findings.ts';

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
