import { describe, expect, test } from 'vitest';
import { asksForNone, holds, parseExpectation, renderExpectation } from '../../src/controls/expectation.ts';
import { IamqlError } from '../../src/iam/error.ts';

describe('parseExpectation', () => {
  test.each([
    ['eq []', { comparator: 'eq', expected: [] }],
    ['neq []', { comparator: 'neq', expected: [] }],
    ['  eq   true', { comparator: 'eq', expected: true }],
    ['eq null', { comparator: 'eq', expected: null }],
    ['eq -1.5e3', { comparator: 'eq', expected: -1500 }],
    ['eq "a b"', { comparator: 'eq', expected: 'a b' }],
    ['neq {"a":[1,{"b":null}]}', { comparator: 'neq', expected: { a: [1, { b: null }] } }],
    ['eq\n[]\n', { comparator: 'eq', expected: [] }],
  ])('%j', (text, expected) => {
    const parsed = parseExpectation(text);
    expect(parsed).toEqual(expected);
    expect(parseExpectation(renderExpectation(parsed))).toEqual(parsed);
  });

  test.each(['', 'eq', 'eq ', '[]', 'is []', 'EQ []', 'eq[]', 'eq [', 'eq [] []', "eq 'a'", 'eq undefined', 'eq NaN'])(
    '%j is none',
    (text) => {
      expect(() => parseExpectation(text)).toThrow(IamqlError);
      expect(() => parseExpectation(text)).toThrow('is not "eq" or "neq" and a JSON value');
    },
  );
});

/** As graphql-js makes them. */
const withoutPrototype = (fields: object): object => Object.assign(Object.create(null), fields);

describe('holds', () => {
  test.each<[expectation: string, value: unknown, result: boolean]>([
    ['eq []', [], true],
    ['eq []', [null], false],
    ['eq []', null, false],
    ['eq []', {}, false],
    ['neq []', [1], true],
    ['neq []', [], false],
    ['eq null', null, true],
    ['eq null', undefined, false],
    ['eq 1', '1', false],
    ['eq [1,2]', [2, 1], false],
    ['eq [1]', [1, 2], false],
    ['eq {"a":1,"b":2}', withoutPrototype({ b: 2, a: 1 }), true],
    ['eq {"a":1}', withoutPrototype({ a: 1, b: 2 }), false],
    ['eq {"a":1,"b":2}', withoutPrototype({ a: 1 }), false],
    ['eq {"toString":1}', {}, false],
    ['neq [{"a":1}]', [withoutPrototype({ a: 1 })], false],
    ['eq {"0":1}', [1], false],
    ['eq true', [true, true], true],
    ['eq true', [true, false], false],
    ['eq true', [true, null], false],
    ['eq true', [], false],
    ['neq true', [false, null], true],
    ['neq true', [false, true], false],
    ['neq true', [], true],
    ['eq null', [null], true],
    ['eq [true]', [true, true], false],
  ])('%s of %j is %j', (expectation, value, result) => {
    expect(holds(parseExpectation(expectation), value)).toBe(result);
  });
});

test('only eq [] takes what is selected for what is wrong', () => {
  const texts = ['eq []', 'neq []', 'eq [1]', 'eq null', 'eq {}'];
  expect(texts.filter((text) => asksForNone(parseExpectation(text)))).toEqual(['eq []']);
});
