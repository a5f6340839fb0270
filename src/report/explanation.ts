import { asksNobody, type ExplainedQuestion, type NeededFacts } from '../graphql/explain.ts';
import type { ExplainedFindings } from '../graphql/explain-findings.ts';
import type { StoreCost } from '../graphql/source-cost.ts';
import type { Why } from '../graphql/why.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { renderInstant } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import { findingType } from '../inventory/finding-type.ts';

/** What a text asks, as it was understood, and what it costs to answer. Ends with a line break. */
export const renderExplanation = (questions: readonly ExplainedQuestion[]): string =>
  questions.map((question) => `${renderQuestion(question).join('\n')}\n`).join('\n');

function renderQuestion(question: ExplainedQuestion): readonly string[] {
  const { responseKey, kind, type, condition, named } = question;
  const { many } = catalogue[type];
  const asked = `${responseKey}: ${kind === 'aggregate' ? 'how many' : 'the'} ${many}`;
  return [
    condition.length > 0 ? `${asked} for which` : asked,
    ...condition.map(({ depth, words }) => indent(depth + 1, words)),
    ...(named?.field.group ? ['  (as of now; it is asked as of when the facts were read)'] : []),
    ...(kind === 'aggregate' ? [] : pageLines(question)),
    ...(question.patterns ? [`  ${renderPatternCost(question.patterns, many)}`] : []),
    ...(asksNobody(question.source) ? keptLines(question, many) : factLines(question, many)),
  ];
}

/** The same of what is asked of findings; empty where nothing is. */
export const renderFindingsExplanation = (asked: readonly ExplainedFindings[]): string =>
  asked.map((question) => `${renderFindings(question).join('\n')}\n`).join('\n');

const { many: findings } = findingType;

const whatOf: Readonly<Record<ExplainedFindings['kind'], string>> = {
  list: `the ${findings}`,
  connection: `the ${findings}`,
  aggregate: `how many ${findings}`,
  summary: `day by day, the ${findings}`,
};

function renderFindings(question: ExplainedFindings): readonly string[] {
  const { responseKey, kind, condition, asOf, since, patterns } = question;
  const asked = `${responseKey}: ${whatOf[kind]}`;
  return [
    condition.length > 0 ? `${asked} for which` : asked,
    ...condition.map(({ depth, words }) => indent(depth + 1, words)),
    ...(since === undefined ? [] : [`  since ${renderInstant(since)}`]),
    ...(asOf === undefined ? [] : [`  as of ${renderInstant(asOf)}`]),
    ...(kind === 'list' || kind === 'connection' ? pageLines(question) : []),
    ...(patterns ? [`  ${renderPatternCost(patterns, findings)}`] : []),
    ...keptFindings(question),
  ];
}

function keptFindings({ kind, source, matching }: ExplainedFindings): readonly string[] {
  if (source !== 'store') return [`  It needs a store, which alone keeps ${findings}`];
  const changes = 'changes that scans made, which it adds up';
  return [
    '  It asks the database of the store:',
    ...(matching ? [`    ${renderMatching(matching, kind === 'summary' ? changes : findings)}`] : []),
    `    then why these may not be all ${findings}: accounts that were not scanned or judged, controls that could not be judged whole`,
  ];
}

function factLines({ facts, source }: ExplainedQuestion, many: string): readonly string[] {
  return [
    `  ${source === 'sample' ? 'Of a live account it needs' : 'It needs'}, for all ${many}:`,
    ...facts.flatMap((needed, index) => [
      ...(index > 0 && needed.of !== facts[index - 1]?.of ? [`  ${forWhom(needed, many)}:`] : []),
      `    ${needed.cost.replaceAll('`', '')}`,
    ]),
  ];
}

/** What is asked of what was kept. */
function keptLines({ source, matching, related }: ExplainedQuestion, many: string): readonly string[] {
  if (source !== 'store')
    return [`  It reads the ${source} alone; what that does not tell is an error where it decides`];
  const followed = `    then for what these lead to, in a statement each: ${related.join(', ')}`;
  return [
    '  It asks the database of the store:',
    `    ${matching ? renderMatching(matching, many) : `for ${many}`}`,
    ...(related.length > 0 ? [followed] : []),
  ];
}

const renderMatching = (matching: StoreCost, many: string): string =>
  matching.how === 'UNKNOWN'
    ? `how many ${many} match could not be counted: ${matching.why}`
    : `for those that match: at most ${matching.rows} of ${matching.of} ${many} (counted)`;

/** A database is not trusted with a pattern: rows that nothing else rules out are handed over and matched here. */
function renderPatternCost(patterns: StoreCost, many: string): string {
  if (patterns.how === 'UNKNOWN') return `what its pattern costs could not be counted: ${patterns.why}`;
  const { rows, of } = patterns;
  return `its pattern is matched in this process: ${rows} of ${of} ${many}, which the rest of it keeps, leave the database (counted)`;
}

/** What the patterns of controls cost over a store; empty where none has any. */
export const renderPatternCosts = (
  costs: readonly { readonly control: string; readonly rule: string; readonly question: ExplainedQuestion }[],
): string =>
  costs
    .flatMap(({ control, rule, question: { responseKey, type, patterns } }) =>
      patterns ? [`${control}, ${rule}, ${responseKey}: ${renderPatternCost(patterns, catalogue[type].many)}\n`] : [],
    )
    .join('');

function pageLines({ page: { sort, offset, limit, after } }: Pick<ExplainedQuestion, 'page'>): readonly string[] {
  const order = sort.map(({ field, direction }) => `${field} ${direction === 'ASC' ? 'ascending' : 'descending'}`);
  return [
    ...(order.length > 0 ? [`  in the order of ${order.join(', then ')}`] : []),
    ...(after ? [`  behind ${after.identifier}`] : []),
    ...(offset > 0 ? [`  without the first ${offset}`] : []),
    ...(limit === undefined ? [] : [`  at most ${limit}`]),
  ];
}

function forWhom({ of }: NeededFacts, many: string): string {
  if (of === 'owners') return `for whoever may have ${many}`;
  if (of === 'undecided') return `for those ${many} that this leaves undecided`;
  if (of === 'selected') return `for those ${many} that are selected`;
  if (of === 'listed') return 'to know who is there now, because of --verify';
  if (of === 'newer') return `for those ${many} that are newer than the credential report`;
  if (of === 'verified')
    return `for the users whom --verify reads live: newer ones, and those selected unless it says all`;
  return 'for those with more access keys than the credential report has slots';
}

/** Why a condition selects an asset or does not: what is true of each part, and which facts decided. */
export function renderWhy({ responseKey, type, identifier, truth, condition, unread }: Why): string {
  const { one } = catalogue[type];
  const outcome = {
    true: `selects ${one} ${identifier}`,
    false: `does not select ${one} ${identifier}`,
    unknown: `does not select ${one} ${identifier}: something is compared with null`,
    unread: `may select ${one} ${identifier} or not: something could not be read`,
  }[truth];
  return [
    `${responseKey} ${outcome}`,
    ...condition.map(({ depth, words, truth: of, fact, decides }) => {
      const value = fact ? `  (${fact.field}: ${renderValue(fact.value)})` : '';
      return `  ${(of ?? '').padEnd(8)}${indent(depth, words)}${value}${decides ? '  <- decides' : ''}`;
    }),
    ...unread.map((reason) => `  ${reason}`),
    '',
  ].join('\n');
}

const renderValue = (value: unknown): string =>
  value === UNREAD ? 'could not be read' : (JSON.stringify(value) ?? '');

const indent = (depth: number, text: string): string => '  '.repeat(depth) + text;
