import { describe, expect, test } from 'vitest';
import { FOUNDING_TEXT } from '../support/founding-text.ts';
import { runCli } from '../support/run-cli.ts';

const arn = (name: string): string => `arn:aws:iam::111122223333:user/${name}`;

describe.concurrent('query --explain', () => {
  test('says how the text is understood and what it costs, and leaves stdout alone', async () => {
    const [plain, explained] = await Promise.all([
      runCli(['query', '--sample', FOUNDING_TEXT]),
      runCli(['query', '--sample', '--explain', FOUNDING_TEXT]),
    ]);
    const withoutAge = (text: string) => text.replace(/"ageSeconds": \d+/, '');
    expect(withoutAge(explained.stdout)).toBe(withoutAge(plain.stdout));
    expect(explained.stderr).toMatch(
      /^iamUsers: the IAM users for which\n {2}there is a credential report row for which\n/,
    );
    expect(explained.stderr).toContain('      access key 1 is active\n      AND access key 1 was never used\n');
    expect(explained.stderr).toContain('\n    iam:GetCredentialReport: one call per account');
    expect(explained.stderr).toMatch(/\nAWS calls: none\n$/);
    expect(explained.code).toBe(0);
  });

  test('does so before anything is asked, so that no credentials are needed for it', async () => {
    const { code, stderr } = await runCli(['query', '--explain', 'iamUsers(where:{userName:"ana"}){arn}']);
    expect(stderr).toMatch(/^iamUsers: the IAM users for which\n {2}user name is "ana"\n/);
    expect(stderr).toMatch(/iamql: .*credentials/);
    expect(code).toBe(3);
  });

  test('of a text with an error prints the error alone', async () => {
    const { code, stderr } = await runCli(['query', '--sample', '--explain', 'iamUsers(where:{nope:1}){arn}']);
    expect(stderr).toMatch(/^AWS calls: none\niamql: 1:17: .*nope/);
    expect(code).toBe(3);
  });
});

describe.concurrent('query --why', () => {
  test('marks the facts that decided', async () => {
    const { code, stderr } = await runCli(['query', '--sample', '--why', arn('backup-agent'), FOUNDING_TEXT]);
    expect(stderr).toMatch(/^iamUsers does not select IAM user arn:aws:iam::111122223333:user\/backup-agent\n/);
    const deciding = stderr.split('\n').filter((line) => line.endsWith('<- decides'));
    expect(deciding).toEqual([
      '  false       AND access key 1 was never used  (accessKey1LastUsedDate: "2026-11-02T03:00:00Z")  <- decides',
      '  false       access key 2 is active  (accessKey2Active: false)  <- decides',
    ]);
    expect(code).toBe(0);
  });

  test('of somebody who is not there says who may be meant', async () => {
    const { code, stderr } = await runCli(['query', '--sample', '--why', 'ana', FOUNDING_TEXT]);
    expect(stderr).toBe(`iamql: there is no IAM user with the identifier "ana"; did you mean ${arn('ana')}?\n`);
    expect(code).toBe(3);
  });
});
