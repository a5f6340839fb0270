import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Control } from '../../src/controls/control.ts';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { judge } from '../../src/controls/judge.ts';
import { runControl } from '../../src/controls/run-control.ts';
import { ask } from '../../src/graphql/ask.ts';
import type { Database } from '../../src/store/database/database.ts';
import { StoreSource } from '../../src/store/store-source.ts';
import { withStore } from './kept-account.ts';
import { type Assets, accountOf, backends, type KeptScan, scan } from './scanned-accounts.ts';

const users = (mfaActive: boolean, ...names: readonly string[]): Assets => ({
  IAMUser: names.map((userName) => ({ userName, hasIAMUserCredentials: { mfaActive } })),
});

describe.each(Object.entries(backends))('as of an earlier scan, on %s', (_name, open) => {
  let store: Awaited<ReturnType<typeof open>>;
  let scans: readonly KeptScan[];
  beforeAll(async () => {
    store = await open();
    scans = [
      await scan(store.database, users(false, 'ana', 'bob')),
      await scan(store.database, users(true, 'ana', 'cid', 'dan')),
      await scan(store.database, users(true, 'cid')),
    ];
  });
  afterAll(() => store?.stop());

  const answer = (text: string) => answerOf(store.database, text);
  const at = (index: number): string => JSON.stringify(scans[index]?.endedAt);

  test('each root field of one text has a time of its own', async () => {
    const { data, errors } = await answer(`{
      first: iamUsers(asOf: ${at(0)}) { userName }
      second: iamUsersConnection(asOf: ${at(1)}, first: 2) { totalCount edges { node { userName } } }
      third: iamUsersAggregate(asOf: ${at(2)}) { count }
      now: iamUsers { userName }
      inline: AWSIAM8(asOf: ${at(0)}) { internalName }
      unused: AWSIAM3(days: 1, asOf: ${at(1)}) { internalName }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      first: [{ userName: 'ana' }, { userName: 'bob' }],
      second: { totalCount: 3, edges: [{ node: { userName: 'ana' } }, { node: { userName: 'cid' } }] },
      third: { count: 1 },
      now: [{ userName: 'cid' }],
      inline: [],
      unused: [],
    });
  });

  test('a text is judged out of what there was then, once for each time', async () => {
    const totalOf = (text: string) =>
      withStore(store.database, {}, async (inventory) => {
        const expectation = parseExpectation('eq []');
        const rule = { name: 'r', title: 'r', query: text, expect: expectation, informative: false, returnPath: '' };
        const control = { id: 'c', assetTypes: ['IAMUser'], parameters: {}, rules: [rule] } as unknown as Control;
        const { total } = await judge(inventory, { text }, expectation);
        const run = await runControl(inventory, control, { parameters: {} });
        expect(run.rules[0]?.total).toBe(total);
        return total;
      });
    const all = `iamUsers(asOf: ${at(1)}, where: { userName: "nobody" }) { userName }`;
    expect(await totalOf(`{ ${all} }`)).toBe(3);
    expect(await totalOf(`{ iamUsersConnection(asOf: ${at(2)}) { totalCount } }`)).toBe(1);
    expect(await totalOf(`{ then: ${all} again: ${all} now: iamUsers { userName } }`)).toBe(4);
    expect(await totalOf('{ iamUsers(asOf: "2020-01-01") { userName } }')).toBeUndefined();
  });

  test('relations lead to what was related then', async () => {
    const ana = (index: number): string =>
      `iamUsers(asOf: ${at(index)}, where: { userName: "ana" }) { hasIAMUserCredentials { mfaActive } }`;
    const { data } = await answer(`{ first: ${ana(0)} second: ${ana(1)} }`);
    const having = (mfaActive: boolean) => [{ hasIAMUserCredentials: { mfaActive } }];
    expect(data).toEqual({ first: having(false), second: having(true) });
  });

  test('between two scans it is as the earlier found it', async () => {
    const later = new Date(Date.parse(String(scans[1]?.endedAt)) + 1).toISOString();
    const { data } = await answer(`{ iamUsers(asOf: "${later}") { userName } }`);
    expect(data).toEqual({ iamUsers: ['ana', 'cid', 'dan'].map((userName) => ({ userName })) });
  });

  test('before the first scan nothing is known, which is no empty list', async () => {
    const { data, errors } = await answer(
      '{ iamUsers(asOf: "2020-01-01") { userName } iamUsersAggregate(asOf: "2020-01-01") { count } }',
    );
    expect(data).toEqual({ iamUsers: [null], iamUsersAggregate: { count: null } });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['NotCollected', 'NotCollected']);
    expect(errors?.[0]?.message).toContain('was not scanned by then');
  });

  test('a cursor is of one time', async () => {
    const page = await answer(`{ iamUsersConnection(asOf: ${at(1)}, first: 1) { pageInfo { endCursor } } }`);
    const cursor = JSON.stringify(
      (page.data as never as { iamUsersConnection: { pageInfo: { endCursor: string } } }).iamUsersConnection.pageInfo
        .endCursor,
    );
    const next = await answer(
      `{ iamUsersConnection(asOf: ${at(1)}, after: ${cursor}) { edges { node { userName } } } }`,
    );
    expect(next.data).toMatchObject({
      iamUsersConnection: { edges: [{ node: { userName: 'cid' } }, { node: { userName: 'dan' } }] },
    });
    for (const asOf of ['', `, asOf: ${at(0)}`]) {
      const { errors } = await answer(`{ iamUsersConnection(after: ${cursor}${asOf}) { totalCount } }`);
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    }
  });
});

test('what keeps nothing of another time says so', async () => {
  const { result } = await ask(accountOf(users(true, 'ana')).inventory(), {
    text: '{ iamUsers(asOf: "2026-01-01") { userName } }',
  });
  expect(result.data).toEqual({ iamUsers: null });
  expect(result.errors?.[0]).toMatchObject({
    extensions: { code: 'BAD_USER_INPUT' },
    message: expect.stringContaining('needs a store'),
  });
});

async function answerOf(database: Database, text: string) {
  const source = new StoreSource(database, { connectors: undefined, tags: {}, asOf: undefined });
  const { result } = await ask(source.inventory(), { text });
  await source.close();
  return { data: JSON.parse(JSON.stringify(result.data ?? null)), errors: result.errors };
}
