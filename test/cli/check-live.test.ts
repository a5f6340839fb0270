import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AwsEndpoint, type Fault, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
const NEVER_USED = { id: 'AKIAEXAMPLE1', status: 'Active' as const, createDate: '2025-01-01T00:00:00Z' };
const USED = { ...NEVER_USED, lastUsed: { date: '2025-02-01T00:00:00Z', region: 'us-east-1', service: 's3' } };
const ANA = { name: 'ana', createDate: '2024-12-01T00:00:00Z', passwordEnabled: true, accessKeys: [NEVER_USED] };
const ROBOT = { name: 'robot', createDate: '2024-12-01T00:00:00Z', accessKeys: [{ ...USED, id: 'AKIAEXAMPLE2' }] };

/** Tests here run side by side, so each closes its own endpoint. */
async function withEndpoint<T>(scenario: Scenario, run: (endpoint: AwsEndpoint) => Promise<T>): Promise<T> {
  const endpoint = await startAwsEndpoint(scenario);
  try {
    return await run(endpoint);
  } finally {
    await endpoint.close();
  }
}

function check(scenario: Scenario, ...args: readonly string[]) {
  return withEndpoint(scenario, async (endpoint) => {
    const result = await runCli(['check', ...args], { env: awsEnv(endpoint.url) });
    return { ...result, calls: endpoint.counts() };
  });
}

/** Sends Ctrl-C once the report was asked for so often. */
function interrupt(scenario: Scenario, calls: number, args: readonly string[]) {
  return withEndpoint(scenario, (endpoint) => {
    const asked = async (): Promise<void> => {
      while (endpoint.count('GetCredentialReport') < calls) await sleep(10);
    };
    return runCli(args, { env: awsEnv(endpoint.url), signal: { name: 'SIGINT', when: asked() } });
  });
}

const onReport = (fault: Omit<Fault, 'action'>): Scenario => ({
  users: [ROBOT],
  faults: [{ action: 'GetCredentialReport', ...fault }],
});

interface Row {
  readonly name: string;
  readonly scenario: Scenario;
  readonly flags?: readonly string[];
  readonly code: number;
  readonly says: string | RegExp;
}

const ROWS: readonly Row[] = [
  {
    name: 'a fresh report',
    scenario: { users: [ROBOT] },
    code: 0,
    says: /PASS {2}aws-iam[\s\S]*0 of 1 IAM users, as of/,
  },
  { name: 'a finding', scenario: { users: [ANA, ROBOT] }, code: 1, says: /FAIL {2}aws-iam[\s\S]*1 of 2 IAM users\n/ },
  {
    name: 'no report yet',
    scenario: { users: [ANA], report: { state: 'absent' } },
    code: 1,
    says: '1 of 1 IAM users',
  },
  { name: 'an expired report', scenario: { users: [ANA], report: { state: 'expired' } }, code: 1, says: '1 of 1' },
  {
    name: 'a report under way',
    scenario: { users: [ANA], report: { state: 'in-progress', pollsUntilReady: 2 } },
    code: 1,
    says: '1 of 1',
  },
  {
    name: 'a report that is never ready',
    scenario: { users: [ROBOT], report: { state: 'never-ready' } },
    flags: ['--wait', '1s'],
    code: 2,
    says: /ERROR {2}aws-iam[\s\S]*\? of \? IAM users\n +could not be judged: AWS had not finished .* after 1 s/,
  },
  {
    name: 'a report that is too old, of which AWS builds no newer one',
    scenario: { users: [ROBOT], report: { generatedTime: ago(3) } },
    flags: ['--max-age', '1h', '--wait', '1s'],
    code: 2,
    says: /ERROR[\s\S]*is older than --max-age \(60 min\); AWS builds a new one at most every 4 hours/,
  },
  {
    name: 'a report that is too old, of which AWS builds a newer one',
    scenario: { users: [ROBOT], report: { generatedTime: ago(5), generatedAfterGenerate: ago(0) } },
    flags: ['--max-age', '1h', '--wait', '20s'],
    code: 0,
    says: 'PASS',
  },
  {
    name: 'the report denied',
    scenario: onReport({ error: { code: 'AccessDenied' } }),
    code: 2,
    says: /ERROR[\s\S]*iam:GetCredentialReport denied in account 111122223333 for user auditor; grant iam:/,
  },
  {
    name: 'generating denied',
    scenario: {
      report: { state: 'absent' },
      faults: [{ action: 'GenerateCredentialReport', error: { code: 'AccessDenied' } }],
    },
    code: 2,
    says: /ERROR[\s\S]*iam:GenerateCredentialReport denied/,
  },
  {
    name: 'reports at their limit',
    scenario: {
      report: { state: 'absent' },
      faults: [{ action: 'GenerateCredentialReport', error: { code: 'LimitExceeded' } }],
    },
    code: 2,
    says: /ERROR[\s\S]*iam:GenerateCredentialReport refused, a quota/,
  },
  {
    name: 'an expired token',
    scenario: onReport({ error: { code: 'ExpiredToken' } }),
    code: 2,
    says: /ERROR[\s\S]*sign in again/,
  },
  {
    name: 'an answer cut short',
    scenario: onReport({ cut: true }),
    code: 2,
    says: /ERROR[\s\S]*iam:GetCredentialReport/,
  },
  { name: 'a sign-in page', scenario: onReport({ garbage: true }), code: 2, says: /ERROR[\s\S]*without a report/ },
  { name: 'text that is no XML', scenario: onReport({ garbage: 'hello' }), code: 2, says: /ERROR[\s\S]*iam:GetCred/ },
  {
    name: 'a report cut by AWS',
    scenario: { report: { content: 'user,arn,user_creation_time\nana,arn:aws' } },
    code: 2,
    says: /ERROR[\s\S]*line 2.*the file was cut/,
  },
  { name: 'an empty report', scenario: { report: { content: '' } }, code: 2, says: 'ERROR' },
  {
    name: 'a report of a header alone',
    scenario: { report: { content: 'user,arn,user_creation_time' } },
    code: 2,
    says: /ERROR[\s\S]*without a single row/,
  },
  {
    name: 'a report in the old format',
    scenario: { users: [ROBOT], report: { columns: 'old16' } },
    code: 2,
    says: /ERROR[\s\S]*no column access_key_1_last_used_date/,
  },
];

