import { expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import { UNREAD } from '../../src/iam/unread.ts';
import { compile } from '../../src/where/evaluate.ts';
import type { Expression } from '../../src/where/expression.ts';

/** Fields that no asset type has: the logic does not depend on what is compared, only on how a relation is declared. */
const FIELDS = ['x', 'y'] as const;
const RELATIONS = ['hasIAMUserCredentials', 'accessKeys'] as const;
const VALUES: readonly unknown[] = [1, 2, null];
const TRIALS = 4_000;

/** The definition, as plainly as it can be written: true, false, or null for unknown, of an asset without UNREAD. */
function naive(expression: Expression, asset: Asset): boolean | null {
  switch (expression.kind) {
    case 'always':
      return true;
    case 'not': {
      const value = naive(expression.of, asset);
      return value === null ? null : !value;
    }
    case 'and': {
      const values = expression.of.map((part) => naive(part, asset));
      return values.includes(false) ? false : values.includes(null) ? null : true;
    }
    case 'or': {
      const values = expression.of.map((part) => naive(part, asset));
      return values.includes(true) ? true : values.includes(null) ? null : false;
    }
    case 'constant':
      return expression.value;
    case 'equals':
      return asset[expression.field] === null ? null : asset[expression.field] === expression.value;
    case 'isNull':
      return asset[expression.field] === null;
    case 'additionalKey':
      throw new Error('no random expression has one');
    case 'some': {
      const related = [asset[expression.field]].flat();
      return related.some((item) => item !== null && naive(expression.of, item as Asset) === true);
    }
    default:
      throw new Error('no random expression has one');
  }
}

const records: readonly Asset[] = VALUES.flatMap((x) => VALUES.map((y) => record(x, y)));

function record(x: unknown, y: unknown): Asset {
  return { __typename: 'Record', x, y };
}

function withRelations(asset: Asset, one: unknown, many: unknown): Asset {
  return { ...asset, hasIAMUserCredentials: one, accessKeys: many };
}

/** Every value that a fact may turn out to have. */
function valuesOf(fact: unknown): readonly unknown[] {
  return fact === UNREAD ? VALUES : [fact];
}

function recordsOf(item: unknown): readonly unknown[] {
  if (item === UNREAD) return [null, ...records];
  if (item === null) return [null];
  const { x, y } = item as { x: unknown; y: unknown };
  return valuesOf(x).flatMap((one) => valuesOf(y).map((other) => record(one, other)));
}

/** UNREAD in a list, or for one, is any number of related assets: none, one and two are enough for two conditions. */
function listsOf(list: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(list)) return [[], ...records.map((one) => [one]), ...records.map((one) => [one, record(2, 1)])];
  return list.reduce<readonly (readonly unknown[])[]>(
    (lists, item) => {
      const more = recordsOf(item).map((one) => (one === null ? [] : [one]));
      return lists.flatMap((before) => more.map((one) => [...before, ...one]));
    },
    [[]],
  );
}

function completionsOf(asset: Asset): readonly Asset[] {
  const own = recordsOf(asset) as readonly Asset[];
  return own.flatMap((facts) =>
    recordsOf(asset['hasIAMUserCredentials']).flatMap((one) =>
      listsOf(asset['accessKeys']).map((many) => withRelations(facts, one, many)),
    ),
  );
}

/** The same numbers in every run, so that a failure can be looked at again. Source: mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function randomAsset(random: (below: number) => number, unreadPercent: number): Asset {
  const fact = () => (random(100) < unreadPercent ? UNREAD : VALUES[random(3)]);
  const related = () => (random(100) < unreadPercent ? UNREAD : record(fact(), fact()));
  const one = random(4) === 0 ? null : related();
  const many = random(100) < unreadPercent ? UNREAD : Array.from({ length: random(3) }, related);
  return withRelations(record(fact(), fact()), one, many);
}

function randomExpression(random: (below: number) => number, depth: number, hasRelations: boolean): Expression {
  const type = 'IAMUser';
  const inner = (relations = hasRelations) => randomExpression(random, depth - 1, relations);
  const choice = depth === 0 ? random(2) : random(hasRelations ? 7 : 5);
  if (choice === 0) return { kind: 'equals', type, field: FIELDS[random(2)] as string, value: 1 + random(2) };
  if (choice === 1) return { kind: 'isNull', type, field: FIELDS[random(2)] as string };
  if (choice === 2) return { kind: 'not', of: inner() };
  if (choice < 5)
    return { kind: choice === 3 ? 'and' : 'or', of: Array.from({ length: 1 + random(3) }, () => inner()) };
  return { kind: 'some', type, field: RELATIONS[choice - 5] as string, of: inner(false) };
}

const read = (asset: Asset, field: string): unknown => asset[field];

test('without UNREAD, both answers are the definition', () => {
  const random = randomNumbers(1);
  for (let trial = 0; trial < TRIALS; trial++) {
    const expression = randomExpression(random, 3, true);
    const asset = randomAsset(random, 0);
    const expected = naive(expression, asset);
    for (const certainty of ['certainly', 'possibly'] as const) {
      const { isTrue, isFalse } = compile(expression, read)[certainty];
      const actual = { isTrue: isTrue(asset), isFalse: isFalse(asset) };
      expect(actual, JSON.stringify(expression)).toEqual({ isTrue: expected === true, isFalse: expected === false });
    }
  }
});

test('with UNREAD, what is certain holds for every completion, and what is not possible for none', () => {
  const random = randomNumbers(2);
  const seen = { certainlyTrue: 0, certainlyFalse: 0, impossiblyTrue: 0, impossiblyFalse: 0, undecided: 0 };
  for (let trial = 0; trial < TRIALS; trial++) {
    const expression = randomExpression(random, 3, true);
    const asset = randomAsset(random, 20);
    const { certainly: certain, possibly: possible } = compile(expression, read);
    const truths = new Set(completionsOf(asset).map((completion) => naive(expression, completion)));
    const wrong: string[] = [];
    const check = (name: keyof typeof seen, applies: boolean, holds: boolean): void => {
      if (applies) seen[name]++;
      if (applies && !holds) wrong.push(name);
    };
    check('certainlyTrue', certain.isTrue(asset), truths.size === 1 && truths.has(true));
    check('certainlyFalse', certain.isFalse(asset), truths.size === 1 && truths.has(false));
    check('impossiblyTrue', !possible.isTrue(asset), !truths.has(true));
    check('impossiblyFalse', !possible.isFalse(asset), !truths.has(false));
    check('undecided', possible.isTrue(asset) && !certain.isTrue(asset), true);
    expect(wrong, JSON.stringify({ expression, truths: [...truths] })).toEqual([]);
  }
  // Each was put to the test many times: random expressions that decide nothing would prove nothing.
  for (const [name, count] of Object.entries(seen)) expect(count, name).toBeGreaterThan(TRIALS / 20);
});
