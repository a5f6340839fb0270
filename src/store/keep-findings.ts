import { createHash } from 'node:crypto';
import type { JudgedControl, JudgedFinding, KeptKey } from '../inventory/findings.ts';
import { storedValue } from '../where/stored-value.ts';
import type { Database, SqlSession } from './database.ts';

/** A scan whose facts controls were judged over. */
export interface JudgedScan {
  readonly id: string;
  readonly connector: string;
  readonly endedAt: Date;
}

/** So many rows go to the database in one statement. */
const ROWS_AT_ONCE = 5000;

/**
 * Keeps what controls said of a scan: all of it or nothing. A control that has been judged over this scan, or over a later
 * one of the account, is passed over, so that doing it twice changes nothing.
 */
export function keepFindings(database: Database, scan: JudgedScan, judged: readonly JudgedControl[]): Promise<void> {
  return database.transaction(async (session) => {
    // Two processes that judge one account do it one after the other.
    await session.query('SELECT 1 FROM connector WHERE id = $1 FOR UPDATE', [scan.connector]);
    const before = await judgedBefore(session, scan);
    const fresh = judged.filter(({ control }) => BigInt(before.get(control)?.scan ?? 0) < BigInt(scan.id));
    const known = await knownFindings(session, scan.connector, fresh);
    const merged = fresh.map((one) =>
      mergeControl(scan, one, known.get(one.control) ?? [], before.get(one.control)?.at),
    );
    await endRows(
      session,
      scan,
      merged.flatMap(({ ended }) => ended),
    );
    await beginRows(
      session,
      scan,
      merged.flatMap(({ begun }) => begun),
    );
    for (const one of fresh) await keepJudgement(session, scan, one);
  });
}

interface Before {
  readonly scan: string;
  readonly at: Date;
}

/** The last judgement of each control over an account. */
async function judgedBefore(session: SqlSession, { connector }: JudgedScan): Promise<ReadonlyMap<string, Before>> {
  const rows = await session.query<{ control: string; scan: string; at: Date }>(
    `SELECT DISTINCT ON (control) control, scan::text AS scan, at FROM judgement
     WHERE connector = $1 ORDER BY control, judgement.scan DESC`,
    [connector],
  );
  return new Map(rows.map((row) => [row.control, row]));
}

interface Known extends Record<string, unknown> {
  readonly id: string;
  readonly control: string;
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: KeptKey | null;
  readonly state: string;
  readonly is_known: boolean;
  readonly exception: JudgedFinding['exception'];
  readonly is_now: boolean;
}

/** The newest row of each finding that those controls ever made in an account, by control. */
async function knownFindings(session: SqlSession, connector: string, judged: readonly JudgedControl[]) {
  const rows = await session.query<Known>(
    `SELECT DISTINCT ON (control, id) id, control, type, identifier, name, key, state, is_known, exception, last IS NULL AS is_now
     FROM finding WHERE connector = $1 AND control = ANY($2) ORDER BY control, id, first DESC`,
    [connector, judged.map(({ control }) => control)],
  );
  return Map.groupBy(rows, ({ control }) => control);
}

/** A row that begins, as its columns. */
interface Begun {
  readonly id: string;
  readonly control: string;
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: KeptKey | null;
  readonly exception: JudgedFinding['exception'];
  readonly isKnown: boolean;
}

interface Ended {
  readonly id: string;
  readonly seenAt: Date | undefined;
}

function mergeControl(scan: JudgedScan, judged: JudgedControl, known: readonly Known[], judgedAt: Date | undefined) {
  const begun: Begun[] = [];
  const ended: Ended[] = [];
  const byAsset = Map.groupBy(known, assetOf);
  const found = new Set<string>();
  const end = ({ id, is_known }: Known): number => ended.push({ id, seenAt: is_known ? judgedAt : undefined });
  for (const raw of judged.findings) {
    const finding = stored(raw);
    const row = (byAsset.get(assetOf(finding)) ?? []).find(({ key }) => isSameKey(key, finding.key));
    const id = row?.id ?? idOf(scan.connector, judged.control, finding);
    if (found.has(id)) continue;
    found.add(id);
    if (row?.is_now && isAsBefore(row, finding)) continue;
    if (row?.is_now) end(row);
    begun.push({ id, control: judged.control, ...finding, isKnown: true });
  }
  for (const row of known.filter(({ id, is_now }) => is_now && !found.has(id))) {
    // What was not found is gone only where everything was looked at.
    if (judged.errors.length === 0) end(row);
    else if (row.is_known) {
      end(row);
      begun.push({ ...row, isKnown: false });
    }
  }
  return { begun, ended };
}

