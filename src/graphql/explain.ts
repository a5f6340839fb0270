import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { FactGroup } from '../iam/assets.generated.ts';
import { catalogue, factGroups } from '../iam/catalogue.generated.ts';
import { instantOf } from '../iam/instant.ts';
import { basesOf, ownershipsFor } from '../inventory/bases.ts';
import { liveGroups } from '../inventory/demand.ts';
import type { Evidence } from '../inventory/inventory.ts';
import { partFactsOf } from '../inventory/owners.ts';
import { concernsUsers, type Verify } from '../inventory/verification.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { type ConditionLine, linesOf } from '../where/condition-lines.ts';
import { factsOf, fieldsOf } from '../where/expression.ts';
import type { Question } from './ask.ts';
import { prepareDocument } from './document.ts';
import { type ExplainedFindings, explainFindings } from './explain-findings.ts';
import { usualLimits } from './limits.ts';
import { readRequest, type WrittenQuestion } from './request.ts';
import { namedConditions } from './root-question.ts';
import { loadSchema } from './schema.ts';
import { selectedFields } from './selected-fields.ts';
import type { StoreCost } from './source-cost.ts';

/** Facts of a group that a question needs, and for whom. */
export interface NeededFacts {
  readonly group: FactGroup;
  /** What they cost, as the schema says it. */
  readonly cost: string;
  /**
   * `all`: read once. `owners`: for whoever may have parts of the type asked for. `undecided`: for assets that cheaper facts
   * leave open. `selected`: for those that match. `newer`: for users whom the report does not know. `listed`, `verified`:
   * what `--verify` adds.
   */
  readonly of: 'all' | 'owners' | 'undecided' | 'newer' | 'additionalKeys' | 'selected' | 'listed' | 'verified';
}

/** What a root field asks, as it was understood. */
export interface ExplainedQuestion extends WrittenQuestion {
  readonly responseKey: string;
  /** In words; empty where there is none. */
  readonly condition: readonly ConditionLine[];
  readonly facts: readonly NeededFacts[];
  /** Relations that are selected, each with those that lead to it: `accessKeys`, `accessKeys.user`. */
  readonly related: readonly string[];
  /** What answers it; undefined while nobody has said, which is taken for AWS. */
  readonly source?: Evidence['source'];
  /** How many rows of a store may match; undefined over other sources. */
  readonly matching?: StoreCost;
  /** What its patterns cost over a store; undefined where it has none, and over other sources. */
  readonly patterns?: StoreCost;
}

/** How a text is understood; a text that cannot be executed asks nothing. Nothing is read for it. */
export const explain = async (question: Question, verify?: Verify): Promise<readonly ExplainedQuestion[]> =>
  (await explainText(question, verify)).questions;

/** The same with what it asks of findings, which need no facts. */
export async function explainText(
  { text, variables = {}, operationName, limits = usualLimits, rowsOnly = false }: Question,
  verify?: Verify,
): Promise<{ readonly questions: readonly ExplainedQuestion[]; readonly findings: readonly ExplainedFindings[] }> {
  const schema = loadSchema();
  const { document } = prepareDocument(schema, text, limits);
  if (!document) return { questions: [], findings: [] };
  const { questions, findings } = await readRequest(schema, { document, operationName, variables }, limits);
  return {
    questions: explainQuestions(schema, document, questions, { verify, rowsOnly }),
    findings: explainFindings(findings),
  };
}

/** How a question is asked, beside what it says. */
interface Asked {
  readonly verify?: Verify | undefined;
  /** Nobody reads what it selects of the assets. */
  readonly rowsOnly?: boolean;
}

/** How questions that were read already are understood. */
export const explainQuestions = (
  schema: GraphQLSchema,
  document: DocumentNode,
  questions: readonly WrittenQuestion[],
  asked: Asked = {},
): readonly ExplainedQuestion[] =>
  questions.flatMap(conditionsNow).map((question) => ({
    ...question,
    condition: question.where.kind === 'always' ? [] : linesOf(question.where),
    responseKey: (question.node.alias ?? question.node.name).value,
    facts: neededFacts(schema, document, question, asked),
    related: asked.rowsOnly
      ? []
      : [
          ...new Set(
            relatedBelow(schema, document, rootTypeOf(schema, question.node) ?? '', question.node.selectionSet),
          ),
        ],
  }));

/** What a client gets that asks for `extensions.plan`: each root field with what it asks and what that costs. */
export const planOf = (questions: readonly ExplainedQuestion[]) =>
  questions.map(({ responseKey, type, condition, facts, related, source, matching, patterns }) => ({
    field: responseKey,
    type,
    condition: condition.map(({ depth, words }) => '  '.repeat(depth) + words),
    facts: asksNobody(source)
      ? []
      : facts.map(({ group, of, cost }) => ({ group, for: of, actions: factGroups[group].actions, cost })),
    ...(matching ? { matching, related } : {}),
    ...(patterns ? { patterns } : {}),
  }));

