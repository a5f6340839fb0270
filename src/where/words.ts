import { type AssetType, catalogue, findingTypes } from '../iam/catalogue.generated.ts';
import { type Instant, renderInstant } from '../iam/instant.ts';
import type { Comparison, ComparisonKind, Expression, Quantifier, Related } from './expression.ts';

type Leaf = Extract<Expression, { field: string }>;

const fieldsOf = (type: string): AssetType['fields'] =>
  (catalogue[type as keyof typeof catalogue] ?? findingTypes[type])?.fields ?? {};

/** What a condition on one field asks, in words. `isNegated`: what NOT around it asks. */
export function wordsOfLeaf(leaf: Exclude<Leaf, Related>, isNegated = false): string {
  const { words, type } = fieldsOf(leaf.type)[leaf.field] ?? {};
  const name = fieldName(leaf.field);
  if (leaf.kind === 'isNull') {
    if (words && type !== 'Boolean') return isNegated ? words.yes : words.no;
    return `${name} ${isNegated ? 'has a value' : 'has no value'}`;
  }
  if (leaf.kind === 'equals' && type === 'Boolean' && words)
    return (leaf.value === true) === isNegated ? words.no : words.yes;
  const [is, isNot] =
    type === 'DateTime' ? (timeWords[leaf.kind] ?? comparisonWords[leaf.kind]) : comparisonWords[leaf.kind];
  return `${name} ${isNegated ? isNot : is} ${renderValue(leaf, type)}`;
}

/** What a relation asks; what is asked of the related assets follows it. */
export function wordsOfRelation({ kind, type, field, of }: Related, isNegated = false): string {
  const relation = fieldsOf(type)[field];
  const isAny = of.kind === 'always';
  if (isAny && relation?.words && kind !== 'single') return isNegated ? relation.words.no : relation.words.yes;
  const related = catalogue[relation?.type as keyof typeof catalogue];
  // What a finding holds is called by the last word of its type: `FindingParameter`.
  const held = fieldName(relation?.type.replace(/^Finding/, '') ?? field);
  const [one, many] = [related?.one ?? held, related?.many ?? `${held}s`];
  const [positive, negative] = isAny ? existence(one)[kind] : quantified(one, many)[kind];
  return isNegated ? negative : positive;
}

const existence = (one: string): Readonly<Record<Quantifier, readonly [string, string]>> => ({
  some: [`there is ${article(one)}`, `there is no ${one}`],
  all: [`there is ${article(one)}`, `there is no ${one}`],
  single: [`there is exactly one ${one}`, `there is not exactly one ${one}`],
});

const quantified = (one: string, many: string): Readonly<Record<Quantifier, readonly [string, string]>> => ({
  some: [`there is ${article(one)} for which`, `there is no ${one} for which`],
  all: [`there are ${many}, and for all of them`, `there are no ${many}, or not for all of them`],
  single: [`there is exactly one ${one} for which`, `there is not exactly one ${one} for which`],
});

/** Some abbreviations are spelt out, and begin with a vowel then. */
const article = (noun: string): string => `${/^(?:[aeioAEIO]|MFA|SSH)/.test(noun) ? 'an' : 'a'} ${noun}`;

const comparisonWords: Readonly<Record<ComparisonKind, readonly [is: string, isNot: string]>> = {
  equals: ['is', 'is not'],
  in: ['is one of', 'is none of'],
  lessThan: ['is less than', 'is not less than'],
  atMost: ['is at most', 'is not at most'],
  greaterThan: ['is greater than', 'is not greater than'],
  atLeast: ['is at least', 'is not at least'],
  contains: ['contains', 'does not contain'],
  startsWith: ['starts with', 'does not start with'],
  endsWith: ['ends with', 'does not end with'],
  matches: ['matches', 'does not match'],
  includes: ['includes', 'does not include'],
};

const timeWords: Partial<typeof comparisonWords> = {
  lessThan: ['is before', 'is not before'],
  atMost: ['is at or before', 'is not at or before'],
  greaterThan: ['is after', 'is not after'],
  atLeast: ['is at or after', 'is not at or after'],
};

/** `accessKey1LastRotated`: `access key 1 last rotated`; `clientIDs`: `client IDs`. */
function fieldName(field: string): string {
  const words = field.split(/(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?!Ds$)/);
  return words
    .map((word) => (/^(?:[A-Z]+|arn|mfa|ssh)$/.test(word) ? word.toUpperCase() : word.toLowerCase()))
    .join(' ')
    .replace(/ ids$/, ' IDs');
}

/** As a text writes it; instants as GraphQL prints them. */
function renderValue({ value }: Comparison, type: string | undefined): string {
  const render = (one: unknown): string => (type === 'DateTime' ? renderInstant(one as Instant) : JSON.stringify(one));
  return Array.isArray(value) ? `[${value.map(render).join(', ')}]` : render(value);
}