/** As texts are in the database. */
const stored = (finding: JudgedFinding): JudgedFinding => ({
  ...finding,
  identifier: storedValue(finding.identifier) as string,
  name: storedValue(finding.name) as string,
});

const assetOf = ({ type, identifier }: { readonly type: string; readonly identifier: string }): string =>
  `${type} ${identifier}`;

/** A key may have been named in one scan and not in another: then its slot and its time tell. */
function isSameKey(a: KeptKey | null, b: KeptKey | null): boolean {
  if (!a || !b) return a === b;
  if (a.accessKeyId !== null && b.accessKeyId !== null) return a.accessKeyId === b.accessKeyId;
  if (a.slot !== b.slot) return false;
  return a.since === b.since || (a.createDate !== null && a.createDate === b.createDate);
}

const isAsBefore = (row: Known, { key, exception }: JudgedFinding): boolean =>
  row.is_known &&
  JSON.stringify(row.key) === JSON.stringify(key) &&
  JSON.stringify(row.exception) === JSON.stringify(exception);

function idOf(connector: string, control: string, { type, identifier, key }: JudgedFinding): string {
  const ofKey = key && (key.accessKeyId ?? [key.slot, key.since]);
  const hash = createHash('sha256').update(JSON.stringify([connector, control, type, identifier, ofKey]));
  return hash.digest('hex').slice(0, 32);
}

async function endRows(session: SqlSession, { id, endedAt }: JudgedScan, ended: readonly Ended[]): Promise<void> {
  for (const rows of chunks(ended)) {
    await session.query(
      `UPDATE finding SET last = $1, last_at = $2, seen_at = e.seen_at
       FROM unnest($3::text[], $4::timestamptz[]) AS e (id, seen_at) WHERE finding.id = e.id AND last IS NULL`,
      [id, endedAt, rows.map((row) => row.id), rows.map(({ seenAt }) => seenAt?.toISOString() ?? null)],
    );
  }
}

async function beginRows(session: SqlSession, scan: JudgedScan, begun: readonly Begun[]): Promise<void> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  for (const rows of chunks(begun)) {
    const columns = [
      rows.map(({ id }) => id),
      rows.map(({ control }) => control),
      rows.map(({ type }) => type),
      rows.map(({ identifier }) => identifier),
      rows.map(({ name }) => name),
      rows.map(({ key }) => json(key)),
      rows.map(({ exception }) => json(exception)),
      rows.map(({ isKnown }) => isKnown),
    ];
    await session.query(
      `INSERT INTO finding (id, connector, control, type, identifier, name, key, state, is_known, exception, first, first_at)
       SELECT id, $9, control, type, identifier, name, key::json, CASE WHEN exception IS NULL THEN 'OPEN' ELSE 'EXCEPTED' END,
              is_known, exception::json, $10, $11
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
         AS f (id, control, type, identifier, name, key, exception, is_known)`,
      [...columns, scan.connector, scan.id, scan.endedAt],
    );
  }
}

async function keepJudgement(session: SqlSession, scan: JudgedScan, judged: JudgedControl): Promise<void> {
  const excepted = judged.findings.filter(({ exception }) => exception !== null).length;
  await session.query(
    `INSERT INTO judgement (connector, control, scan, at, severity, parameters, verdict, found, excepted, total, errors)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      scan.connector,
      judged.control,
      scan.id,
      scan.endedAt,
      judged.severity,
      JSON.stringify(judged.parameters),
      judged.verdict,
      judged.findings.length - excepted,
      excepted,
      judged.total ?? null,
      JSON.stringify(judged.errors),
    ],
  );
}

function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) yield rows.slice(start, start + ROWS_AT_ONCE);
}
