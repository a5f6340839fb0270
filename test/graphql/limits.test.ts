import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { prepareDocument } from '../../src/graphql/document.ts';
import { usualLimits as limits } from '../../src/graphql/limits.ts';
import { loadSchema } from '../../src/graphql/schema.ts';

const schema = loadSchema();

/** The refusals as `line:column message`. */
function refusals(text: string): readonly string[] {
  const { errors } = prepareDocument(schema, text);
  return (errors ?? []).map(({ message, locations }) => `${locations?.[0]?.line}:${locations?.[0]?.column} ${message}`);
}

/** A where inside NOTs; each opens one bracket, and the field, its arguments and the innermost where three more. */
const nested = (nots: number): string => `iamUsers(where:${'{NOT:'.repeat(nots)}{}${'}'.repeat(nots)}){arn}`;
const conditions = (count: number): string => `iamUsers(where:{OR:[${'{userName:"a"}'.repeat(count)}]}){arn}`;
const aliases = (count: number): string =>
  Array.from({ length: count }, (_, index) => `a${index}:rootUsers{arn}`).join(' ');
/** Fragment f0 has two fields, and each one after it spreads the one before twice. */
const doubling = (times: number): string =>
  Array.from({ length: times }, (_, index) => `fragment f${index + 1} on IAMUser{...f${index} ...f${index}}`).reduce(
    (text, fragment) => `${text} ${fragment}`,
    `iamUsers{...f${times}} fragment f0 on IAMUser{arn path}`,
  );
const chain = (length: number): string =>
  Array.from({ length }, (_, index) => `fragment f${index} on IAMUser{...f${index + 1}}`).reduce(
    (text, fragment) => `${text} ${fragment}`,
    `iamUsers{...f0} fragment f${length} on IAMUser{arn}`,
  );
/** Keys to their users and back: with two keys each, every step doubles the answer. */
const backAndForth = (times: number): string => `iamUsers{${'accessKeys{user{'.repeat(times)}arn${'}}'.repeat(times)}}`;

describe('up to the limit a text is read, and above it is refused', () => {
  test.each<[what: string, within: string, above: string, refusal: RegExp]>([
    [
      'characters',
      `iamUsers{arn} #${'x'.repeat(limits.maxTextLength - 15)}`,
      `iamUsers{arn} #${'x'.repeat(limits.maxTextLength - 14)}`,
      /^1:1 The text has 200,001 characters, 1 more than the limit of 200,000; --max-text-length raises it\.$/,
    ],
    [
      'tokens',
      conditions(3_990),
      conditions(4_100),
      /^1:\d+ The text has 20,514 tokens, 514 more than the limit of 20,000; --max-tokens raises it\.$/,
    ],
    [
      'brackets',
      nested(limits.maxDepth - 2),
      nested(limits.maxDepth - 1),
      /^1:331 The text has 65 brackets open at once, 1 more than the limit of 64; --max-depth raises it\.$/,
    ],
    [
      'fields, by fragments',
      doubling(8),
      doubling(9),
      /^1:1 The text has 3,071 selected fields, 1,071 more than the limit of 2,000; --max-selections raises it\.$/,
    ],
    [
      'aliases',
      aliases(limits.maxAliases),
      aliases(limits.maxAliases + 1),
      /^1:1 The text has 51 aliases, 1 more than/,
    ],
    [
      'fragments',
      chain(limits.maxFragments - 1),
      chain(limits.maxFragments),
      /^1:\d+ The text has 101 fragments, 1 more than/,
    ],
    [
      'fields inside fields',
      backAndForth(7),
      backAndForth(8),
      /^1:1 The text has 18 fields inside fields, 2 more than/,
    ],
  ])('%s', (_, within, above, refusal) => {
    expect(refusals(within)).toEqual([]);
    expect(refusals(above)).toEqual([expect.stringMatching(refusal)]);
  });

  test('fields inside fields are counted through fragments', () => {
    const through = (name: string, next: string) =>
      `fragment ${name} on IAMUser{accessKeys{user{accessKeys{user{${next}}}}}}`;
    const text = `iamUsers{...A} ${through('A', '...B')} ${through('B', '...C')} ${through('C', '...D')} ${through('D', 'arn')}`;
    expect(refusals(text)).toEqual([expect.stringMatching(/^1:1 The text has 18 fields inside fields, 2 more than/)]);
  });

  test('aliases are counted through fragments', () => {
    const text = `${aliases(20)} ...A ...A fragment A on Query{${aliases(20)}}`;
    expect(refusals(text)).toEqual([expect.stringMatching(/80 aliases, 30 more/)]);
  });
});

describe('what would cost much is refused by a limit, before it costs anything', () => {
  const megabyte = 1_000_000;
  test.each<[name: string, text: string, refusal: RegExp]>([
    ['a megabyte of open braces', '{a'.repeat(megabyte / 2), /1,000,000 characters, .* --max-text-length/],
    ['as many as the length allows', '{a'.repeat(limits.maxTextLength / 2), /100,000 brackets open .* --max-depth/],
    [
      'a megabyte of open lists',
      `iamUsers(where:{OR:${'['.repeat(megabyte)}`,
      /1,000,019 characters, .* --max-text-length/,
    ],
    [
      'as many lists as the length allows',
      `iamUsers(where:{OR:${'['.repeat(limits.maxTextLength - 20)}`,
      /199,982 brackets open .* --max-depth/,
    ],
    ['closed brackets', '}'.repeat(limits.maxTextLength), /200,000 tokens, .* --max-tokens/],
    ['a million fields by fragments', doubling(20), /6,291,455 selected fields, .* --max-selections/],
    ['fragments as deep as the tokens allow', chain(2_400), /2,401 fragments, .* --max-fragments/],
    ['one field after another', 'arn '.repeat(limits.maxTokens), /20,000 selected fields, .* --max-selections/],
    [
      'spreads of one fragment',
      `iamUsers{${'...AssetFragment '.repeat(6_000)}}`,
      /66,012 selected fields, .* --max-selections/,
    ],
    [
      'a string that does not end',
      `iamUsers(where:{userName:"${'a'.repeat(limits.maxTextLength - 30)}`,
      /Syntax Error: Unterminated string\./,
    ],
  ])('%s', (_, text, refusal) => {
    expect(refusals(text)).toEqual([expect.stringMatching(refusal)]);
  });
});

test('the introspection query of every client is within the limits', () => {
  const query = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });
  expect(refusals(query)).toEqual([]);
});

test('a body holds the longest text even if every character is a quote, and its variables', () => {
  expect(limits.maxBodyBytes).toBeGreaterThan(2 * limits.maxTextLength);
});

test('a text that was taken under usual limits is refused under others, and taken again', () => {
  const text = 'iamUsers{userName}';
  expect(prepareDocument(schema, text).errors).toBeUndefined();
  const [error] = prepareDocument(schema, text, { ...limits, maxTokens: 1 }).errors ?? [];
  expect(error?.message).toMatch(/tokens/);
  expect(prepareDocument(schema, text).document).toBeDefined();
});
