import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { askInventory, key, scriptedAccount, user } from './live-account.ts';

const account = scriptedAccount();

const ROLES = 'iamRoles{roleName}';
const TRUST = { Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } };
const scenario = { users: [user('ana', key('1'))], iamRoles: [{ name: 'deploy', trust: TRUST }] };
const MAX_AGE_MS = 40;

describe('facts that several questions share', () => {
  test.each([
    ['roles', ROLES, { GetAccountAuthorizationDetails: 2 }],
    ['keys of a user', 'iamUsers{accessKeys{accessKeyId}}', { ListAccessKeys: 2 }],
    ['the password policy', 'iamPasswordPolicies{minimumPasswordLength}', { GetAccountPasswordPolicy: 2 }],
  ])('%s are read again when they are older than --max-age', async (_name, text, counts) => {
    // The report's time is in whole seconds; one that is to be young enough has to be ahead of them.
    const generatedTime = new Date(Date.now() + 60_000).toISOString();
    const source = account.source({ ...scenario, report: { generatedTime } }, { maxAgeMs: MAX_AGE_MS });
    const ask = async () => expect((await askInventory(source.inventory(), text)).errors).toEqual([]);
    await ask();
    await sleep(MAX_AGE_MS + 20);
    await ask();
    expect(account.counts()).toMatchObject(counts);
  });

  test('are read once without one', async () => {
    const source = account.source(scenario);
    await askInventory(source.inventory(), ROLES);
    await sleep(MAX_AGE_MS + 20);
    await askInventory(source.inventory(), ROLES);
    expect(account.counts()).toEqual({ GetAccountAuthorizationDetails: 1 });
  });

  test('a report that has become too old is not answered from', async () => {
    const generatedTime = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    const report = {
      generatedTime,
      generatedAfterGenerate: new Date(Date.now() + 60_000).toISOString(),
      pollsUntilReady: 0,
    };
    const source = account.source({ ...scenario, report }, { maxAgeMs: 1_500 });
    const first = source.inventory();
    await askInventory(first, 'iamUsers{userName}');
    expect(account.counts()).toEqual({ GetCredentialReport: 1 });
    await sleep(1_600);
    await askInventory(source.inventory(), 'iamUsers{userName}');
    expect(account.counts()).toMatchObject({ GenerateCredentialReport: 1 });
  });

  test('a question that was asked goes on with the facts that it began with', async () => {
    const source = account.source(scenario, { maxAgeMs: MAX_AGE_MS });
    const inventory = source.inventory();
    await askInventory(inventory, ROLES);
    await sleep(MAX_AGE_MS + 20);
    await askInventory(inventory, ROLES);
    expect(account.counts()).toEqual({ GetAccountAuthorizationDetails: 1 });
  });
});