/** What is kept is read without AWS. The sample stands for an account that is asked. */
export const asksNobody = (source: ExplainedQuestion['source']): boolean =>
  source !== undefined && source !== 'live' && source !== 'sample';

const SOME_ACCOUNT = { accountId: '<account id>', partition: '<partition>' };

/** A named question is explained as it would be asked of facts that are read now. */
function conditionsNow(question: WrittenQuestion): readonly WrittenQuestion[] {
  if (!question.named) return [question];
  const now = instantOf(new Date(Math.floor(Date.now() / 1000) * 1000));
  const conditions = namedConditions(question.named, now, SOME_ACCOUNT);
  return conditions.map((condition) => ({ ...question, ...condition }));
}

/** A group is named for the first that need it. */
function neededFacts(
  schema: GraphQLSchema,
  document: DocumentNode,
  { type, where, node, named: question }: WrittenQuestion,
  { verify, rowsOnly = false }: Asked,
): readonly NeededFacts[] {
  const costs = costsOf(schema);
  const owners = ownershipsFor(type, where, () => true);
  const { needed, sparing } = basesOf(type, true, owners);
  const sparingOfWhere = fieldsOf(where).flatMap(({ field }) => field.sparing ?? []);
  const named = new Set<FactGroup>();
  const facts = (groups: Iterable<FactGroup>, of: NeededFacts['of']): readonly NeededFacts[] => {
    const more = [...new Set(groups)].filter((group) => !named.has(group));
    for (const group of more) named.add(group);
    return more.map((group) => ({ group, of, cost: costs.get(group) ?? '' }));
  };
  const rootType = rootTypeOf(schema, node) ?? type;
  const isVerified = verify !== undefined && concernsUsers(type, where);
  const isListed = factsOf(where).has('USER_DETAILS') || needed.includes('USER_DETAILS');
  const selected = (isLive: boolean): Iterable<FactGroup> =>
    rowsOnly ? [] : selectedFacts(schema, document, { typeName: rootType, set: node.selectionSet, isLive });
  const ofWhere = fieldsOf(where).flatMap(({ field }) => field.live ?? []);
  const live = isVerified || isListed ? [...ofWhere, ...selected(true)] : [];
  return [
    ...facts([...needed, ...sparing, ...(question?.field.isOfAccount ? (['CALLER_IDENTITY'] as const) : [])], 'all'),
    ...facts(isVerified && !isListed ? ['USER_LIST'] : [], 'listed'),
    ...facts(partFactsOf(type, owners), 'owners'),
    ...facts([...sparingOfWhere, ...factsOf(where)], 'undecided'),
    ...facts(live, isVerified ? 'verified' : 'newer'),
    ...facts(factsOf(withAdditionalKeys(where)), 'additionalKeys'),
    ...facts(selected(false), 'selected'),
  ];
}

/** What is selected of a type, and whether in place of the report's row. */
interface Selected {
  readonly typeName: string;
  readonly set: SelectionSetNode | undefined;
  readonly isLive: boolean;
}

/** The facts that the fields below a selection are read from. */
function* selectedFacts(
  schema: GraphQLSchema,
  document: DocumentNode,
  { typeName, set, isLive }: Selected,
): Generator<FactGroup> {
  const type = schema.getType(typeName);
  for (const node of selectedFields(document, set)) {
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    const { fact, live = [] } = catalogue[typeName as keyof typeof catalogue]?.fields[node.name.value] ?? {};
    if (fact && !isLive) yield fact;
    if (isLive) yield* isHashOfRow(typeName, node.name.value) ? liveGroups : live;
    const below = field && { typeName: getNamedType(field.type).name, set: node.selectionSet, isLive };
    if (below) yield* selectedFacts(schema, document, below);
  }
}

/** The relations below a selection, those of connections left out: `accessKeys`, `accessKeys.user`. */
function* relatedBelow(
  schema: GraphQLSchema,
  document: DocumentNode,
  typeName: string,
  set: SelectionSetNode | undefined,
): Generator<string> {
  const type = schema.getType(typeName);
  for (const node of selectedFields(document, set)) {
    const name = node.name.value;
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!field || !node.selectionSet) continue;
    const isRelation = catalogue[typeName as keyof typeof catalogue]?.fields[name]?.relation !== undefined;
    if (isRelation) yield name;
    for (const below of relatedBelow(schema, document, getNamedType(field.type).name, node.selectionSet))
      yield isRelation ? `${name}.${below}` : below;
  }
}

/** Of a user who is newer than the report it is worked out of the whole row. */
const isHashOfRow = (typeName: string, field: string): boolean =>
  field === 'contentHash' && (typeName === 'IAMUser' || typeName === 'IAMUserCredentials');

const rootTypeOf = (schema: GraphQLSchema, node: WrittenQuestion['node']): string | undefined =>
  getNamedType(schema.getQueryType()?.getFields()[node.name.value]?.type)?.name;

function costsOf(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const groups = schema.getType('FactGroup');
  const values = isEnumType(groups) ? groups.getValues() : [];
  return new Map(values.map(({ name, description }) => [name, description ?? '']));
}
