import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { renderInstant } from '../iam/instant.ts';
import { type Expression, isLeaf, isRelated, type Related } from './expression.ts';
import type { Judged, Truth } from './why.ts';
import { wordsOfLeaf, wordsOfRelation } from './words.ts';

/** A line of a condition in words. */
export interface ConditionLine {
  readonly depth: number;
  readonly words: string;
  /** What is true of it, where it was judged of an asset. */
  readonly truth?: Truth;
  /** The field that was looked at and what it holds: a value, null or UNREAD. */
  readonly fact?: { readonly field: string; readonly value: unknown };
  /** Had this come out otherwise, so might the whole. */
  readonly decides?: boolean;
}

/** An expression in words, one line for each condition. */
export const linesOf = (expression: Expression): readonly ConditionLine[] => [...lines(unjudged(expression), 0, '')];

/** The same of an expression that was judged, with the conditions on related assets once for each of them. */
export const judgedLines = (judged: Judged): readonly ConditionLine[] => [...lines(told(judged), 0, '')];

/** Both are told in the same way. */
interface Told {
  readonly expression: Expression;
  readonly judged: Judged | undefined;
  readonly parts: readonly Told[];
}

const told = (judged: Judged): Told => ({ expression: judged.expression, judged, parts: judged.parts.map(told) });

function unjudged(expression: Expression): Told {
  const parts = 'of' in expression ? [expression.of].flat() : [];
  return { expression, judged: undefined, parts: parts.map(unjudged) };
}

function line(depth: number, words: string, { judged }: Told, fact: Told | undefined = undefined): ConditionLine {
  if (!judged) return { depth, words };
  const { truth, decides } = judged;
  const leaf = fact?.judged;
  if (leaf && isLeaf(leaf.expression)) {
    return { depth, words, truth, decides, fact: factOf(leaf.expression, leaf.value) };
  }
  // What has parts is decided by them, if they ask for anything.
  return { depth, words, truth, decides: decides && judged.parts.every((part) => part.expression.kind === 'always') };
}

/** Instants as GraphQL prints them. */
function factOf({ type, field }: { readonly type: AssetTypeName; readonly field: string }, value: unknown) {
  const isInstant = catalogue[type]?.fields[field]?.type === 'DateTime' && typeof value === 'string';
  return { field, value: isInstant ? renderInstant(value) : value };
}

/** @param prefix what joins the first line to those before it: `AND `, `either `, `or `. */
function* lines(part: Told, depth: number, prefix: string): Generator<ConditionLine> {
  const { expression, parts } = part;
  switch (expression.kind) {
    case 'always':
      return yield line(depth, `${prefix}there is no condition`, part);
    case 'constant':
      return yield line(depth, `${prefix}it is one of a list that is empty`, part);
    case 'and':
      return yield* groupLines(part, inOrder(parts), depth, prefix);
    case 'or':
      return yield* groupLines(part, parts, depth, prefix);
    case 'not':
      return yield* negatedLines(part, depth, prefix);
    case 'additionalKey':
      yield line(depth, `${prefix}there is a further access key for which, taken as access key 1`, part);
      return yield* relatedLines(parts, depth + 1, true);
    default:
      if (!isRelated(expression)) return yield line(depth, prefix + wordsOfLeaf(expression), part, part);
      yield line(depth, prefix + wordsOfRelation(expression), part);
      if (expression.of.kind !== 'always') yield* relatedLines(parts, depth + 1, isToMany(expression));
  }
}

/** Conditions that all, or any, must hold: below a line of their own where something came before. */
function* groupLines(group: Told, parts: readonly Told[], depth: number, prefix: string): Generator<ConditionLine> {
  const beginsWithGroup = parts[0] !== undefined && isGroup(parts[0]);
  const [first, next] = group.expression.kind === 'or' ? ['either ', 'or '] : [beginsWithGroup ? 'both ' : '', 'AND '];
  if (prefix !== '') yield line(depth, prefix.trimEnd(), group);
  const below = prefix === '' ? depth : depth + 1;
  for (const [index, part] of parts.entries()) yield* lines(part, below, index === 0 ? first : next);
}

/** GraphQL does not keep the order in which the keys of an object were written: what is short comes first. */
const inOrder = (parts: readonly Told[]): readonly Told[] => [...parts].sort((a, b) => lengthOf(a) - lengthOf(b));

const lengthOf = (part: Told): number => (isGroup(part) ? 2 : part.parts.length > 0 ? 1 : 0);

const isGroup = ({ expression: { kind } }: Told): boolean => kind === 'and' || kind === 'or';

function* negatedLines(part: Told, depth: number, prefix: string): Generator<ConditionLine> {
  const [inner] = part.parts;
  if (!inner) return;
  const { expression } = inner;
  if (isRelated(expression)) {
    yield line(depth, prefix + wordsOfRelation(expression, true), { ...part, judged: withPartsOf(part, inner) });
    if (expression.of.kind !== 'always') yield* relatedLines(inner.parts, depth + 1, isToMany(expression));
  } else if ('field' in expression) {
    yield line(depth, prefix + wordsOfLeaf(expression, true), part, inner);
  } else {
    yield line(depth, `${prefix}it is not so that`, part);
    yield* lines(inner, depth + 1, '');
  }
}

/** A negation and what it negates are one line, so the parts below that line are those of the inner one. */
const withPartsOf = ({ judged }: Told, inner: Told): Judged | undefined =>
  judged ? { ...judged, parts: inner.judged?.parts ?? [] } : undefined;

/** Which of several related assets is meant is said before what is asked of it. */
function* relatedLines(parts: readonly Told[], depth: number, isNamed: boolean): Generator<ConditionLine> {
  for (const part of parts) {
    const record = isNamed ? part.judged?.record : undefined;
    if (record) yield { ...line(depth, `${nameOf(record)}:`, part), decides: false };
    yield* lines(part, record ? depth + 1 : depth, '');
  }
}

const isToMany = ({ type, field }: Related): boolean => catalogue[type]?.fields[field]?.relation === 'toMany';

/** A key that only the report has told of has no id, and nothing else that it tells of has a slot. */
function nameOf(record: Asset): string {
  const type = record['accessKeyId'] === undefined ? record.__typename : 'IAMAccessKey';
  const one = catalogue[type as AssetTypeName]?.one ?? 'asset';
  const id = ['accessKeyId', 'identifier', 'arn', 'accountID'].map((name) => record[name]).find(isText);
  if (id) return `${one} ${id}`;
  return typeof record['slot'] === 'number' ? `${one} in slot ${record['slot']}` : `${one}, which was not read itself`;
}

const isText = (value: unknown): value is string => typeof value === 'string';
