import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask } from '../../src/graphql/ask.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory } from '../inventory/live-account.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { databases, START_MS } from '../support/databases.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

type Line = Readonly<Record<string, unknown>>;

const [header = '', ...lines] = (await snapshotOf(openSample().inventory())).trimEnd().split('\n');
const { sha256: _digest, ...unsigned } = JSON.parse(header) as Line;
const assets = lines.map((line) => JSON.parse(line) as Line);

/** What ends a text in SQL, in JSON, in an array or in COPY; what a pattern is made of; what Postgres cannot keep. */
const PARTS = [
  "'",
  "''",
  '"',
  '\\',
  '\\\\',
  '\\.',
  '\\N',
  '%',
  '_',
  '{',
  '}',
  ',',
  '$1',
  '--',
  ';',
  '/*',
  '::text',
  'NULL',
  'null',
  '\n',
  '\r',
  '\t',
  '\v',
  '\b',
  ' ',
  '\u0000',
  '\u0001',
  '\u0002',
  '\u0003',
  '\u0004',
  '\u007f',
  '\u0080',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\ufffd',
  '\u{1f600}',
  '\u{10ffff}',
  'e\u0301',
  '\u00e9',
  'ß',
  'SS',
  'ı',
  'I',
  'a',
  'B',
  '',
];

const oddTexts = fc.array(fc.constantFrom(...PARTS), { maxLength: 4 }).map((parts) => parts.join(''));

const TEXT = `query($where:IAMRoleWhere,$sort:[IAMRoleSort!]){
  iamRoles(where:$where,options:{sort:$sort}){identifier description path tags{key value} hasIAMAssumeRolePolicyStatement{actions}}
  iamRolesConnection(where:$where,sort:$sort){totalCount}
}`;

/** The sample with such texts in the place of its roles' descriptions, paths and of a list. */
function accountWith(texts: readonly string[]): string {
  let next = 0;
  const text = () => texts[next++ % texts.length];
  const edited = assets.map((asset) => {
    if (asset['__typename'] === 'IAMRole') return { ...asset, description: text(), path: text() };
    if (asset['__typename'] === 'IAMTag') return { ...asset, key: text(), value: text() };
    if (asset['__typename'] === 'IAMAssumeRolePolicyStatement') return { ...asset, actions: [text(), text()] };
    return asset;
  });
  return [unsigned, ...edited].map((line) => `${JSON.stringify(line)}\n`).join('');
}

const wheres = (text: string): readonly object[] => [
  ...['', '_NOT', '_CONTAINS', '_NOT_CONTAINS', '_STARTS_WITH', '_NOT_STARTS_WITH', '_ENDS_WITH', '_NOT_ENDS_WITH'].map(
    (suffix) => ({ [`description${suffix}`]: text }),
  ),
  { path_IN: [text, 'x'] },
  { path_NOT_IN: ['x', text] },
  { tags_SOME: { OR: [{ key: text }, { value_ENDS_WITH: text }] } },
  { hasIAMAssumeRolePolicyStatement_SOME: { actions_INCLUDES: text } },
  { hasIAMAssumeRolePolicyStatement_ALL: { actions: [text, text] } },
  { identifier: text },
];

const answerOf = (inventory: Inventory, where: object, direction = 'ASC') =>
  askInventory(inventory, TEXT, { where, sort: [{ description: direction }, { path: 'DESC' }] });

