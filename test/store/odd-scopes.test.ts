import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { scanAccount } from '../../src/store/scan-account.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { START_MS } from '../support/databases.ts';
import { withStore } from './kept-account.ts';
import { accountOf, backends } from './scanned-accounts.ts';

/** What ends a text in SQL, in JSON, in an array; what a pattern is made of; what commands a terminal. */
const PARTS = [
  "'",
  '"',
  '\\',
  '%',
  '_',
  '{',
  '}',
  ',',
  '$1',
  '--',
  ';',
  '::text',
  'NULL',
  '\n',
  '\u0001',
  '\u001b[2J',
  '\u{1f600}',
  'é',
  'a',
  'B',
  '=',
];
const oddTexts = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const COUNT = '{ iamUsersAggregate { count } findingsAggregate(where:{accountName:"x"}) { count } }';

describe.each(Object.entries(backends))('whatever the texts of a scope, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    store = await open();
  }, START_MS);
  afterAll(() => store?.stop());

  const asked = (text: string, scope: Partial<ScopeRequest> = {}, variables = {}) =>
    withStore(store.database, scope, async (inventory) => (await ask(inventory, { text, variables })).result);

  test('an account is found by its own name and tags, and by no others', async () => {
    const texts = fc.tuple(oddTexts, oddTexts, oddTexts, oddTexts);
    await fc.assert(
      fc.asyncProperty(texts, async ([name, key, value, other]) => {
        await scanAccount(
          store.database,
          accountOf({ IAMUser: [{ userName: 'ana' }] }),
          { name, tags: { [key]: value } },
          '0.0.0',
        );
        for (const scope of [
          { connectors: [name] },
          { tags: { [key]: value } },
          { connectors: [name], tags: { [key]: value } },
        ])
          expect([scope, (await asked(COUNT, scope)).data]).toMatchObject([scope, { iamUsersAggregate: { count: 1 } }]);
        for (const scope of [
          { connectors: [`${name}${other}`] },
          { tags: { [key]: `${value}${other}` } },
          { tags: { [`${other}${key}`]: value } },
        ])
          expect([scope, (await asked(COUNT, scope)).data]).toEqual([
            scope,
            { iamUsersAggregate: null, findingsAggregate: null },
          ]);
      }),
      { numRuns: 10 },
    );
  });

  test('the arguments of named fields are numbers and times, and nothing else is asked', async () => {
    await scanAccount(store.database, accountOf({ IAMUser: [{ userName: 'ana' }] }), {}, '0.0.0');
    const named = Object.entries(namedFields).map(([field, of]) => ({ field, hasDays: 'days' in of }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...named), oddTexts, async ({ field, hasDays }, text) => {
        const argument = hasDays ? 'days' : 'asOf';
        const written = `{ ${field}(${argument}: ${JSON.stringify(text)}) { __typename } }`;
        const bound = `query($value: ${hasDays ? 'Int' : 'DateTime'}) { ${field}(${argument}: $value) { __typename } }`;
        for (const result of [await asked(written), await asked(bound, {}, { value: text })]) {
          expect(result.data).toBeUndefined();
          expect(String(result.errors?.[0]?.extensions['code'])).toMatch(
            /^(?:BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a text that is no cursor is refused', async () => {
    for (const after of PARTS) {
      const { data, errors } = await asked(
        'query($after:String){ iamUsersConnection(after: $after) { totalCount } findingsConnection(after: $after) { totalCount } }',
        {},
        { after },
      );
      expect(data).toBeUndefined();
      expect(errors?.[0]?.message).toContain('after is no cursor of this list');
    }
  });
});
