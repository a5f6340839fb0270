import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../support/run-cli.ts';

const ID = 'aws-iam-no-initial-access-keys';

describe('check --sample', () => {
  test('fails, says that it is a sample, and names who and what', async () => {
    const { code, stdout, stderr } = await runCli(['check', '--sample']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^SAMPLE account 111122223333: bundled example data, not your account; credential report/);
    expect(stdout).toContain(`FAIL  ${ID}\n`);
    expect(stdout).toContain('3 of 10 IAM users');
    expect(stdout).toMatch(
      / {2}etl {2}console password: no\n {4}access key 1 AKIASAMPLE007EXAMPLE, since 2024-02-02T02/,
    );
    expect(stdout).toMatch(
      / {2}bruno {2}console password: yes\n {4}access key 2 AKIASAMPLE004EXAMPLE, since 2026-10-05/,
    );
  });

  test('prints three rules side by side, and why they differ', async () => {
    const { stdout } = await runCli(['check', '--sample']);
    const informative = stdout.slice(stdout.indexOf('Also judged, without changing the verdict:'));
    expect(informative).toMatch(
      /FAIL {2}The same, of users with a console password.*\n +2 of 10 IAM users: ana, bruno\n/,
    );
    expect(informative).toMatch(/FAIL {2}A key made during user setup.*\n +2 of 10 IAM users: ana, carla\n/);
    expect(informative).toContain('Why they differ: The stored check asks of every user');
  });

  test('as JSON says the same', async () => {
    const [text, json] = await Promise.all([
      runCli(['check', '--sample']),
      runCli(['check', '--sample', '--format', 'json']),
    ]);
    const run = JSON.parse(json.stdout);
    expect(json).toMatchObject({ code: text.code, stderr: '' });
    expect(run).toMatchObject({
      format: 'iamql-check/1',
      source: 'sample',
      sample: true,
      account: '111122223333',
      credentialReport: { generatedAt: '2026-11-02T08:15:00Z' },
      controls: [{ id: ID, verdict: 'FAIL' }],
    });
    const [stored, ...informative] = run.controls[0].rules;
    expect(stored).toMatchObject({ verdict: 'FAIL', informative: false, expect: 'eq []', found: 3, total: 10 });
    expect(informative.map((rule: { found: number }) => rule.found)).toEqual([2, 2]);
    for (const finding of stored.findings) {
      const password = finding.hasConsolePassword ? 'yes' : 'no';
      expect(text.stdout).toContain(`  ${finding.name}  console password: ${password}\n`);
      for (const key of finding.keys) {
        expect(text.stdout).toContain(`access key ${key.slot} ${key.accessKeyId}, since ${key.createDate}`);
      }
    }
    const [source, generatedAt] = ['iam:GetCredentialReport', '2026-11-02T08:15:00Z'];
    expect(stored.restsOn).toEqual([{ source, generatedAt }]);
    expect(stored.findings[2].facts).toEqual([
      { field: 'accessKey2Active', value: true, source, generatedAt },
      { field: 'accessKey2LastUsedDate', value: null, source, generatedAt },
    ]);
  });

  test('--output writes the same to a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iamql-output-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const args = ['check', '--sample', '--format', 'json'];
    const toFile = await runCli([...args, '--output', join(folder, 'run.json')]);
    expect(toFile).toEqual({ code: 1, stdout: '', stderr: '' });
    const { judgedAt, ...written } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
    expect(JSON.parse((await runCli(args)).stdout)).toMatchObject(written);
    expect(judgedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    const failed = await runCli([...args, '--output', join(folder, 'none', 'run.json')]);
    expect(failed).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^iamql: cannot write .*: there is no folder .*none\n$/),
    });
  });

  test('a reader that closes the pipe does not make it a pass', async () => {
    const check = await runCli(['check', '--sample'], { closeStdout: true });
    expect(check).toEqual({ code: 1, stdout: '', stderr: '' });
    const query = ['query', 'iamUsers{arn}', '--sample', '--expect', 'eq []', '--explain'];
    expect((await runCli(query, { closeStdout: true })).code).toBe(1);
  });

  test('notes that nobody reads take neither the result nor the exit code with them', async () => {
    const unread = await runCli(['query', '{iamUsers{arn}}', '--sample', '--explain'], { closeStderr: true });
    expect(unread).toMatchObject({ code: 0, stdout: expect.stringContaining('"credentialReport"') });
  });

  test.skipIf(!existsSync('/dev/full'))('a disk that is full is said, and is no pass', async () => {
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
    const args = [join(packageRoot, 'bin', 'iamql.js'), 'check', '--sample'];
    const full = spawnSync(process.execPath, args, { stdio: [...stdio], encoding: 'utf8' });
    expect(full).toMatchObject({ status: 3, stderr: 'iamql: cannot write to stdout: the disk is full\n' });
  });

  test('--explain says that a sample costs no calls', async () => {
    expect((await runCli(['check', '--sample', '--explain'])).stderr).toBe('AWS calls: none\n');
  });

  test('a key made a day after its user counts as setup when it is told so', async () => {
    const { stdout } = await runCli(['check', '--sample', '--setup-seconds', '200']);
    expect(stdout).toMatch(/A key made during user setup.*; setup: the first 200 s\n +2 of 10 IAM users: ana, carla\n/);
    const wide = await runCli(['check', '--sample', '--setup-seconds', '40000000']);
    expect(wide.stdout).toMatch(
      /A key made during user setup.*first \d{3,} s\n +3 of 10 IAM users: ana, bruno, carla\n/,
    );
  });

  test.each([
    ['aws-1-3-0-iam-11', 1],
    [ID, 1],
  ])('knows the control as %s', async (id, code) => {
    const result = await runCli(['check', id, '--sample']);
    expect(result.stdout).toContain(`FAIL  ${ID}`);
    expect(result.code).toBe(code);
  });
});

