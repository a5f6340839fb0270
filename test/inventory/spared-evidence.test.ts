import { expect, test } from 'vitest';
import { parseExpectation } from '../../src/controls/expectation.ts';
import { describeFinding } from '../../src/controls/finding.ts';
import { judge } from '../../src/controls/judge.ts';
import { explain } from '../../src/graphql/explain.ts';
import { whys } from '../../src/graphql/why.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { scriptedAccount } from './live-account.ts';

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
