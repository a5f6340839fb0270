import { IamqlError } from '../iam/error.ts';
import { FINDING, findingCatalogue, findingOrder, shownFinding } from '../inventory/finding-type.ts';
import type { FindingsQuestion, HistoryDay, SummaryQuestion } from '../inventory/findings.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { everything } from '../inventory/page.ts';
import type { Warn } from '../where/read-where.ts';
import { connectionOf, countOf } from './connection.ts';
import type { FindingsKind } from './findings-fields.ts';
import { toGraphQLError } from './graphql-error.ts';
import { readAsOf, readCondition, readPage } from './root-question.ts';

type Args = Readonly<Record<string, unknown>>;

/** What a root field of findings asks. @throws WhereError as `readRootQuestion` does. */
export function readFindingsQuestion(
  kind: FindingsKind,
  args: Args,
  warn?: Warn,
): FindingsQuestion & Pick<SummaryQuestion, 'since'> {
  const where = readCondition(args, FINDING, warn, findingCatalogue);
  const asOf = readAsOf(args['asOf']);
  if (kind === 'summary') return { where, page: everything, since: readAsOf(args['since']), asOf };
  return { where, page: readPage({ type: FINDING, kind }, args, findingOrder, findingCatalogue), asOf };
}

/** @throws IamqlError InvalidInput over a source that keeps none. */
export async function selectFindings(kind: FindingsKind, args: Args, inventory: Inventory): Promise<unknown> {
  const { findings, findingsSummary } = inventory;
  if (!findings || !findingsSummary)
    throw new IamqlError(
      'InvalidInput',
      'findings needs a store: only what `iamql scan` keeps has findings with a life',
    );
  const question = readFindingsQuestion(kind, args);
  if (kind === 'summary') {
    const { days, unread } = await findingsSummary.call(inventory, question);
    return [...days.map(shownDay), ...unread.map(toGraphQLError)];
  }
  const found = await findings.call(inventory, question);
  if (kind === 'aggregate') return { count: countOf(found) };
  const nodes = found.findings.map(shownFinding);
  if (kind === 'list') return [...nodes, ...found.unread.map(toGraphQLError)];
  const list = { type: FINDING, page: question.page, asOf: question.asOf };
  return connectionOf(list, { ...found, nodes }, inventory);
}

const shownDay = ({ open: { HIGH: high, MEDIUM: medium, LOW: low }, ...day }: HistoryDay) => ({
  ...day,
  open: { high, medium, low },
});
