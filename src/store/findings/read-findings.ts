import type { Asset } from '../../iam/assets.ts';
import type { Instant } from '../../iam/instant.ts';
import { UNREAD } from '../../iam/unread.ts';
import { FINDING, findingOrder, shownFinding } from '../../inventory/finding-type.ts';
import type { FindingRecord, FindingsQuestion, FoundFindings } from '../../inventory/findings.ts';
import { everything, type Page, type Position } from '../../inventory/page.ts';
import { compile } from '../../where/evaluate.ts';
import { type Expression, nodesOf } from '../../where/expression.ts';
import { readStored } from '../../where/stored-value.ts';
import type { SqlSession } from '../database/database.ts';
import type { Scope } from '../scope.ts';
import { FindingStatement } from './finding-statement.ts';
import { whyNotAllFindings } from './unknown-findings.ts';

/** The accounts that are asked about, and the time; undefined for now. */
export interface FindingsView {
  readonly session: SqlSession;
  readonly scope: Scope;
  readonly asOf: Instant | undefined;
}

/**
 * The findings of the accounts of a view, with their lives up to its time: a page of them leaves the database. What is not
 * known of these accounts is said beside them.
 */
export async function readFindings(view: FindingsView, { where, page }: FindingsQuestion): Promise<FoundFindings> {
  const asked = { where, more: await matchedByPattern(view, where) };
  const found = await pageOf(view, asked, page);
  const { count, of } = await counted(view, asked, page, found.length);
  return {
    findings: found.map(({ record }) => record),
    positions: found.map(({ position }) => position),
    total: count,
    skipped: Math.min(count - of + page.offset, count),
    unread: await whyNotAllFindings(view, where),
  };
}

/** Enough that the statement itself costs little, and few enough that they take no memory to speak of. */
const FINDINGS_AT_ONCE = 1000;

/** All of them in order, a page at a time, and no page is kept. */
export async function* streamFindings(view: FindingsView, where: Expression): AsyncGenerator<FindingRecord> {
  const asked = { where, more: await matchedByPattern(view, where) };
  const page = { ...everything, sort: findingOrder, limit: FINDINGS_AT_ONCE };
  for (let after: Position | undefined, isMore = true; isMore; ) {
    const found: Awaited<ReturnType<typeof pageOf>> = await pageOf(view, asked, { ...page, after });
    yield* found.map(({ record }) => record);
    after = found.at(-1)?.position;
    isMore = found.length === FINDINGS_AT_ONCE;
  }
}

/** What the database is asked for: what it can tell itself, and those that patterns have matched, by id. */
interface Asked {
  readonly where: Expression;
  readonly more: readonly string[];
}

async function matchedByPattern(view: FindingsView, where: Expression): Promise<readonly string[]> {
  if (![...nodesOf(where)].some(({ kind }) => kind === 'matches')) return [];
  const statement = new FindingStatement(view);
  const open = [statement.matching(where, 'possibly'), `(${statement.matching(where, 'certainly')}) IS NOT TRUE`];
  const rows = await view.session.query<Row>(statement.select(open, everything), statement.values);
  const { certainly } = compile(where, () => UNREAD);
  const records = rows.map((row) => ({ ...shownFinding(recordOf(row)), __typename: FINDING }) as unknown as Asset);
  return records.filter(certainly.isTrue).map(({ id }) => String(id));
}

async function pageOf(view: FindingsView, { where, more }: Asked, page: Page) {
  const statement = new FindingStatement(view);
  const behind = page.after ? [statement.behind(page.after, page.sort)] : [];
  const sql = statement.select([statement.matchingOr(where, more), ...behind], page);
  const rows = await view.session.query<Row>(sql, statement.values);
  return rows.map((row) => ({ record: recordOf(row), position: positionOf(row, page) }));
}

/** A list that is not cut has been counted already. */
async function counted(view: FindingsView, { where, more }: Asked, page: Page, found: number) {
  if (page.limit === undefined && page.offset === 0 && !page.after) return { count: found, of: found };
  const statement = new FindingStatement(view);
  const matching = statement.matchingOr(where, more);
  const behind = page.after ? statement.behind(page.after, page.sort) : 'true';
  const sql = statement.count([matching], behind);
  const [row] = await view.session.query<{ count: number; of: number }>(sql, statement.values);
  return row ?? { count: 0, of: 0 };
}

type Row = FindingRecord & Readonly<Record<string, unknown>>;

function recordOf(row: Row): FindingRecord {
  const { id, control, severity, connector, accountName, accountID, type, state } = row;
  const { firstSeen, lastSeen, stateSince, resolvedAt, unjudgedSince, reopenedCount } = row;
  return {
    ...{ id, control, severity, connector, accountName, accountID, type },
    parameters: readStored(row.parameters) as FindingRecord['parameters'],
    identifier: readStored(row.identifier) as string,
    name: readStored(row.name) as string,
    key: readStored(row.key) as FindingRecord['key'],
    ...{ state, stateSince, firstSeen, lastSeen, resolvedAt, reopenedCount, unjudgedSince },
    exception: readStored(row.exception) as FindingRecord['exception'],
  };
}

/** Texts as they are asked for again, which escapes them once more. */
const positionOf = (row: Row, { sort }: Page): Position => ({
  values: sort.map((_order, index) => readStored(row[`place_${index}`])) as Position['values'],
  identifier: row.id,
});
