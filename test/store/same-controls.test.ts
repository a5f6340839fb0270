import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLibrary } from '../../src/controls/load-controls.ts';
import { type ControlRun, runControl } from '../../src/controls/run-control.ts';
import { askedByBenchmark, runControls } from '../../src/controls/run-controls.ts';
import { explain } from '../../src/graphql/explain.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { whys } from '../../src/graphql/why.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { askInventory, denied, key, scriptedAccount, user } from '../inventory/live-account.ts';
import { clean } from '../support/asked-account.ts';
import { CLEAN_ACCOUNT } from '../support/clean-account.ts';
import { databases, START_MS } from '../support/databases.ts';
import { FULL_ACCOUNT } from '../support/full-account.ts';
import { type KeptAccount, keepAccount, withStore } from './kept-account.ts';

const { controls, benchmarks } = await readLibrary();
const account = scriptedAccount();

/** Accounts of which each has something that another lacks. */
const accounts: Readonly<Record<string, () => Inventory>> = {
  'the sample': () => openSample().inventory(),
  'an account in which nothing is wrong': () => account.open(CLEAN_ACCOUNT),
  'an account with two of everything': () => account.open(FULL_ACCOUNT),
  'three keys, and users who are newer than the report': () =>
    account.open({
      ...clean,
      users: [...(clean.users ?? []), user('three', key('A'), key('B'), key('C')), user('new', key('D'))],
      report: { columns: 'with-additional', generatedTime: '2024-02-01T00:00:00Z' },
    }),
  'keys that may not be listed': () =>
    account.open({
      ...clean,
      users: [...(clean.users ?? []), user('one', key('A'))],
      faults: [denied('ListAccessKeys')],
    }),
  'no use of keys, devices or tags': () =>
    account.open({
      ...FULL_ACCOUNT,
      faults: ['GetAccessKeyLastUsed', 'ListMFADevices', 'ListMFADeviceTags', 'ListPolicyTags'].map((action) =>
        denied(action),
      ),
    }),
  'no report': () => account.open({ ...FULL_ACCOUNT, faults: [denied('GetCredentialReport')] }),
  'no details': () => account.open({ ...clean, faults: [denied('GetAccountAuthorizationDetails')] }),
};

const withoutAccounts = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(/account \d+: /g, ''));

/** What a run says; the store names the account before each error, and no order of errors is promised. */
const said = (run: ControlRun) =>
  withoutAccounts({
    id: run.control.id,
    verdict: run.verdict,
    rules: run.rules.map(({ errors, ...rule }) => ({
      ...rule,
      errors: errors.map(({ code, message }) => `${code} ${withoutAccounts(message)}`).sort(),
    })),
  });

describe.each(Object.keys(databases))('on %s', (name) => {
  let database: Database;
  beforeAll(async () => {
    database = await (databases[name] as () => Promise<Database>)();
  }, START_MS);
  afterAll(() => database.close());

  describe.each(Object.keys(accounts))('%s', (which) => {
    let kept: KeptAccount;
    beforeAll(async () => {
      await database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      await migrate(database, catalogue);
      kept = await keepAccount(database, (accounts[which] as () => Inventory)());
    });

    test('every control finds the same', async () => {
      for (const control of controls) {
        const expected = said(await runControl(kept.snapshot(), control));
        expect(said(await withStore(database, {}, (store) => runControl(store, control)))).toEqual(expected);
      }
    });

    test('every benchmark comes out the same', async () => {
      // Each control once for each set of parameters that some benchmark asks it with.
      const asked = benchmarks.flatMap((benchmark) => askedByBenchmark(benchmark, controls, () => ({})));
      const expected = (await runControls(kept.snapshot(), asked)).map(said);
      expect((await withStore(database, {}, (store) => runControls(store, asked))).map(said)).toEqual(expected);
    });

    test('every question that has a name is answered the same', async () => {
      const texts = Object.entries(namedFields).flatMap(([field, of]) =>
        ('days' in of ? ['(days:1)', '(days:90)', '(days:5000)'] : ['']).map((args) => `${field}${args}{identifier}`),
      );
      for (const text of texts) {
        const answer = async (inventory: Inventory) => {
          const { data, errors } = await askInventory(inventory, text);
          return withoutAccounts({ text, data, errors: [...errors].sort() });
        };
        expect(await withStore(database, {}, answer)).toEqual(await answer(kept.snapshot()));
      }
    });

    test('why each finding is one is told alike', async () => {
      for (const control of controls) {
        for (const { query, returnPath } of control.rules) {
          const questions = await explain({ text: query, variables: {} }).catch(() => []);
          const { rules } = await runControl(kept.snapshot(), control);
          const identifiers = rules.flatMap(({ findings }) => findings.map(({ identifier }) => identifier));
          if (questions.length === 0 || returnPath !== '') continue;
          for (const identifier of new Set(identifiers.slice(0, 2))) {
            const told = (inventory: Inventory) =>
              whys(inventory, questions, identifier).catch((error: Error) => error.message);
            const expected = await told(kept.snapshot());
            expect(withoutAccounts(await withStore(database, {}, told))).toEqual(withoutAccounts(expected));
          }
        }
      }
    });
  });
});
