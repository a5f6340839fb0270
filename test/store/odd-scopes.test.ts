import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { rootFieldsOf } from '../../src/graphql/root-fields.ts';
import { type AssetTypeName, catalogue } from '../../src/iam/catalogue.generated.ts';
import { instantOf } from '../../src/iam/instant.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { scanAccount } from '../../src/store/scans/scan-account.ts';
import type { ScopeRequest } from '../../src/store/scope.ts';
import { START_MS } from '../support/databases.ts';
import { forgedCursor } from '../support/forged-cursor.ts';
import { keepAccount, withStore } from './kept-account.ts';
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

/** A page of a type by one field. */
const pageBy = (type: AssetTypeName, field: string): string =>
  `query($after:String){${rootFieldsOf(catalogue[type].root).connection}(sort:[{${field}:ASC}], after:$after){totalCount edges{cursor}}}`;

const values: readonly (readonly [type: AssetTypeName, field: string, values: readonly string[]])[] = [
  ['IAMUser', 'userName', ['1', 'true', '["a"]', '{"a":1}']],
  ['IAMUser', 'createDate', ['"2026-02-30T00:00:00+00:00"', '"2026-01-01"', '"now"', '0']],
  ['IAMUserCredentials', 'mfaActive', ['"true"', '1', '0']],
  ['IAMPasswordPolicy', 'maxPasswordAge', ['"1"', '1.5', '1e999', '2147483648', 'false']],
];
const bodies = ['["x"]', '[null,"x"]', '[null,"x","a","b"]', '[null,["a",1],"a"]', '[1,"x","a"]', '['];

/** Cursors whose check is right, of what no list of these fields has written. */
const FORGED: readonly (readonly [text: string, after: string])[] = [
  ...values.flatMap(([type, field, wrong]) =>
    wrong.map((value) => [pageBy(type, field), forgedCursor(type, [[field, 'ASC']], `[null,"x",${value}]`)] as const),
  ),
  ...bodies.map(
    (body) => [pageBy('IAMUser', 'userName'), forgedCursor('IAMUser', [['userName', 'ASC']], body)] as const,
  ),
];

/** A cursor of users by name, not as it was given, and where it is not of. */
const elsewhere = (cursor: string): typeof FORGED => [
  ...[cursor.slice(0, -1), cursor.slice(8), `${cursor}${cursor}`, 'A'.repeat(1_000_000)].map(
    (after) => [pageBy('IAMUser', 'userName'), after] as const,
  ),
  [pageBy('IAMUser', 'arn'), cursor],
  [pageBy('IAMGroup', 'arn'), cursor],
  [pageBy('IAMUser', 'userName').replace('ASC', 'DESC'), cursor],
];

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

  test('a cursor of another list, or with values that the list cannot have, is refused by every source', async () => {
    const account = accountOf({ IAMUser: [{ userName: 'ana' }] });
    const kept = await keepAccount(store.database, account.inventory());
    const askedOf = (inventory: Inventory) => async (text: string, after?: string) =>
      (await ask(inventory, { text, variables: { after } })).result;
    const sources = {
      memory: askedOf(account.inventory()),
      snapshot: askedOf(kept.snapshot()),
      store: (text: string, after?: string) =>
        withStore(store.database, { connectors: [kept.connector] }, (inventory) => askedOf(inventory)(text, after)),
    };
    for (const [source, answer] of Object.entries(sources)) {
      const first = await answer(pageBy('IAMUser', 'userName'));
      const [cursor] = JSON.stringify(first.data).match(/(?<="cursor":")[^"]+/) as [string];
      // What it was given for, it is good for.
      expect((await answer(pageBy('IAMUser', 'userName'), cursor)).errors).toBeUndefined();
      for (const [text, after] of [...FORGED, ...elsewhere(cursor)]) {
        const { data, errors } = await answer(text, after);
        const said = [source, text, after.slice(0, 80), data, errors?.map(({ message }) => message)];
        const message = expect.stringContaining('after is no cursor of this list');
        expect(said).toEqual([source, text, after.slice(0, 80), undefined, [message]]);
      }
    }
  });

  test('a cursor of other accounts is refused, and one of the same is not', async () => {
    const account = accountOf({ IAMUser: [{ userName: 'ana' }] });
    await scanAccount(store.database, account, { name: 'two', tags: { team: 'a' } }, '0.0.0');
    const page = pageBy('IAMUser', 'userName');
    const inScope = (scope: Partial<ScopeRequest>) => (after?: string) => asked(page, scope, { after });
    const ways = [
      inScope({}),
      inScope({ connectors: ['two'] }),
      inScope({ connectors: ['two', '111122223333'] }),
      inScope({ tags: { team: 'a' } }),
      inScope({ asOf: instantOf(new Date()) }),
      async (after?: string) => (await ask(account.inventory(), { text: page, variables: { after } })).result,
    ];
    for (const [given, give] of ways.entries()) {
      const [cursor] = JSON.stringify((await give()).data).match(/(?<="cursor":")[^"]+/) as [string];
      for (const [taken, take] of ways.entries()) {
        const errors = (await take(cursor)).errors?.map(({ message }) => message) ?? [];
        const refused = [expect.stringContaining('after is a cursor of other accounts')];
        expect([given, taken, errors]).toEqual([given, taken, given === taken ? [] : refused]);
      }
    }
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
