import { describe, expect, test } from 'vitest';
import { denied, key, names, scriptedAccount, user } from './live-account.ts';

const askAccount = scriptedAccount();

describe('when AWS refuses', () => {
  const OFF = 'iamUsers(where:{accessKeys:{status:"Inactive"}}){userName}';
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => user(`user-${index + 100}`, key(`${index}`, { status: 'Inactive' })));

  test('one user, that user is an error and the others are right', async () => {
    const faults = [denied('ListAccessKeys', { UserName: 'user-101' })];
    const answer = await askAccount({ users: people(4), faults }, OFF);
    expect(names(answer)).toEqual(['user-100', 'user-102', 'user-103', null]);
    expect(answer.errors).toEqual([
      expect.stringMatching(
        /^iamUsers\.3: AccessDenied whether \S+:user\/user-101 matches cannot be told: iam:ListAccessKeys denied in account/,
      ),
    ]);
  });

  test('one user first, the rest is asked all the same', async () => {
    const faults = [denied('ListAccessKeys', { UserName: 'user-100' })];
    const answer = await askAccount({ users: people(60), faults }, OFF);
    expect(names(answer).filter((name) => name === null)).toHaveLength(1);
    expect(names(answer)).toHaveLength(60);
  });

  test('many users after one who could be read, the rest is asked all the same', async () => {
    const refused = Array.from({ length: 12 }, (_, index) => `user-${index + 101}`);
    const faults = refused.map((name) => denied('ListAccessKeys', { UserName: name }));
    const answer = await askAccount({ users: people(30), faults }, OFF);
    expect(names(answer).filter((name) => name !== null)).toHaveLength(30 - refused.length);
    expect(answer.errors).toHaveLength(refused.length);
  });

  test('everybody, it is asked a few times and every user is an error', async () => {
    const answer = await askAccount({ users: people(500), faults: [denied('ListAccessKeys')] }, OFF);
    expect(names(answer)).toEqual(Array(500).fill(null));
    expect(answer.errors).toHaveLength(500);
    expect(answer.counts['ListAccessKeys']).toBeLessThanOrEqual(12);
  });

  test('the keys of a selection, they are an error on their path', async () => {
    const text = 'iamUsers(where:{userName:"user-100"}){userName accessKeys{accessKeyId}}';
    const answer = await askAccount({ users: people(2), faults: [denied('ListAccessKeys')] }, text);
    expect(answer.data).toEqual({ iamUsers: [{ userName: 'user-100', accessKeys: null }] });
    expect(answer.errors).toEqual([expect.stringMatching(/^iamUsers\.0\.accessKeys: AccessDenied/)]);
  });

  test('the use of a key, it is an error and not "never used"', async () => {
    const text = 'iamUsers{accessKeys{accessKeyId lastUsedDate}}';
    const answer = await askAccount({ users: people(1), faults: [denied('GetAccessKeyLastUsed')] }, text);
    expect(answer.data).toEqual({ iamUsers: [{ accessKeys: [{ accessKeyId: 'AKIAEXAMPLE0', lastUsedDate: null }] }] });
    expect(answer.errors).toEqual([expect.stringMatching(/^iamUsers\.0\.accessKeys\.0\.lastUsedDate: AccessDenied/)]);
  });
});
