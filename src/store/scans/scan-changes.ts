import { type Instant, instantOf } from '../../iam/instant.ts';
import type { KeptException, KeptKey } from '../../inventory/findings.ts';
import { readStored } from '../../where/stored-value.ts';
import type { SqlSession } from '../database/database.ts';
import type { ChangeCounts } from '../findings/merge-findings.ts';

export const changeKinds = ['OPENED', 'REOPENED', 'RESOLVED', 'EXCEPTED', 'RETIRED'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** What a scan changed of a finding. */
export interface FindingChange {
  readonly change: ChangeKind;
  readonly id: string;
  readonly control: string;
  readonly parameters: Readonly<Record<string, unknown>>;
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
  WITH changes AS (
    SELECT f.change AS what, f.* FROM finding f WHERE f.first = $1::bigint AND f.change IS NOT NULL
    UNION ALL
    SELECT f.ended, f.* FROM finding f WHERE f.last = $1::bigint AND f.ended IS NOT NULL
  )
  SELECT n.what AS change, n.id, n.control, n.parameters, j.severity, n.connector, c.name AS account_name, c.account_id,
         n.type, n.identifier, n.name, n.key, CASE WHEN n.what = 'EXCEPTED' THEN n.exception END AS exception,
         j.scan::text AS scan, j.at
  FROM changes n JOIN judgement j ON j.connector = n.connector AND j.control = n.control AND j.scan = $1::bigint
  JOIN connector c ON c.id = n.connector
  WHERE (n.control, n.identifier, n.id) > ($2::text, $3::text, $4::text)
  ORDER BY n.control, n.identifier, n.id LIMIT $5::int`;

/** A first scan of a large account finds more than should be in memory at once. */
const CHANGES_AT_ONCE = 1000;

/** What a scan changed, the same however often it is asked; the first so many, or all. */
export async function* changesOf(session: SqlSession, scan: string, most = Number.POSITIVE_INFINITY) {
  let place = ['', '', ''];
  for (let left = most; left > 0; ) {
    const asked = Math.min(left, CHANGES_AT_ONCE);
    const rows: readonly Row[] = await session.query<Row>(CHANGES, [scan, ...place, asked]);
    yield* rows.map(changeOf);
    const last = rows.at(-1);
    if (!last || rows.length < asked) return;
    place = [last.control, last.identifier, last.id];
    left -= rows.length;
  }
}

function changeOf({ at, account_name: accountName, account_id: accountID, ...row }: Row): FindingChange {
  const key = readStored(row.key) as KeptKey | null;
  return {
    ...{ change: row.change, id: row.id, control: row.control, severity: row.severity },
    parameters: readStored(row.parameters) as FindingChange['parameters'],
    ...{ connector: row.connector, accountName, accountID, type: row.type },
    identifier: readStored(row.identifier) as string,
    name: readStored(row.name) as string,
    key: key && { accessKeyId: key.accessKeyId, slot: key.slot, createDate: key.createDate ?? key.since },
    exception: readStored(row.exception) as KeptException | null,
    scan: row.scan,
    at: instantOf(at),
  };
}

const COUNTED: Readonly<Record<ChangeKind, keyof ChangeCounts>> = {
  OPENED: 'opened',
  REOPENED: 'reopened',
  RESOLVED: 'resolved',
  EXCEPTED: 'set_apart',
  RETIRED: 'retired',
};

/** How many changes a scan made, by kind. */
export async function countChanges(session: SqlSession, scan: string): Promise<Readonly<Record<ChangeKind, number>>> {
  const rows = await session.query<{ changes: ChangeCounts }>(
    'SELECT changes FROM judgement WHERE scan = $1 AND changes IS NOT NULL',
    [scan],
  );
  const sum = (kind: ChangeKind): number => rows.reduce((total, { changes }) => total + changes[COUNTED[kind]], 0);
  return Object.fromEntries(changeKinds.map((kind) => [kind, sum(kind)])) as Record<ChangeKind, number>;
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
