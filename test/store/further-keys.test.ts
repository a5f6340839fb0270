import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Database } from '../../src/store/database/database.ts';
import { makeIndexes } from '../../src/store/indexes.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory, denied, key, scriptedAccount, USED, user } from '../inventory/live-account.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import { clean } from '../support/asked-account.ts';
import { databases, START_MS } from '../support/databases.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

const account = scriptedAccount();

const used = (id: string) => key(id, { lastUsed: USED });
const UNKNOWN = key('MC');

/** Whose third key, which the credential report has no slot for, is unused, used, or of a use that nobody may read. */
const scenario = {
  ...clean,
  users: [
    user('known-unused', used('KA'), used('KB'), key('KC')),
    user('known-used', used('LA'), used('LB'), used('LC')),
    user('unknown', used('MA'), used('MB'), UNKNOWN),
  ],
  report: { columns: 'with-additional' as const },
};

/** A snapshot that knows which key has no slot, and not when it was used. */
async function withoutLastUse(inventory: Inventory): Promise<Inventory> {
  const [header = '', ...lines] = (await snapshotOf(inventory)).trimEnd().split('\n');
  const { sha256: _digest, ...unsigned } = JSON.parse(header);
  const assets = lines.map((line) => {
    const { lastUsedDate, ...asset } = JSON.parse(line);
    return asset.accessKeyId === UNKNOWN.id || lastUsedDate === undefined ? asset : { ...asset, lastUsedDate };
  });
  const { identifier } = assets.find(({ accessKeyId }) => accessKeyId === UNKNOWN.id);
  const message = 'iam:GetAccessKeyLastUsed denied';
  const note = {
    type: 'IAMAccessKey',
    fields: ['lastUsedDate'],
    identifiers: [identifier],
    code: 'AccessDenied',
    message,
  };
  return reopen([{ ...unsigned, unread: [note] }, ...assets].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

const accounts: Readonly<Record<string, () => Promise<Inventory>>> = {
  'which key has no slot is unknown too': async () =>
    account.open({ ...scenario, faults: [denied('GetAccessKeyLastUsed', { AccessKeyId: UNKNOWN.id })] }),
  'which key has no slot is known': () => withoutLastUse(account.open(scenario)),
};

const NEVER_USED = `{OR:[
  {accessKey1Active:true accessKey1LastUsedDate:null} {accessKey2Active:true accessKey2LastUsedDate:null}
]}`;

describe.each(Object.keys(databases))('a further key whose last use could not be read, on %s', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
    await migrate(database, catalogue);
    await makeIndexes(database);
  }, START_MS);
  afterAll(() => database.close());

  describe.each(Object.keys(accounts))('%s', (which) => {
    let kept: KeptAccount;
    beforeAll(async () => {
      kept = await keepAccount(database, await (accounts[which] as () => Promise<Inventory>)());
    });

    test.each([
      ['is not certainly unused', `{hasIAMUserCredentials:${NEVER_USED}}`, 'known-unused'],
      ['is not certainly used', `{NOT:{hasIAMUserCredentials:${NEVER_USED}}}`, 'known-used'],
      ['is not certainly used, said below', `{hasIAMUserCredentials:{NOT:${NEVER_USED}}}`, 'known-used'],
      ['is not certainly unused, said twice', `{NOT:{NOT:{hasIAMUserCredentials:${NEVER_USED}}}}`, 'known-unused'],
    ])('%s', async (_name, where, certain) => {
      const ask = (inventory: Inventory) => askInventory(inventory, `{iamUsers(where:${where}){userName}}`);
      for (const answer of [await ask(kept.snapshot()), await withStore(database, {}, ask)]) {
        expect(answer).toEqual({
          data: { iamUsers: [{ userName: certain }, null] },
          errors: [
            expect.stringMatching(/^iamUsers\.1: .*user\/unknown matches cannot be told: .*iam:GetAccessKeyLastUsed/),
          ],
        });
      }
    });
  });
});