describe.concurrent('what cannot run: 3, and nothing on stdout', () => {
  test.each([
    ['a flag with a typing error', ['check', '--sampel'], 'Did you mean --sample?'],
    ['a command with a typing error', ['chek'], 'Did you mean check?'],
    ['no command', [], 'Usage: iamql'],
    ['a control that is not there', ['check', 'nosuch', '--sample'], 'there is no control "nosuch"'],
    ['a format that is not there', ['check', '--sample', '--format', 'xml'], 'Allowed choices are text, json'],
    ['two sources', ['check', '--sample', '--report', 'x.csv'], 'name two sources'],
    ['a profile for the sample', ['check', '--sample', '--profile', 'x'], 'are for live AWS only'],
    ['a role for a file', ['check', '--report', 'x.csv', '--role-arn', 'x'], 'are for live AWS only'],
    ['an external id without a role', ['check', '--external-id', 'x'], '--external-id needs --role-arn'],
    ['an age without a report', ['check', '--generated-at', '2026-01-01T00:00:00Z'], 'need --report'],
    ['a time without an offset', ['check', '--generated-at', '2026-01-01T00:00:00'], 'is not an RFC 3339 time'],
    ['an age for the sample', ['check', '--sample', '--max-age', '4h'], '--max-age is not for the sample'],
    ['an age in words', ['check', '--max-age', 'today'], '"today" is not a length of time'],
    ['a wait without a unit', ['check', '--wait', '10'], '"10" is not a length of time'],
    ['seconds that are none', ['check', '--setup-seconds', '-1'], 'not a number of seconds'],
    ['a flag without its value', ['check', '--report'], 'argument missing'],
    [
      'two benchmarks',
      ['check', '--benchmark', 'cis-aws-5.0', '--benchmark', 'cis-aws-6.0'],
      "'--benchmark <id>' is given twice",
    ],
    ['two reports', ['check', '--report', 'a.csv', '--report', 'b.csv'], "'--report <file>' is given twice"],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  test('help and version are no failure', async () => {
    const help = await runCli(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0 every control') });
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('controls', () => {
  test('list: id, severity, title', async () => {
    const { code, stdout } = await runCli(['controls', 'list']);
    expect(stdout).toMatch(new RegExp(`^${ID}  low  IAM users have no access key`, 'm'));
    expect(code).toBe(0);
  });

  test('show reads as a page: everything that the control file holds', async () => {
    const { code, stdout } = await runCli(['controls', 'show', ID]);
    const headings = [...stdout.matchAll(/^(.+)\n-{3,}$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Overview',
      'Why',
      'What is asked',
      'Why the rules differ',
      'Remediation in the console',
      'Remediation from the command line',
      'Remediation in code',
      'Service-wide remediation',
      'Operational rollout',
      'False positives',
    ]);
    for (const text of ['expect eq []', 'decides the verdict', 'aws iam delete-access-key', 'IAMUser (AWS)']) {
      expect(stdout).toContain(text);
    }
    expect(code).toBe(0);
  });

  test('show of one that is not there', async () => {
    expect(await runCli(['controls', 'show', 'x'])).toMatchObject({ code: 3, stdout: '' });
  });
});
