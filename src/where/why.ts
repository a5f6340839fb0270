import type { Asset } from '../iam/assets.ts';
import { isUnread, standsFor, UNREAD } from '../iam/unread.ts';
import { additionalKeysOf, compile, type ReadField } from './evaluate.ts';
import { type Expression, isLeaf } from './expression.ts';

/** `unknown`: compared with null. `unread`: a fact that would decide could not be read. */
export type Truth = 'true' | 'false' | 'unknown' | 'unread';

/** An expression with what is true of one asset, and which of its parts make it so. */
export interface Judged {
  readonly expression: Expression;
  /** What it was asked of: the asset, or one that is related to it. */
  readonly record: Asset;
  readonly truth: Truth;
  /** Had it come out otherwise, so might the whole. */
  readonly decides: boolean;
  /** What a condition on a field was asked of. */
  readonly value?: unknown;
  /** Of a relation, one for each related asset; of a condition on a field, none. */
  readonly parts: readonly Judged[];
}

/** Judges every part of an expression for an asset. */
export function judgeParts(expression: Expression, read: ReadField, asset: Asset, decides = true): Judged {
  const truth = truthOf(expression, read, asset);
  const below = partsOf(expression, read, asset).map(([part, record]) => ({
    part,
    record,
    truth: truthOf(part, read, record),
  }));
  const decidesHere = (of: Truth): boolean => decides && isDecisive(expression, truth, of);
  const parts = below.map(({ part, record, truth: of }) => judgeParts(part, read, record, decidesHere(of)));
  const value = isLeaf(expression) ? { value: wholeOrUnread(read(asset, expression.field)) } : {};
  return { expression, record: asset, truth, decides, parts, ...value };
}

const wholeOrUnread = (value: unknown): unknown => (isUnread(value) ? UNREAD : value);

function truthOf(expression: Expression, read: ReadField, asset: Asset): Truth {
  const { certainly, possibly } = compile(expression, read);
  if (certainly.isTrue(asset)) return 'true';
  if (certainly.isFalse(asset)) return 'false';
  return possibly.isTrue(asset) || possibly.isFalse(asset) ? 'unread' : 'unknown';
}

function partsOf(expression: Expression, read: ReadField, asset: Asset): readonly (readonly [Expression, Asset])[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.map((part) => [part, asset] as const);
    case 'not':
      return [[expression.of, asset]];
    case 'some':
    case 'all':
    case 'single':
      return related(read(asset, expression.field), expression.of).map((record) => [expression.of, record] as const);
    case 'additionalKey':
      return related(additionalKeysOf(asset), expression.of).map((record) => [expression.of, record] as const);
    default:
      return [];
  }
}

/** Whether a part that came out like that is why the whole came out as it did. */
function isDecisive({ kind }: Expression, whole: Truth, part: Truth): boolean {
  // All were needed to make AND true and OR false; one is enough for the opposite.
  if (kind === 'and' || kind === 'or') return whole === part;
  if (kind === 'not') return true;
  if (whole === 'true' || whole === 'unread') return whole === part;
  return kind !== 'all' || part !== 'true';
}

const related = (value: unknown, of: Expression): readonly Asset[] =>
  value === UNREAD ? [] : [value].flat().filter((item): item is Asset => isAsked(item, of));

/** What may not be there decides nothing; that there is one, whatever it is like, decides whether there is any. */
function isAsked(item: unknown, of: Expression): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const stands = standsFor(item);
  return stands === 'someCertainly' ? of.kind === 'always' : stands !== 'anyNumber';
}
