import { type Instant, instantOf } from '../iam/instant.ts';
import type { KeptException, KeptKey } from '../inventory/findings.ts';
import { readStored } from '../where/stored-value.ts';
import type { SqlSession } from './database.ts';

export const changeKinds = ['OPENED', 'REOPENED', 'RESOLVED', 'EXCEPTED'] as const;

/** What a scan changed of a finding. */
export interface FindingChange {
  readonly change: (typeof changeKinds)[number];
  readonly id: string;
  readonly control: string;
  readonly severity: string;
  readonly connector: string;
  readonly accountName: string;
  readonly accountID: string;
  readonly type: string;
  readonly identifier: string;
  readonly name: string;
  readonly key: Omit<KeptKey, 'since'> | null;
  readonly exception: KeptException | null;
  readonly scan: string;
  readonly at: Instant;
}

interface Row extends Omit<FindingChange, 'key' | 'at' | 'accountName' | 'accountID'>, Record<string, unknown> {
  readonly key: KeptKey | null;
  readonly account_name: string;
  readonly account_id: string;
  readonly at: Date;
}

/** A state that goes on, known or not, under an exception of another wording or not, changes nothing. */
const CHANGES = `
  WITH touched AS (SELECT DISTINCT id FROM finding WHERE first = $1 OR last = $1),
  states AS (
    SELECT f.*, lag(f.last) OVER life AS last_before, lag(f.state) OVER life AS state_before, lead(f.first) OVER life AS next
    FROM finding f JOIN touched USING (id) WINDOW life AS (PARTITION BY f.id ORDER BY f.first)
  ),
  changes AS (
    SELECT *, CASE
      WHEN first = $1 AND last_before = first AND state_before = state THEN NULL
      WHEN first = $1 AND state = 'EXCEPTED' THEN 'EXCEPTED'
      WHEN first = $1 AND last_before IS NULL THEN 'OPENED'
      WHEN first = $1 THEN 'REOPENED'
      WHEN last = $1 AND next IS DISTINCT FROM $1 THEN 'RESOLVED'
    END AS change FROM states
  )
  SELECT n.change, n.id, n.control, j.severity, n.connector, c.name AS account_name, c.account_id, n.type, n.identifier, n.name,
         n.key, CASE WHEN n.change = 'EXCEPTED' THEN n.exception END AS exception, j.scan::text AS scan, j.at
  FROM changes n JOIN judgement j ON j.connector = n.connector AND j.control = n.control AND j.scan = $1
  JOIN connector c ON c.id = n.connector
  WHERE n.change IS NOT NULL ORDER BY n.control, n.identifier, n.id`;

/** What a scan changed, the same however often it is asked. */
export async function changesOf(session: SqlSession, scan: string): Promise<readonly FindingChange[]> {
  const rows = await session.query<Row>(CHANGES.replaceAll('$1', '$1::bigint'), [scan]);
  return rows.map(({ key, at, account_name: accountName, account_id: accountID, ...row }) => ({
    ...{ change: row.change, id: row.id, control: row.control, severity: row.severity, connector: row.connector },
    ...{ accountName, accountID, type: row.type },
    identifier: readStored(row.identifier) as string,
    name: readStored(row.name) as string,
    key: key && { accessKeyId: key.accessKeyId, slot: key.slot, createDate: key.createDate ?? key.since },
    exception: row.exception,
    scan: row.scan,
    at: instantOf(at),
  }));
}

/** A control that could not be judged whole over a scan. */
export interface UnjudgedControl {
  readonly control: string;
  readonly code: string;
  readonly message: string;
}

export async function unjudgedOf(session: SqlSession, scan: string): Promise<readonly UnjudgedControl[]> {
  const rows = await session.query<{ control: string; errors: readonly { code: string; message: string }[] }>(
    'SELECT control, errors FROM judgement WHERE scan = $1 ORDER BY control',
    [scan],
  );
  return rows.flatMap(({ control, errors: [first] }) => (first ? [{ control, ...first }] : []));
}
