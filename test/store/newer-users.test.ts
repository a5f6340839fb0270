import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory, denied, key, scriptedAccount, user } from '../inventory/live-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { databases, START_MS } from '../support/databases.ts';
import { keepAccount, withStore } from './kept-account.ts';

const account = scriptedAccount();

const old = user('old', key('O'));
const newer = { ...user('newer', key('N')), createDate: '2024-06-01T00:00:00Z' };
const report = { generatedTime: '2024-05-01T00:00:00Z' };
const listed: Scenario = { users: [old, newer], report };
/** Neither who is newer than the report nor how many there are. */
const unlisted: Scenario = {
  ...listed,
  faults: ['GetAccountAuthorizationDetails', 'GetAccountSummary'].map((action) => denied(action)),
};

const FOUNDING = `{iamUsers(where:{hasIAMUserCredentials:{OR:[
  {accessKey1Active:true accessKey1LastUsedDate:null} {accessKey2Active:true accessKey2LastUsedDate:null}
]}}){userName}}`;
const KEYS = '{iamAccessKeys{accessKeyId}}';

describe.each(Object.keys(databases))('a user who is newer than the report, on %s', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
  }, START_MS);
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await migrate(database, catalogue);
  });

  const found = async (text: string) => {
    const { data, errors } = await withStore(database, {}, (store) => askInventory(store, text));
    return [...(Object.values(data ?? {})[0] as readonly (object | null)[]).filter((one) => one !== null), ...errors];
  };

  test('is not gone because a scan may not list users any longer, and is once a newer report does not show them', async () => {
    const notListed = expect.stringMatching(
      /AccessDenied account 111122223333: 1 user of an earlier scan, newer than the credential report.*iam:GetAccountAuthorizationDetails denied/,
    );
    await keepAccount(database, account.open(listed));
    expect(await found(FOUNDING)).toEqual([{ userName: 'newer' }, { userName: 'old' }]);
    for (const _again of [1, 2]) {
      await keepAccount(database, account.open(unlisted));
      expect(await found(FOUNDING)).toEqual([{ userName: 'newer' }, { userName: 'old' }, notListed]);
      expect(await found(KEYS)).toContainEqual({ accessKeyId: newer.accessKeys?.[0]?.id });
    }
    // A report of the second in which the user was made may have been there before.
    await keepAccount(
      database,
      account.open({ ...unlisted, users: [old], report: { generatedTime: newer.createDate } }),
    );
    expect(await found(FOUNDING)).toEqual([{ userName: 'newer' }, { userName: 'old' }, notListed]);
    const later = { ...unlisted, users: [old], report: { generatedTime: '2024-07-01T00:00:00Z' } };
    await keepAccount(database, account.open(later));
    expect(await found(FOUNDING)).toEqual([{ userName: 'old' }]);
  });

  test('is gone when a list of users does not show them', async () => {
    await keepAccount(database, account.open(listed));
    await keepAccount(database, account.open({ ...listed, users: [old] }));
    expect(await found(FOUNDING)).toEqual([{ userName: 'old' }]);
  });
});
