import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf, renderInstant } from '../iam/instant.ts';
import type { FindingRecord, FindingState, FindingsRequest, FoundFindings } from '../inventory/findings.ts';
import { readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database.ts';
import type { Scope, ScopedAccount } from './scope.ts';

/** The accounts that are asked about, and the time; undefined for now. */
export interface FindingsView {
  readonly session: SqlSession;
  readonly scope: Scope;
  readonly asOf: Instant | undefined;
}

/**
 * The findings of the accounts of a view, with their lives up to its time. What is not known of these accounts is said
 * beside them: a scan that failed or was not judged, a control that could not be judged.
 *
 * @throws IamqlError InvalidInput for a connector that is not there.
 */
export async function readFindings(view: FindingsView, request: FindingsRequest): Promise<FoundFindings> {
  const { session } = view;
  const accounts = accountsOf(view.scope.accounts, request.connector);
  const byId = new Map(accounts.map((account) => [account.connector, account]));
  const { control, state, severity, since } = request;
  const rows = await session.query<Row>(LIVES, [
    [...byId.keys()],
    timeOf(view),
    control ?? null,
    state ?? null,
    severity ?? null,
    since === undefined ? null : renderInstant(since),
  ]);
  const findings = rows.map((row) => recordOf(row, byId.get(row.connector) as ScopedAccount));
  return { findings, unread: await whyNotAll(session, accounts, timeOf(view), request) };
}

export const timeOf = ({ asOf }: FindingsView): string => (asOf === undefined ? 'infinity' : renderInstant(asOf));

export function accountsOf(accounts: readonly ScopedAccount[], name: string | undefined): readonly ScopedAccount[] {
  if (name === undefined) return accounts;
  const named = accounts.filter((account) => account.connector === name || account.name === name);
  if (named.length > 0) return named;
  throw new IamqlError('InvalidInput', `the store has no connector ${JSON.stringify(name)}`);
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly control: string;
  readonly severity: string;
  readonly connector: string;
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: FindingRecord['key'];
  readonly state: FindingState;
  readonly exception: FindingRecord['exception'];
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly resolved_at: Date | null;
  readonly unjudged_since: Date | null;
  readonly reopened: number;
}

/**
 * Each row of a finding beside the one before it, as far as it was known at the time ($2). A row that begins behind a gap, or
 * after an exception, is one that came back.
 *
 * @param condition of a row `f`, true of all rows of a finding or of none.
 */
export const states = (condition = ''): string => `
  SELECT f.*, CASE WHEN f.last_at <= $2 THEN f.last END AS ended,
         lag(f.last) OVER life AS last_before, lag(f.state) OVER life AS state_before
  FROM finding f WHERE f.connector = ANY($1) AND f.first_at <= $2${condition}
  WINDOW life AS (PARTITION BY f.id ORDER BY f.first)`;

/** The last judgement of each control over each account by then. */
const JUDGED = `
  SELECT DISTINCT ON (connector, control) * FROM judgement
  WHERE connector = ANY($1) AND at <= $2 ORDER BY connector, control, scan DESC`;

const IS_BACK = `(s.last_before < s.first AND s.state = 'OPEN') OR (s.last_before = s.first AND s.state_before = 'EXCEPTED' AND s.state = 'OPEN')`;

const LIVES = `
  WITH states AS (${states(' AND ($3::text IS NULL OR f.control = $3)')}), judged AS (${JUDGED}),
  life AS (
    SELECT s.id, min(s.first_at) AS first_seen, (count(*) FILTER (WHERE ${IS_BACK}))::int AS reopened,
           max(CASE WHEN s.ended IS NOT NULL THEN s.seen_at WHEN s.is_known THEN j.at END) AS last_seen,
           max(CASE WHEN s.last_before IS DISTINCT FROM s.first OR s.state_before <> s.state THEN s.first_at END) AS became_at
    FROM states s JOIN judged j USING (connector, control) GROUP BY s.id
  ),
  newest AS (SELECT DISTINCT ON (id) * FROM states ORDER BY id, first DESC)
  SELECT n.id, n.control, j.severity, n.connector, n.type, n.identifier, n.name, n.key, n.exception,
         CASE WHEN n.ended IS NULL THEN n.state ELSE 'RESOLVED' END AS state,
         l.first_seen, l.last_seen, l.reopened,
         CASE WHEN n.ended IS NOT NULL THEN n.last_at END AS resolved_at,
         CASE WHEN n.ended IS NULL AND NOT n.is_known THEN n.first_at END AS unjudged_since
  FROM newest n JOIN life l USING (id) JOIN judged j USING (connector, control)
  WHERE ($4::text IS NULL OR CASE WHEN n.ended IS NULL THEN n.state ELSE 'RESOLVED' END = $4)
    AND ($5::text IS NULL OR j.severity = $5)
    AND ($6::timestamptz IS NULL OR greatest(l.became_at, CASE WHEN n.ended IS NOT NULL THEN n.last_at END) >= $6::timestamptz)
  ORDER BY n.control, n.connector, n.identifier, n.id`;

function recordOf(row: Row, { name: accountName, accountId: accountID }: ScopedAccount): FindingRecord {
  const { id, control, severity, connector, type, key, state, exception } = row;
  return {
    ...{ id, control, severity, connector, accountName, accountID, type, key, state },
    identifier: readStored(row.identifier) as string,
    name: readStored(row.name) as string,
    firstSeen: instantOf(row.first_seen),
    lastSeen: instantOf(row.last_seen),
    resolvedAt: row.resolved_at && instantOf(row.resolved_at),
    reopenedCount: row.reopened,
    unjudgedSince: row.unjudged_since && instantOf(row.unjudged_since),
    exception: state === 'EXCEPTED' ? exception : null,
  };
}

interface Judgement extends Record<string, unknown> {
  readonly connector: string;
  readonly control: string;
  readonly scan: string;
  readonly severity: string;
  readonly errors: readonly { readonly code: IamqlError['kind']; readonly message: string }[];
}

async function whyNotAll(
  session: SqlSession,
  accounts: readonly ScopedAccount[],
  time: string,
  { control, severity }: FindingsRequest,
): Promise<readonly IamqlError[]> {
  const connectors = accounts.map(({ connector }) => connector);
  const rows = await session.query<Judgement>(
    `SELECT connector, control, scan::text AS scan, severity, errors FROM (${JUDGED}) j ORDER BY connector, control`,
    [connectors, time],
  );
  const byConnector = Map.groupBy(rows, ({ connector }) => connector);
  return accounts.flatMap((account) => {
    const judged = byConnector.get(account.connector) ?? [];
    const isAsked = (one: Judgement): boolean =>
      (control ?? one.control) === one.control && (severity ?? one.severity) === one.severity;
    return whyNotAllOf(account, judged, judged.filter(isAsked), control);
  });
}

function whyNotAllOf(
  { name, scan, failure }: ScopedAccount,
  judged: readonly Judgement[],
  asked: readonly Judgement[],
  control: string | undefined,
): readonly IamqlError[] {
  const because = (kind: IamqlError['kind'], why: string): IamqlError =>
    new IamqlError(kind, `account ${name}: ${why}`);
  if (failure) return [because(failure.error.kind, `the last scan read nothing: ${failure.error.message}`)];
  if (!scan) return [because('NotCollected', 'it was not scanned')];
  if (!judged.some((one) => one.scan === scan.id))
    return [because('NotCollected', 'its last scan was not judged; `iamql scan --judge` does it')];
  if (control !== undefined && asked.length === 0 && !judged.some((one) => one.control === control))
    return [because('NotCollected', `no scan of it was judged by ${control}`)];
  return asked.flatMap((one) => {
    if (one.scan !== scan.id) return [because('NotCollected', `its last scan was not judged by ${one.control}`)];
    const [error] = one.errors;
    return error ? [because(error.code, `${one.control} could not be judged whole: ${error.message}`)] : [];
  });
}