describe.concurrent('check on a live account', () => {
  test.each(ROWS)('$name: $code', async ({ scenario, flags = [], code, says }) => {
    const result = await check(scenario, ...flags);
    expect(result.stdout).toMatch(says);
    expect(result).toMatchObject({ code, stderr: '' });
    expect(result.stdout).not.toMatch(/sample/i);
  });

  test.each(['aws-cn', 'aws-us-gov'])('in partition %s', async (partition) => {
    const { code, stdout } = await check({ partition, accountId: '444455556666', users: [ANA] }, '--format', 'json');
    const { account, controls } = JSON.parse(stdout);
    expect(account).toBe('444455556666');
    const [finding] = controls[0].rules[0].findings;
    expect(finding.identifier).toBe(`arn:${partition}:iam::444455556666:user/ana`);
    expect(code).toBe(1);
  });

  test('a report that cannot be read is asked for once, however many rules ask', async () => {
    const { calls } = await check(onReport({ error: { code: 'AccessDenied' } }));
    expect(calls).toEqual({ GetCredentialReport: 1 });
  });

  test.each([
    ['does not answer', onReport({ hang: true }), 1, ['check']],
    ['builds a report', { report: { state: 'never-ready' } } as Scenario, 3, ['query', '{iamUsers{arn}}']],
  ])('Ctrl-C while AWS %s ends it at once: 130, and no verdict', async (_name, scenario, calls, args) => {
    const result = await interrupt(scenario, calls, args);
    expect(result).toEqual({ code: 130, stdout: '', stderr: 'iamql: interrupted\n' });
  });
});

describe('without credentials', () => {
  test.each([
    ['check', ['check']],
    ['query', ['query', '{iamUsers{arn}}']],
  ])(
    '%s is a clear error, though the metadata service, which is asked with a token and without, answers nothing',
    async (_name, args) => {
      let asked = 0;
      const metadata = createServer((socket) => {
        asked++;
        socket.on('error', () => {});
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void metadata.close());
      await once(metadata, 'listening');
      const { port } = metadata.address() as AddressInfo;
      const result = await runCli(args, { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` } });
      expect(asked).toBe(2);
      expect(result.stderr).toMatch(/^iamql: iam:GetCredentialReport failed: .*; sign in, set AWS_PROFILE/);
      expect(result.code).toBe(3);
      expect(result.stdout).not.toMatch(/SAMPLE|PASS|FAIL|"iamUsers": \[/);
    },
  );
});
