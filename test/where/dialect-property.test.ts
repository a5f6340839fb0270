import fc from 'fast-check';
import { type OperationDefinitionNode, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { rewriteDocument, rewriteVariables } from '../../src/graphql/dialect.ts';
import type { Asset } from '../../src/iam/assets.ts';
import { compile } from '../../src/where/evaluate.ts';
import { type Kleene, naiveReading, type Where } from './naive-reading.ts';
import { textOf, withOperatorObjects, wordsOf } from './operator-objects.ts';
import { inTurn, records } from './random-servers.ts';
import { entryOf, keysOf, wheres } from './random-where.ts';
import { readServerWhere, type Written } from './read-server-where.ts';
import { schema, types } from './server-schema.ts';
import { Tally } from './tally.ts';

const servers = fc.array(records('Server'), { minLength: 3, maxLength: 3 });

/** A where in the flat form, and the same with operator objects wherever the numbers say so. */
const written = fc
  .tuple(wheres('Server'), fc.array(fc.nat(11), { minLength: 1, maxLength: 20 }))
  .map(([flat, numbers]) => {
    const next = inTurn(numbers);
    return { flat, mixed: withOperatorObjects('Server', flat, (below) => next() % below) };
  });

const rewrite = (text: string): string => {
  const { value, errors } = rewriteDocument(schema, parse(text), types);
  expect(errors).toEqual([]);
  return print(value);
};

const question = (where: unknown): string => print(parse(`{ servers(where: ${textOf(where)}) { identifier } }`));

async function answersOf(asked: Written, of: readonly Asset[]): Promise<readonly Kleene[]> {
  const { expression } = await readServerWhere(asked);
  const { isTrue, isFalse } = compile(expression, (asset, field) => asset[field]).certainly;
  return of.map((server) => (isTrue(server) ? true : isFalse(server) ? false : null));
}

const readNaively = (where: Where, of: readonly Asset[]): readonly Kleene[] =>
  of.map((server) => naiveReading('Server', where, server));

test('rewriting a text takes every operator object out, and what it gives is left alone', () => {
  const changes = new Tally();
  const isFixed = fc.property(written, ({ flat, mixed }) => {
    const once = rewrite(question(mixed));
    expect(rewrite(once)).toBe(once);
    expect(rewrite(question(flat))).toBe(question(flat));
    changes.count(once !== question(mixed));
  });
  fc.assert(isFixed, { numRuns: 1_500 });
  changes.expectEach([true], 0.3);
});

test('a text with operator objects means what it does in the flat form', async () => {
  const outcomes = new Tally();
  const means = fc.asyncProperty(written, servers, async ({ flat, mixed }, of) => {
    const expected = readNaively(flat, of);
    // Validation is part of it: no operator object passes that.
    expect(await answersOf({ where: textOf(mixed) }, of)).toEqual(expected);
    expected.forEach((answer) => void outcomes.count(answer));
  });
  await fc.assert(means, { numRuns: 800 });
  outcomes.expectEach([true, false], 0.1);
});

test('so it does in variables and in what they are by default', async () => {
  const declared = '($where: ServerWhere)';
  const operation = parse(`query${declared} { __typename }`).definitions[0] as OperationDefinitionNode;
  const means = fc.asyncProperty(written, servers, async ({ flat, mixed }, of) => {
    const once = rewriteVariables(operation, { where: mixed }, types);
    expect(once.errors).toEqual([]);
    expect(rewriteVariables(operation, once.value, types)).toEqual(once);
    const expected = readNaively(flat, of);
    expect(await answersOf({ declared, where: '$where', variables: { where: mixed } }, of)).toEqual(expected);
    const byDefault = `($where: ServerWhere = ${textOf(mixed)})`;
    expect(await answersOf({ declared: byDefault, where: '$where' }, of)).toEqual(expected);
  });
  await fc.assert(means, { numRuns: 500 });
});

/** Two of the ways to write a key; beside an operator object, the bare name would be the same name twice. */
const keyInTwoWays = fc
  .constantFrom(...keysOf('Server').filter((key) => wordsOf(key).length > (key.operator.suffix === '' ? 1 : 0)))
  .chain((key) => {
    const ways = key.operator.suffix === '' ? wordsOf(key) : [undefined, ...wordsOf(key)];
    return fc.record({ key: fc.constant(key), ways: fc.shuffledSubarray([...ways], { minLength: 2, maxLength: 2 }) });
  });

const saidTwice = keyInTwoWays.chain(({ key, ways: [first, second] }) => {
  // Null is refused in an operator object of a relation.
  const entry = entryOf({ ...key, operator: { ...key.operator, ofNull: 'error' } }, 'meant', 1);
  return fc.tuple(entry, entry, wheres('Server')).map(([[name, one], [, other], beside]) => {
    const text = (way: string | undefined, value: unknown) =>
      way ? `${key.name}: {${way}: ${textOf(value)}}` : `${name}: ${textOf(value)}`;
    const both =
      first && second
        ? `${key.name}: {${first}: ${textOf(one)}, ${second}: ${textOf(other)}}`
        : `${text(first, one)}, ${text(second, other)}`;
    return {
      where: `{${both}, AND: ${textOf(beside)}}`,
      flat: { AND: [{ [name]: one }, { [name]: other }, beside] },
    };
  });
});

test('a key that is said in two ways is asked twice, beside what else is asked', async () => {
  const means = fc.asyncProperty(saidTwice, servers, async ({ where, flat }, of) => {
    expect(await answersOf({ where }, of)).toEqual(readNaively(flat, of));
    const once = rewrite(`{ servers(where: ${where}) { identifier } }`);
    expect(rewrite(once)).toBe(once);
  });
  await fc.assert(means, { numRuns: 800 });
});
