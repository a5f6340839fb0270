import { expect, test } from 'vitest';
import type { SnapshotHeader } from '../../src/inventory/snapshot/snapshot.ts';
import { Scope } from '../../src/store/scope.ts';

const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

/** What a scope says of an account whose scan read its facts then, asked for facts of the last two hours. */
function whyNot(facts: SnapshotHeader['facts']): readonly string[] {
  const header: SnapshotHeader = {
    format: 'iamql-snapshot/1',
    iamql: '0',
    source: 'live',
    connector: { id: '1', name: 'one', accountID: '1' },
    facts,
    settings: { setupSeconds: 10 },
    types: { IAMUser: { assets: 0, fields: [] } },
    unread: [],
  };
  const scan = { id: '1', endedAt: new Date(), header, hasAdditionalKeys: false };
  const account = {
    connector: '1',
    name: 'one',
    accountId: '1',
    scan,
    failure: undefined,
    organization: undefined,
    units: [],
    tags: {},
  };
  const scope = new Scope([account], { connectors: undefined, tags: {}, asOf: undefined, maxAgeMs: 2 * HOUR_MS });
  return scope.whyNotAll('IAMUser').map(({ kind }) => kind);
}

test.each([
  ['young', { USER_DETAILS: { readAt: hoursAgo(1) } }, []],
  [
    'one of several too old',
    { USER_DETAILS: { readAt: hoursAgo(1) }, ROLE_DETAILS: { readAt: hoursAgo(3) } },
    ['TooOld'],
  ],
  ['of unknown age', { USER_DETAILS: { readAt: null } }, ['TooOld']],
  ['told by no answer at all', {}, ['TooOld']],
])('facts that are %s', (_name, facts, why) => {
  expect(whyNot(facts)).toEqual(why);
});