describe.each(Object.keys(databases))('on %s', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
    await migrate(database, catalogue);
  }, START_MS);
  afterAll(() => database.close());

  test('any text is a text, wherever it stands', async () => {
    const texts = fc.array(oddTexts, { minLength: 6, maxLength: 14 });
    const agrees = fc.asyncProperty(texts, async (some) => {
      const kept = await keepAccount(database, reopen(accountWith(some)));
      const snapshot = kept.snapshot();
      await withStore(database, {}, async (store) => {
        for (const text of some.slice(0, 4)) {
          for (const where of wheres(text)) {
            expect([where, await answerOf(store, where)]).toEqual([where, await answerOf(snapshot, where)]);
          }
        }
      });
    });
    await fc.assert(agrees, { numRuns: 4, endOnFailure: true });
  });

  test('a page begins behind any text', async () => {
    const kept = await keepAccount(database, reopen(accountWith(PARTS)));
    const pages = async (inventory: Inventory) => {
      const seen: unknown[] = [];
      let after: string | null = null;
      do {
        const { result } = await ask(inventory, {
          text: `query($after:String){iamRolesConnection(first:1,after:$after,sort:[{path:DESC},{description:ASC}]){pageInfo{endCursor hasNextPage} edges{node{identifier path}}}}`,
          variables: { after },
        });
        expect(result.errors).toBeUndefined();
        const { pageInfo, edges } = (result.data?.['iamRolesConnection'] ?? {}) as {
          pageInfo: { endCursor: string; hasNextPage: boolean };
          edges: readonly { node: unknown }[];
        };
        seen.push(...edges.map(({ node }) => node));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null && seen.length < 20);
      return seen;
    };
    const expected = await pages(kept.snapshot());
    expect(expected).toHaveLength(6);
    expect(await withStore(database, {}, pages)).toEqual(expected);
  });

  describe('of what is at the edge of its type', () => {
    let kept: KeptAccount;
    beforeEach(async () => {
      kept = await keepAccount(database, openSample().inventory());
    });
    const same = async (text: string, variables: Readonly<Record<string, unknown>> = {}) => {
      const expected = await askInventory(kept.snapshot(), text, variables);
      expect(await withStore(database, {}, (store) => askInventory(store, text, variables))).toEqual(expected);
      return expected;
    };

    test.each([
      ['the largest Int', 'iamAccountSummaryItems(where:{value_LTE:2147483647}){key}'],
      ['the smallest Int', 'iamAccountSummaryItems(where:{value_GT:-2147483648}){key}'],
      ['an instant below the microsecond', 'iamUsers(where:{createDate_GT:"2026-10-30T13:00:00.0000001Z"}){userName}'],
      ['the first year', 'iamUsers(where:{createDate_LT:"0001-01-01T00:00:00Z"}){userName}'],
      ['the last year', 'iamUsers(where:{createDate_LT:"9999-12-31T23:59:59.999999999Z"}){userName}'],
    ])('%s', async (_name, text) => {
      expect((await same(text)).errors).toEqual([]);
    });

    test('thousands of items', async () => {
      const names = Array.from({ length: 20_000 }, (_, n) => `user-${n}`);
      const text =
        'query($names:[String!]){iamUsers(where:{userName_IN:$names}){userName} iamUsersAggregate(where:{userName_NOT_IN:$names}){count}}';
      const { data } = await same(text, { names: [...names, 'ana'] });
      expect(data?.['iamUsers']).toEqual([{ userName: 'ana' }]);
    });

    test('a text of a million characters', async () => {
      const text = 'query($text:String){iamUsers(where:{OR:[{userName_CONTAINS:$text},{userName:"ana"}]}){userName}}';
      expect((await same(text, { text: `'\\%`.repeat(350_000) })).data?.['iamUsers']).toHaveLength(1);
    });

    const nested = (keys: readonly string[], leaf: object): object =>
      keys.reduceRight((inner, key) => ({ [key]: inner }), leaf);
    const times = (count: number, ...keys: readonly string[]) => Array.from({ length: count }, () => keys).flat();
    const DEEP = 'query($where:IAMUserWhere){iamUsers(where:$where){userName}}';

    test.each<[string, object]>([
      ['two thousand conditions', { OR: Array.from({ length: 1_990 }, (_, n) => ({ userName_CONTAINS: `ana-${n}` })) }],
      ['NOT in NOT', nested(times(28, 'NOT'), { userName: 'ana' })],
      ['relations in relations', nested(times(14, 'hasIAMGroup_SOME', 'users_SOME'), { userName_NOT: 'ana' })],
      ['all of all', nested(times(3, 'hasIAMGroup_ALL', 'users_ALL'), { userName_NOT: 'ana' })],
      ['single of single', nested(times(3, 'hasIAMGroup_SINGLE', 'users_SINGLE'), { userName_NOT: 'ana' })],
    ])('%s', async (_name, where) => {
      expect((await same(DEEP, { where })).errors).toEqual([]);
    });

    test('all of all of all, which comes to more than a statement may have', async () => {
      const where = nested(times(14, 'hasIAMGroup_ALL', 'users_ALL'), { userName_NOT: 'ana' });
      const { errors } = await withStore(database, {}, (store) => askInventory(store, DEEP, { where }));
      expect(errors).toEqual([expect.stringMatching(/BAD_USER_INPUT .*ask it in parts/)]);
    });
  });

  test('half a character is refused, and never looked for', async () => {
    await keepAccount(database, reopen(accountWith(['\ufffd'])));
    for (const where of [
      { description: '\ud83d' },
      { OR: [{ path_IN: ['a', 'b\ude00'] }] },
      { tags_NONE: { key_CONTAINS: '\ud83d' } },
    ]) {
      const answers = [
        await askInventory(openSample().inventory(), TEXT, { where }),
        await withStore(database, {}, (store) => askInventory(store, TEXT, { where })),
      ];
      for (const { errors, data } of answers) {
        expect(data).toBeUndefined();
        expect(errors).toEqual([expect.stringMatching(/BAD_USER_INPUT .*half of a surrogate pair/), expect.anything()]);
      }
    }
  });
});
