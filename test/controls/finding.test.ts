import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { describeFinding } from '../../src/controls/finding.ts';
import { judge } from '../../src/controls/judge.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';

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
