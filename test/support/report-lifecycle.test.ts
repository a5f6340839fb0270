import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { afterEach, describe, expect, test } from 'vitest';
import { iamClient } from './aws-clients.ts';
import { type AwsEndpoint, type Scenario, startAwsEndpoint } from './aws-endpoint.ts';

const ALICE = { name: 'alice', createDate: '2024-03-01T10:20:30Z' };

const opened: AwsEndpoint[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function start(scenario: Scenario): Promise<{ endpoint: AwsEndpoint; iam: IAMClient }> {
  const endpoint = await startAwsEndpoint(scenario);
  opened.push(endpoint);
  return { endpoint, iam: iamClient(endpoint.url) };
}

describe('the life of a credential report', () => {
  const get = new GetCredentialReportCommand({});
  const generate = new GenerateCredentialReportCommand({});

  test('a present report is handed out, and Generate keeps it', async () => {
    const { iam } = await start({ users: [ALICE], report: { generatedTime: '2024-06-01T00:00:00Z' } });
    const report = await iam.send(get);
    expect(report).toMatchObject({ ReportFormat: 'text/csv', GeneratedTime: new Date('2024-06-01T00:00:00Z') });
    expect(Buffer.from(report.Content ?? []).toString('utf8')).toContain('\nalice,arn:aws:iam::111122223333:user/');
    expect((await iam.send(generate)).State).toBe('COMPLETE');
    expect(await iam.send(get)).toMatchObject({ GeneratedTime: new Date('2024-06-01T00:00:00Z') });
  });

  test.each([
    ['absent', 'CredentialReportNotPresentException', 410],
    ['expired', 'CredentialReportExpiredException', 410],
  ] as const)('%s: Generate starts one, which is ready after the polls', async (state, name, httpStatusCode) => {
    const { iam } = await start({ report: { state, pollsUntilReady: 2 } });
    await expect(iam.send(get)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect((await iam.send(generate)).State).toBe('STARTED');
    expect((await iam.send(generate)).State).toBe('INPROGRESS');
    await expect(iam.send(get)).rejects.toMatchObject({
      name: 'CredentialReportNotReadyException',
      $metadata: { httpStatusCode: 404 },
    });
    expect((await iam.send(get)).ReportFormat).toBe('text/csv');
    expect((await iam.send(generate)).State).toBe('COMPLETE');
  });

  test('never-ready stays in progress', async () => {
    const { iam } = await start({ report: { state: 'never-ready' } });
    await expect(iam.send(get)).rejects.toMatchObject({ name: 'CredentialReportNotPresentException' });
    expect((await iam.send(generate)).State).toBe('STARTED');
    for (let poll = 0; poll < 5; poll += 1) {
      await expect(iam.send(get)).rejects.toMatchObject({ name: 'CredentialReportNotReadyException' });
    }
    expect((await iam.send(generate)).State).toBe('INPROGRESS');
  });

  test('a new report has the users that the old one was too old for', async () => {
    const report = { generatedTime: '2024-02-01T00:00:00Z', generatedAfterGenerate: '2024-06-01T00:00:00Z' };
    const { iam } = await start({ users: [ALICE], report: { ...report, pollsUntilReady: 0 } });
    const old = await iam.send(get);
    expect(Buffer.from(old.Content ?? []).toString('utf8')).not.toContain('alice');
    expect((await iam.send(generate)).State).toBe('STARTED');
    const renewed = await iam.send(get);
    expect(Buffer.from(renewed.Content ?? []).toString('utf8')).toContain('alice');
    expect(renewed.GeneratedTime).toEqual(new Date('2024-06-01T00:00:00Z'));
    expect((await iam.send(generate)).State).toBe('COMPLETE');
  });

  test('what was deleted since is in the report and nowhere else', async () => {
    const { iam } = await start({ users: [{ ...ALICE, deletedSinceReport: true }] });
    expect(Buffer.from((await iam.send(get)).Content ?? []).toString('utf8')).toContain('alice');
    expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
    await expect(iam.send(new ListAccessKeysCommand({ UserName: 'alice' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The user with name alice cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('content is sent as it is', async () => {
    const { iam } = await start({ report: { content: '\uFEFFuser,arn\r\nä,b' } });
    expect(Buffer.from((await iam.send(get)).Content ?? []).toString('utf8')).toBe('\uFEFFuser,arn\r\nä,b');
  });
});
