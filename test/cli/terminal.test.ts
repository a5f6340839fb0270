import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsEndpoint, renderCredentialReport, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { runInTerminal } from '../support/in-terminal.ts';
import { awsEnv } from '../support/run-cli.ts';

/** To the beginning of the line, and what stands there away. */
const CLEAR = '\r\u001b[K';

describe.concurrent('in a terminal', () => {
  let endpoint: AwsEndpoint;
  let report: string;
  /** Slow enough that the line about what is going on is drawn before the first answer. */
  beforeAll(async () => {
    endpoint = await startAwsEndpoint({ latencyMs: 500 });
    report = join(await mkdtemp(join(tmpdir(), 'iamql-terminal-')), 'report.csv');
    const accessKeys = [{ id: 'AKIAEXAMPLE1', status: 'Active' as const, createDate: '2025-01-01T00:00:00Z' }];
    const createDate = '2025-01-01T00:00:00Z';
    const users = ['\u009b2J', 'PASS'].map((name) => ({ name, createDate, accessKeys }));
    await writeFile(report, renderCredentialReport({ users }));
  });
  afterAll(async () => {
    await Promise.all([endpoint.close(), rm(dirname(report), { recursive: true })]);
  });

  test.each([['check'], ['snapshot', '--output', '/dev/null']])(
    '%s says what is going on, and Ctrl-C leaves one line and nothing of it',
    async (...args) => {
      const env = awsEnv(endpoint.url);
      const { code, screen } = await runInTerminal(args, { env, ctrlCAfter: 'AWS calls so far' });
      expect(code).toBe(130);
      expect(screen.endsWith(`${CLEAR}iamql: interrupted\r\n`), screen).toBe(true);
    },
  );

  test('no line is longer than the terminal is wide, and none is left beside the result', async () => {
    const { screen } = await runInTerminal(['check'], { env: awsEnv(endpoint.url), columns: 20 });
    const [drawn = '', ...result] = screen.split(/(?=account 1)/);
    for (const line of drawn.split(CLEAR)) expect(line.length).toBeLessThan(20);
    expect(result.join('')).toContain('PASS  aws-iam-no-initial-access-keys');
    expect(result.join('')).not.toContain(CLEAR);
  });

  test.each([
    ['export', 'IAMUser'],
    ['remediate', 'plan', '--format', 'json'],
  ])('%s shows a name that would command the terminal as text', async (...args) => {
    const { screen } = await runInTerminal([...args, '--report', report], { env: {} });
    expect(screen).toContain('\\u009b2J');
    expect(screen.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('verdicts have colours, unless nobody wants them', async () => {
    const check = async (env: Readonly<Record<string, string>>): Promise<string> =>
      (await runInTerminal(['check', '--report', report], { env: { TERM: 'xterm-256color', ...env } })).screen;
    const [coloured, plain] = await Promise.all([check({}), check({ NO_COLOR: '1' })]);
    expect(coloured).toContain('\u001b[31mFAIL\u001b[39m  aws-iam-no-initial-access-keys');
    expect(coloured, 'a user of that name').toContain('\n  PASS  console password: no');
    expect(stripVTControlCharacters(coloured)).toBe(stripVTControlCharacters(plain));
    expect(plain).not.toContain('\u001b[3');
  });
});
