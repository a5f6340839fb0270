import { parse } from 'graphql';
import type { Asset } from '../src/iam/assets.ts';
import { compile } from '../src/where/evaluate.ts';
import { readWhere, type WhereInput } from '../src/where/read-where.ts';
import { type Line, medians, ms } from './line.ts';

const USERS = 1_000_000;
const BY_HAND = 5;
const COMPILE_MS = 20;

/** Every fiftieth user has an active key that was never used. */
function user(index: number): Asset {
  const used = index % 3 === 0 ? null : '2024-04-01T01:02:00+00:00';
  const credentials = {
    __typename: 'IAMUserCredentials',
    accessKey1Active: index % 50 === 0 || used !== null,
    accessKey1LastUsedDate: index % 50 === 0 ? null : used,
    accessKey2Active: index % 7 === 0 && used !== null,
    accessKey2LastUsedDate: index % 7 === 0 ? used : null,
  };
  return { __typename: 'IAMUser', userName: `user-${index}`, hasIAMUserCredentials: credentials };
}

const founding: WhereInput = {
  hasIAMUserCredentials: {
    OR: [
      { accessKey1Active: true, accessKey1LastUsedDate: null },
      { accessKey2Active: true, accessKey2LastUsedDate: null },
    ],
  },
};

interface Credentials {
  readonly accessKey1Active: boolean | null;
  readonly accessKey1LastUsedDate: string | null;
  readonly accessKey2Active: boolean | null;
  readonly accessKey2LastUsedDate: string | null;
}

function byHand(asset: Asset): boolean {
  const row = asset['hasIAMUserCredentials'] as Credentials | null;
  return (
    row !== null &&
    ((row.accessKey1Active === true && row.accessKey1LastUsedDate === null) ||
      (row.accessKey2Active === true && row.accessKey2LastUsedDate === null))
  );
}

const count = (users: readonly Asset[], test: (asset: Asset) => boolean): number => {
  let found = 0;
  for (const one of users) if (test(one)) found++;
  return found;
};

/** The founding filter over a million users, and a where of a thousand conditions, against the least they could cost. */
export async function benchWhere(): Promise<readonly Line[]> {
  const users = Array.from({ length: USERS }, (_, index) => user(index));
  const read = (asset: Asset, field: string): unknown => asset[field];
  const { isTrue } = compile(readWhere('IAMUser', founding), read).certainly;
  const found = [count(users, byHand), count(users, isTrue)];
  const filter = await medians(9, { hand: () => count(users, byHand), where: () => count(users, isTrue) });
  const conditions = Array.from({ length: 1_000 }, (_, index) => ({ userName: `user-${index}` }));
  const text = `{iamUsers(where:{OR:[${conditions.map(({ userName }) => `{userName:"${userName}"}`).join()}]}){arn}}`;
  const compiling = await medians(9, {
    parse: () => parse(text),
    compile: () => compile(readWhere('IAMUser', { OR: conditions }), read),
  });
  const each = (time: number): string => `${((time / USERS) * 1e6).toFixed(1)} ns`;
  return [
    {
      what: 'users found by hand and by the where',
      measured: found.join(', '),
      bound: 'equal',
      isMet: found[0] === found[1],
    },
    {
      what: 'the founding filter over 1,000,000 users',
      measured: `${(filter.where / filter.hand).toFixed(2)} x by hand (${each(filter.where)} against ${each(filter.hand)} an asset)`,
      bound: `at most ${BY_HAND} x`,
      isMet: filter.where / filter.hand <= BY_HAND,
    },
    {
      what: 'compiling a where of 1,000 conditions',
      measured: `${ms(compiling.compile)}, ${(compiling.compile / compiling.parse).toFixed(2)} x parsing its text`,
      bound: `under ${COMPILE_MS} ms`,
      isMet: compiling.compile < COMPILE_MS,
    },
  ];
}
