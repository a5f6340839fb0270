import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { describeFinding } from '../../src/controls/finding.ts';
import { judge } from '../../src/controls/judge.ts';
import { explain } from '../../src/graphql/explain.ts';
import { whys } from '../../src/graphql/why.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { denied, scriptedAccount } from './live-account.ts';

const account = scriptedAccount();
const made = { createDate: '2024-03-01T10:20:30Z' };
const SOFT = 'arn:aws:iam::111122223333:mfa/soft';
const scenario: Scenario = {
  users: [
    {
      name: 'soft',
      ...made,
      mfaDevices: [{ serial: SOFT }],
      passwordEnabled: true,
      signingCertificates: [{ id: 'C1' }],
    },
    { name: 'hard', ...made, mfaDevices: [{ serial: 'GAHT1' }] },
  ],
};

/** What a finding says of `soft`, and which action told it. */
const rows: readonly (readonly [where: string, field: string, value: unknown, source: string])[] = [
  ['{mfaSerialNumbers_NOT:[]}', 'mfaSerialNumbers', undefined, 'GetCredentialReport'],
  ['{mfaDevices_SOME:{}}', 'mfaDevices', undefined, 'GetCredentialReport'],
  ['{mfaDevices_SOME:{isVirtual:true}}', 'isVirtual', true, 'ListVirtualMFADevices'],
  [`{mfaSerialNumbers_INCLUDES:"${SOFT}"}`, 'mfaSerialNumbers', undefined, 'ListVirtualMFADevices'],
  ['{hasIAMUserLoginProfile_SOME:{}}', 'hasIAMUserLoginProfile', 'soft', 'GetCredentialReport'],
  ['{hasIAMUserLoginProfile_SOME:{passwordResetRequired:false}}', 'passwordResetRequired', false, 'GetLoginProfile'],
  ['{signingCertificates_SOME:{status:"Active"}}', 'status', 'Active', 'GetCredentialReport'],
];

test.each(rows)('a finding of %s says what told %s', async (where, field, value, source) => {
  const inventory = account.open(scenario);
  const { findings } = await judge(
    inventory,
    { text: `iamUsers(where:${where}){userName}` },
    parseExpectation('eq []'),
  );
  const described = await Promise.all(findings.map((found) => describeFinding(inventory, found)));
  const soft = described.find(({ name }) => name === 'soft');
  expect(soft?.facts).toMatchObject([{ field, source: `iam:${source}` }]);
  expect(soft?.facts[0]?.value).toEqual(value);
});

test('a virtual device is told of by the list of them', async () => {
  const inventory = account.open(scenario);
  const text = 'iamMFADevices(where:{isVirtual:true}){serialNumber}';
  const { findings } = await judge(inventory, { text }, parseExpectation('eq []'));
  const [device] = await Promise.all(findings.map((found) => describeFinding(inventory, found)));
  expect(device?.facts).toMatchObject([{ field: 'isVirtual', value: true, source: 'iam:ListVirtualMFADevices' }]);
  expect(device?.facts[0]?.at).toBeDefined();
});

test.each([
  ['{mfaDevices_SOME:{isVirtual:true}}', [`MFA device ${SOFT}:`, 'it is virtual']],
  ['{signingCertificates_SOME:{status:"Active"}}', ['signing certificate, which was not read itself:']],
])('why %s selects a user names what is known', async (where, words) => {
  const inventory = account.open(scenario);
  const questions = await explain({ text: `iamUsers(where:${where}){userName}` });
  const [why] = await whys(inventory, questions, 'arn:aws:iam::111122223333:user/soft');
  expect(why?.truth).toBe('true');
  const lines = (why?.condition ?? []).map((line) => line.words);
  expect(lines).toEqual(expect.arrayContaining([...words]));
  expect(lines.join()).not.toContain('undefined');
});

describe('what is not so any more, or cannot be read', () => {
  const changed: Scenario = {
    users: [
      { name: 'lost', ...made, mfaActive: true, mfaDevices: [], accessKeys: [] },
      { name: 'kept', ...made, mfaDevices: [{ serial: SOFT }], passwordEnabled: true },
    ],
  };

  test('is read live with --verify, and said', async () => {
    const text = 'iamUsers(where:{mfaSerialNumbers_NOT:[]}){userName mfaSerialNumbers}';
    const alone = await judge(account.open(changed), { text }, parseExpectation('eq []'));
    expect(alone.findings.map(({ asset }) => asset['userName'])).toEqual(['kept', 'lost']);
    const verified = await judge(account.open(changed, { verify: 'selected' }), { text }, parseExpectation('eq []'));
    expect(verified.findings.map(({ asset }) => asset['userName'])).toEqual(['kept']);
    expect(verified.selections[0]?.found.withdrawn).toMatchObject([{ name: 'lost' }]);
  });

  test.each([
    ['{mfaDevices_SOME:{isVirtual:true}}', 2],
    ['{mfaSerialNumbers_NOT:[]}', 0],
  ])('without the list of virtual devices %s is asked of each user, and answered', async (where, asked) => {
    const faults = [denied('ListVirtualMFADevices')];
    const answer = await account({ ...scenario, faults }, `iamUsers(where:${where}){userName}`);
    expect(answer.errors).toEqual([]);
    expect(answer.counts['ListMFADevices'] ?? 0).toBe(asked);
  });

  test('without it virtual devices are those of users, beside the error', async () => {
    const faults = [denied('ListVirtualMFADevices')];
    const { data, errors } = await account(
      { ...scenario, faults },
      'iamMFADevices(where:{isVirtual:true}){serialNumber}',
    );
    expect(data).toEqual({ iamMFADevices: [{ serialNumber: SOFT }, null] });
    expect(errors).toEqual([expect.stringContaining('cannot be told: iam:ListVirtualMFADevices denied')]);
  });
});
