import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { describeFinding } from '../../src/controls/finding.ts';
import { judge } from '../../src/controls/judge.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { denied, key, scriptedAccount, USED, user } from '../inventory/live-account.ts';
import type { Scenario } from '../support/aws-endpoint.ts';

const NEVER_USED = 'status:"Active",lastUsedDate:null';

/** The keys of each finding, as slot and id. */
async function keysOf(text: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const inventory = openSample(undefined).inventory();
  const { findings, errors } = await judge(inventory, { text }, parseExpectation('eq []'));
  expect(errors).toEqual([]);
  const described = await Promise.all(findings.map((found) => describeFinding(inventory, found)));
  return Object.fromEntries(
    described.map(({ name, keys }) => [name, keys.map(({ slot, accessKeyId }) => `${slot} ${accessKeyId}`)]),
  );
}

// An exception that names no key covers no finding about keys, so a key that is not seen here could be hidden.
describe('a finding is about the access keys that its facts speak of', () => {
  test.each([
    [
      'by their slots',
      'iamUsers(where:{userName:"bruno",hasIAMUserCredentials:{accessKey2Active:true}}){arn}',
      { bruno: ['2 AKIASAMPLE004EXAMPLE'] },
    ],
    [
      'as the keys of a user',
      `iamUsers(where:{userName:"bruno",accessKeys_SOME:{${NEVER_USED}}}){arn}`,
      { bruno: ['2 AKIASAMPLE004EXAMPLE'] },
    ],
    [
      'in both ways, once',
      `iamUsers(where:{userName:"bruno",hasIAMUserCredentials:{accessKey2Active:true},accessKeys_SOME:{${NEVER_USED}}}){arn}`,
      { bruno: ['2 AKIASAMPLE004EXAMPLE'] },
    ],
    [
      'of somebody else, by a slot: it has no name here',
      'iamGroups(where:{groupName:"developers",users_SOME:{userName:"bruno",hasIAMUserCredentials:{accessKey2Active:true}}}){arn}',
      { developers: ['2 undefined'] },
    ],
    [
      'of somebody else, as the keys of a user',
      `iamGroups(where:{groupName:"developers",users_SOME:{userName:"bruno",accessKeys_SOME:{${NEVER_USED}}}}){arn}`,
      { developers: ['2 AKIASAMPLE004EXAMPLE'] },
    ],
    [
      'as the keys of a user, of whatever sort',
      'iamUsers(where:{userName:"bruno",accessKeys_SOME:{}}){arn}',
      { bruno: ['1 AKIASAMPLE003EXAMPLE', '2 AKIASAMPLE004EXAMPLE'] },
    ],
    ['none, where they speak of none', 'iamUsers(where:{userName:"bruno"}){arn}', { bruno: [] }],
    [
      'none, where there is no key',
      'iamUsers(where:{userName:"bruno",hasIAMUserCredentials:{cert1Active:false}}){arn}',
      { bruno: [] },
    ],
  ])('%s', async (_name, text, keys) => {
    expect(await keysOf(text)).toEqual(keys);
  });
});

/** The facts of each finding. */
async function factsOf(text: string): Promise<readonly string[]> {
  const inventory = openSample(undefined).inventory();
  const { findings } = await judge(inventory, { text }, parseExpectation('eq []'));
  const described = await Promise.all(findings.map((found) => describeFinding(inventory, found)));
  return described.flatMap(({ name, facts }) =>
    facts.map(({ field, value, source }) => `${name} ${field} ${JSON.stringify(value)} ${source}`),
  );
}

describe('that something is related at all is a fact', () => {
  const DETAILS = 'iam:GetAccountAuthorizationDetails';
  test.each([
    [
      'and so are those that are',
      'iamUsers(where:{userName:"bruno",iamPolicies_SOME:{}}){arn}',
      [`bruno iamPolicies "deploy" ${DETAILS}`, 'bruno userName "bruno" iam:GetCredentialReport'],
    ],
    [
      'and so is that nothing is',
      'iamUsers(where:{userName:"ana",NOT:{iamPolicies_SOME:{}}}){arn}',
      [`ana iamPolicies [] ${DETAILS}`, 'ana userName "ana" iam:GetCredentialReport'],
    ],
  ])('%s', async (_name, text, facts) => {
    expect(await factsOf(text)).toEqual(facts);
  });
});

describe('keys without a slot are found beside those in slots that decide already', () => {
  const account = scriptedAccount();
  const day = (number: number) => ({ createDate: `2024-03-0${number}T00:00:00Z` });
  const more: Scenario = {
    users: [user('ana', key('A1', day(5)), key('A2', { ...day(6), lastUsed: USED }), key('A3', day(7)))],
    report: { columns: 'with-additional' },
  };
  const texts = [
    'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null},{accessKey2Active:true,accessKey2LastUsedDate:null}]}}){arn}',
    `iamUsers(where:{accessKeys_SOME:{${NEVER_USED}}}){arn}`,
  ];
  const keysIn = async (scenario: Scenario, text: string) => {
    const inventory = account.open(scenario);
    const { findings } = await judge(inventory, { text }, parseExpectation('eq []'));
    const [found] = findings;
    if (!found) throw new Error('nothing was found');
    return (await describeFinding(inventory, found)).keys;
  };

  test.each(texts)('%s', async (text) => {
    const keys = await keysIn(more, text);
    expect(keys.map(({ slot, accessKeyId }) => [slot, accessKeyId])).toEqual([
      [1, 'AKIAEXAMPLEA1'],
      [null, 'AKIAEXAMPLEA3'],
    ]);
    expect(account.counts()).toEqual({ GetCredentialReport: 1, ListAccessKeys: 1, GetAccessKeyLastUsed: 3 });
  });

  test.each(texts)('and where they cannot be listed, some key that no exception names: %s', async (text) => {
    const keys = await keysIn({ ...more, faults: [denied('ListAccessKeys')] }, text);
    expect(keys.map(({ slot, unnamed }) => [slot, unnamed])).toEqual([
      [1, expect.stringMatching(/^iam:ListAccessKeys denied/)],
      [null, expect.stringMatching(/^there are more keys than slots: iam:ListAccessKeys denied/)],
    ]);
  });

  test.each([
    ['four, of which any two may be in the slots', [1, 2, 3, 4], 6],
    ['two that may be in either slot, and no more', [1, 2], 2],
  ])('keys made in the same second: %s', async (_name, numbers, count) => {
    const alike = { ...more, users: [user('ana', ...numbers.map((number) => key(`A${number}`)))] };
    for (const text of texts) expect(await keysIn(alike, text)).toHaveLength(count);
  });

  test('but none is named of who has no more than slots', async () => {
    const two = { ...more, users: [user('ana', key('A1', day(5)))], faults: [denied('ListAccessKeys')] };
    for (const text of texts) expect(await keysIn(two, text)).toHaveLength(1);
  });
});
