import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPglite } from '../../src/store/database/pglite.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory, denied, scriptedAccount } from '../inventory/live-account.ts';
import { START_MS } from '../support/databases.ts';
import { FULL_ACCOUNT } from '../support/full-account.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

const account = scriptedAccount();
const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };
const [alice] = FULL_ACCOUNT.users;
const [deploy] = FULL_ACCOUNT.iamRoles;
const scenario = {
  ...FULL_ACCOUNT,
  users: [{ ...alice, inlinePolicies: {} }],
  iamRoles: [{ ...deploy, trust: TRUST }],
};

const OWNERS = {
  user: 'alice',
  role: 'deploy',
  policy: 'Own',
  instanceProfile: 'web',
  mfaDevice: 'alice',
  serverCertificate: 'www',
  samlProvider: 'okta',
  oidcProvider: 'X1',
};

describe('a tag leads to what it is of: live, in a snapshot and in a store', () => {
  let database: Database;
  let kept: KeptAccount;
  beforeAll(async () => {
    database = await openPglite(undefined);
    await migrate(database, catalogue);
    kept = await keepAccount(database, account.open(scenario));
  }, START_MS);
  afterAll(() => database.close());

  /** What each of the three answers. */
  const everywhere = async (text: string) => [
    await askInventory(account.open(scenario), text),
    await askInventory(kept.snapshot(), text),
    await withStore(database, {}, (store: Inventory) => askInventory(store, text)),
  ];

  const names = Object.keys(OWNERS);

  test.each(Object.entries(OWNERS))('%s', async (name, owner) => {
    const text = `iamTags(where:{${name}:{internalName:"${owner}"}}){key ${names.map((one) => `${one}{internalName}`).join(' ')}}`;
    for (const { data, errors } of await everywhere(text)) {
      expect(errors).toEqual([]);
      const tags = data?.['iamTags'] as readonly Readonly<Record<string, unknown>>[];
      expect(tags.length).toBeGreaterThan(0);
      for (const { key, ...to } of tags) {
        expect(key).not.toBe('');
        expect(to).toEqual({ ...Object.fromEntries(names.map((one) => [one, null])), [name]: { internalName: owner } });
      }
    }
  });

  test('null is of something else, and every tag is of one thing', async () => {
    const none = names.map((name) => `${name}:null`).join(',');
    const text = `{a:iamTags(where:{${none}}){key} b:iamTagsAggregate(where:{user:null}){count} c:iamTagsAggregate{count}}`;
    for (const { data, errors } of await everywhere(text)) {
      expect(errors).toEqual([]);
      expect(data).toEqual({ a: [], b: { count: 13 }, c: { count: 15 } });
    }
  });

  test('whose tags could not be read is asked about those alone', async () => {
    const faulty = { ...scenario, faults: [denied('ListPolicyTags')] };
    const ofPolicies = await askInventory(account.open(faulty), 'iamTags(where:{policy_NOT:null}){key}');
    expect(ofPolicies.errors).toEqual([
      expect.stringContaining('which tags of arn:aws:iam::111122223333:policy/team/a/Own match'),
      expect.stringContaining('which tags of arn:aws:iam::111122223333:policy/Unused match'),
    ]);
    const ofUsers = await askInventory(account.open(faulty), 'iamTags(where:{user:{userName:"alice"}}){key}');
    expect(ofUsers.errors).toEqual([]);
    expect(account.counts()['ListPolicyTags']).toBeUndefined();
  });
});
