import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/iam/assets.ts';
import type { AssetTypeName } from '../../src/iam/catalogue.generated.ts';
import { type Compiled, compile, type Predicate } from '../../src/where/evaluate.ts';
import { preparePatterns } from '../../src/where/patterns.ts';
import { WhereError } from '../../src/where/read-where.ts';
import { judgeParts } from '../../src/where/why.ts';
import { isMeaningless, type Kleene, naiveReading, type Where } from './naive-reading.ts';
import { records, recordsOf, unreadServers } from './random-servers.ts';
import { constraints, entryOf, keysOf, wheres } from './random-where.ts';
import { readJson } from './read-server-where.ts';
import { Tally } from './tally.ts';

// The engine for patterns is loaded once; every pattern after that is compiled where it is met.
beforeAll(() => preparePatterns({ kind: 'matches', type: 'Server' as AssetTypeName, field: 'zone', value: '' }));

const read = (asset: Asset, field: string): unknown => asset[field];

const compiled = (where: Where): Compiled => compile(readJson('Server', where), read);

/** True, false or unknown; of both at once there is no such answer. */
function answer({ isTrue, isFalse }: Predicate, asset: Asset): Kleene | 'both' {
  if (isTrue(asset)) return isFalse(asset) ? 'both' : true;
  return isFalse(asset) ? false : null;
}

const answerOf = (where: Where, server: Asset) => answer(compiled(where).certainly, server);

describe('with every fact read, a where means what the naive reading says', () => {
  test('any where, of any server', () => {
    const outcomes = new Tally();
    const agrees = fc.property(wheres('Server'), records('Server'), (where, server) => {
      const expected = naiveReading('Server', where, server);
      const { certainly, possibly } = compiled(where);
      expect([answer(certainly, server), answer(possibly, server)]).toEqual([expected, expected]);
      outcomes.count(expected);
    });
    fc.assert(agrees, { numRuns: 4_000 });
    outcomes.expectEach([true, false], 0.15);
    outcomes.expectEach([null], 0.02);
  });

  test.each(keysOf('Server'))('$key alone', (key) => {
    const outcomes = new Tally();
    const servers = recordsOf('Server', [key.name], 1);
    const agrees = fc.property(entryOf(key, 'meant', 1), servers, ([name, asked], server) => {
      const where = { [name]: asked };
      const expected = naiveReading('Server', where, server);
      expect(answerOf(where, server)).toBe(expected);
      outcomes.count(expected);
    });
    fc.assert(agrees, { numRuns: 300 });
    // The rarest comes out once in twelve times: not once in 300 is one run of 10^10.
    outcomes.expectEach(key.field.nullable && !key.field.relation ? [true, false, null] : [true, false], 0);
  });

  test('what --why says of the whole is the same answer', () => {
    const agrees = fc.property(wheres('Server'), records('Server'), (where, server) => {
      const expected = naiveReading('Server', where, server);
      const { truth } = judgeParts(readJson('Server', where), read, server);
      expect(truth).toBe(expected === null ? 'unknown' : String(expected));
    });
    fc.assert(agrees, { numRuns: 500 });
  });

  test('a null that means nothing is refused, wherever it stands, and no other', () => {
    const outcomes = new Tally();
    const agrees = fc.property(wheres('Server', 'any'), (where) => {
      const refused = isMeaningless('Server', where);
      if (refused) expect(() => readJson('Server', where)).toThrow(WhereError);
      else expect(readJson('Server', where)).toHaveProperty('kind');
      outcomes.count(refused);
    });
    fc.assert(agrees, { numRuns: 2_000 });
    outcomes.expectEach([true, false], 0.05);
  });
});

/** Both answers of a where, with what was not read taken in both ways. */
const fourAnswers = (where: Where, server: Asset) => {
  const { certainly, possibly } = compiled(where);
  return [certainly, possibly].map(({ isTrue, isFalse }) => [isTrue(server), isFalse(server)]);
};

describe('the laws of three-valued logic hold, whatever was not read', () => {
  const servers = unreadServers.map(({ server }) => server);

  // What asks for nothing is left out of these two: it asks for nothing below NOT as well.
  const parts = fc.array(constraints('Server'), { minLength: 1, maxLength: 3 });
  test.each([
    ['AND', 'OR'],
    ['OR', 'AND'],
  ])('NOT over %s is %s of NOT (De Morgan)', (outer, inner) => {
    const isLaw = fc.property(parts, servers, (of, server) => {
      const negated = of.map((NOT) => ({ NOT }));
      expect(fourAnswers({ NOT: { [outer]: of } }, server)).toEqual(fourAnswers({ [inner]: negated }, server));
    });
    fc.assert(isLaw, { numRuns: 500 });
  });

  test('NOT over NOT is as if there were none', () => {
    const isLaw = fc.property(wheres('Server'), servers, (where, server) => {
      expect(fourAnswers({ NOT: { NOT: where } }, server)).toEqual(fourAnswers(where, server));
    });
    fc.assert(isLaw, { numRuns: 500 });
  });

  test('several keys in one object are AND', () => {
    const isLaw = fc.property(wheres('Server'), servers, (where, server) => {
      const AND = Object.entries(where).map(([key, value]) => ({ [key]: value }));
      expect(fourAnswers({ AND }, server)).toEqual(fourAnswers(where, server));
    });
    fc.assert(isLaw, { numRuns: 500 });
  });

  test('a negated key is NOT over the key', () => {
    const negatedKeys = keysOf('Server').filter(({ operator }) => operator.isNegated);
    const plain = (key: string): string => key.replace('_NONE', '_SOME').replace('_NOT', '');
    const entry = fc.constantFrom(...negatedKeys).chain((key) => entryOf(key, 'meant', 2));
    const isLaw = fc.property(entry, servers, ([key, value], server) => {
      const NOT = { [plain(key)]: value };
      expect(fourAnswers({ [key]: value }, server)).toEqual(fourAnswers({ NOT }, server));
    });
    fc.assert(isLaw, { numRuns: 1_000 });
  });
});

test('with facts not read, what is certain holds of every completion, and what is not possible of none', () => {
  const outcomes = new Tally();
  const open = new Tally();
  const holds = fc.property(wheres('Server'), unreadServers, (where, { server, completed }) => {
    const { certainly, possibly } = compiled(where);
    const answers = completed.map((one) => naiveReading('Server', where, one));
    const [certain, possible] = [answer(certainly, server), fourAnswers(where, server)[1]];
    if (certain !== null) expect(answers).toEqual(answers.map(() => certain));
    if (!possible?.[0]) expect(answers).not.toContain(true);
    if (!possible?.[1]) expect(answers).not.toContain(false);
    const isOpen = certain === null && possibly.isTrue(server);
    outcomes.count(isOpen ? 'undecided' : certain);
    // What was not read did matter: it came out in more than one way.
    if (isOpen) open.count(new Set(answers).size > 1);
  });
  fc.assert(holds, { numRuns: 4_000 });
  outcomes.expectEach([true, false, 'undecided'], 0.1);
  open.expectEach([true], 0.2);
});
