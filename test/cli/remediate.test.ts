import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/iam/digest.ts';
import { packageRoot } from '../../src/package-root.ts';
import { changesOf, DAY_MS, key, OPERATOR, statuses, USED, user } from '../remediate/remediated-account.ts';
import { type AwsEndpoint, type Scenario, startAwsEndpoint } from '../support/aws-endpoint.ts';
import { awsEnv, runCli } from '../support/run-cli.ts';

let folder = '';
let endpoint: AwsEndpoint;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iamql-remediate-cli-'));
  endpoint = await startAwsEndpoint();
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

const users = [
  user('ana', [key('A')], { tags: { env: 'prod' } }),
  user('bob', [key('B')]),
  user('off', [key('O', { status: 'Inactive' })]),
  user('busy', [key('U', { lastUsed: USED })]),
];

function start(scenario: Scenario = {}): void {
  endpoint.setScenario({ callerArn: OPERATOR, users, ...scenario });
  endpoint.onCall = undefined;
  endpoint.forgetCalls();
}

let runs = 0;
/** A folder of its own, in which the journal is made. */
const newFolder = (): string => mkdtempSync(join(folder, `run-${runs++}-`));
const remediate = (cwd: string, ...args: readonly string[]) =>
  runCli(['remediate', ...args], { env: awsEnv(endpoint.url), cwd });
const planIn = (cwd: string) => JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'));

test('plan, dry run, apply, undo: what is printed, what is written, what is sent', async () => {
  start();
  const cwd = newFolder();
  const plan = await remediate(cwd, 'plan', '--output', 'plan.json');
  expect(plan.stdout).toMatch(
    /^account 111122223333 \(aws\); from live; credential report generated .*\(\d+ s before\)\n/,
  );
  expect(plan.stdout).toContain('\nto be turned off: 2, off already: 1, left out: 0, excepted: 0, by hand: 0\n');
  expect(plan.stdout).toContain('Batch 1 (production): turn off 1 access key\n  ana (AIDA');
  expect(plan.stdout).toContain(
    'aws iam update-access-key --user-name ana --access-key-id AKIAEXAMPLEA --status Inactive',
  );
  expect(plan.stdout).toContain('Batch 3 (the rest): delete 1 access key\n  off');
  expect(plan.stdout).toContain('AWS knows no conditional write');
  expect(plan.stderr).toMatch(
    /^iamql: wrote plan.json: 3 steps in 3 batches, good until 20.*\niamql: next, .*: iamql remediate apply plan.json\n$/,
  );
  expect(plan.code).toBe(0);
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(join(packageRoot, 'docs/remediation-plan.schema.json'), 'utf8')),
  );
  expect([validate(planIn(cwd)), validate.errors]).toEqual([true, null]);

  const dry = await remediate(cwd, 'apply', 'plan.json', '--all');
  expect(dry.stdout).toContain('DRY RUN, nothing was changed: account 111122223333, batch 1, 2\n');
  expect(dry.stdout).toContain('\njournal iamql-journal.ndjson, in which nothing was written before\n');
  expect(dry.stdout).toContain('there is no conditional write');
  expect(dry.stdout).toContain('To do it: the same command with --yes\n');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(changesOf(endpoint)).toEqual([]);

  const applied = await remediate(cwd, 'apply', 'plan.json', '--yes');
  expect(applied.stdout).toContain('AKIAEXAMPLEA of ana: turned off\nturned off: 1, left alone: 0\n');
  expect(applied.stdout).toContain('ana: before FAIL (AKIAEXAMPLEA), after PASS');
  expect(applied.stdout).toContain('Steps of this plan that are left: 1');
  expect(applied.stdout).toContain('iamql remediate undo AKIAEXAMPLEA --journal iamql-journal.ndjson\n');
  expect(applied.code).toBe(0);
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive']);

  const json = JSON.parse((await remediate(cwd, 'apply', 'plan.json', '--format', 'json', '--all')).stdout);
  expect(json).toMatchObject({
    ...{
      format: 'iamql-remediation-run/1',
      account: '111122223333',
      dryRun: true,
      action: 'deactivate',
      batches: [1, 2],
    },
    ...{
      steps: [
        { accessKeyId: 'AKIAEXAMPLEA', outcome: 'before' },
        { accessKeyId: 'AKIAEXAMPLEB', outcome: 'would' },
      ],
    },
    ...{
      rejudged: [{ userName: 'bob', before: { verdict: 'FAIL', keys: ['AKIAEXAMPLEB'] }, after: null }],
      stopped: null,
    },
  });
  // Neither is needed to turn a key on again, when somebody waits for it.
  const denied = [{ action: 'GetCredentialReport', error: { code: 'AccessDenied' } }];
  endpoint.setScenario({ ...endpoint.scenario, users: [...endpoint.account.users], faults: denied });
  const env = { ...awsEnv(endpoint.url), AWS_SHARED_CREDENTIALS_FILE: cwd };
  const looked = await runCli(['remediate', 'undo', '--format', 'json'], { env, cwd });
  expect(looked.stderr).toMatch(
    /^iamql: whether somebody has changed a key since is not known: iam:GetCredentialReport denied/,
  );
  const { keys } = JSON.parse(looked.stdout);
  expect(keys).toMatchObject([{ accessKeyId: 'AKIAEXAMPLEA', outcome: 'would', found: false, reason: null }]);
  endpoint.setScenario({ ...endpoint.scenario, users: [...endpoint.account.users], faults: [] });

  const undone = await remediate(cwd, 'undo', '--yes');
  expect(undone.stdout).toMatch(/ {2}AKIAEXAMPLEA of ana, off since 20.*: turned on again\n/);
  expect(undone).toMatchObject({ code: 0, stderr: '' });
  expect(statuses(endpoint)['AKIAEXAMPLEA']).toBe('Active');
}, 60_000);

test('the permissions that are printed are enough, and those for writing are not needed to look', async () => {
  const { stdout } = await runCli(['permissions', '--remediate']);
  const [reading, ...writing] = JSON.parse(stdout).Statement.map((one: { Action: string[] }) => one.Action);
  const needed = (actions: readonly string[]) =>
    new Set([...actions.map((one) => one.split(':')[1]), 'GetCallerIdentity']);
  const cwd = newFolder();
  start();
  await remediate(cwd, 'plan', '--output', 'plan.json');
  await remediate(cwd, 'apply', 'plan.json', '--all');
  expect(Object.keys(endpoint.counts()).filter((action) => !needed(reading).has(action))).toEqual([]);
  await remediate(cwd, 'apply', 'plan.json', '--all', '--yes');
  const all = needed([...reading, ...writing.flat()]);
  expect(Object.keys(endpoint.counts()).filter((action) => !all.has(action))).toEqual([]);
}, 60_000);

test('Ctrl-C, or what a scheduler sends: the step that is under way is finished and written down, the next run goes on', async () => {
  start({ latencyMs: 40 });
  const cwd = newFolder();
  await remediate(cwd, 'plan', '--output', 'plan.json');
  const begun = new Promise<void>((resolve) => {
    endpoint.onCall = ({ action }) => action === 'UpdateAccessKey' && resolve();
  });
  const signal = { name: 'SIGTERM' as const, when: begun };
  const args = ['remediate', 'apply', 'plan.json', '--all', '--yes'];
  const ended = await runCli(args, { env: awsEnv(endpoint.url), cwd, signal });
  expect(ended.stderr).toContain('iamql: interrupted; the step that is under way is finished\n');
  expect(ended.stdout).toContain('turned off: 1, left alone: 0\nSTOPPED before the end');
  expect(ended.stdout).toContain('ana: before FAIL (AKIAEXAMPLEA), after PASS');
  expect(ended.code).toBe(130);
  expect((await remediate(cwd, 'apply', 'plan.json', '--all', '--yes')).stdout).toContain('dealt with before: 1');
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']);
}, 60_000);

test('ages are told by the clock of AWS, whatever that of the machine says', async () => {
  // By the machine the key is nine days old, by AWS six.
  const createDate = new Date(Date.now() - 9 * DAY_MS).toISOString();
  start({ users: [user('new', [key('N', { createDate })])], clockAheadMs: -3 * DAY_MS });
  const cwd = newFolder();
  await remediate(cwd, 'plan', '--output', 'plan.json');
  const { digest: _, ...plan } = planIn(cwd);
  const elsewhere = { ...plan, createdAt: new Date(Date.now() - 3 * DAY_MS).toISOString() };
  const expiresAt = new Date(Date.now() - 2 * DAY_MS).toISOString();
  const planElsewhere = { ...elsewhere, expiresAt, digest: digestOf({ ...elsewhere, expiresAt }) };
  writeFileSync(join(cwd, 'of-another-machine.json'), JSON.stringify(planElsewhere));
  const refused = await remediate(cwd, 'apply', 'plan.json', '--yes');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/is from the future; see to the clock/) });
  const ended = await remediate(cwd, 'apply', 'of-another-machine.json', '--yes');
  expect(ended.stdout).toContain('AKIAEXAMPLEN of new: left alone: younger than --min-age');
  expect(ended.stderr).toContain('iamql: the clock of this machine is 3 d ahead of that of AWS, which counts\n');
  expect(readFileSync(join(cwd, 'iamql-journal.ndjson'), 'utf8')).toContain(
    `"at":"${new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10)}`,
  );
  expect(changesOf(endpoint)).toEqual([]);
}, 60_000);

describe('two operators apply the same plan', () => {
  test('with one journal: one is told, and each key is turned off once', async () => {
    start({ latencyMs: 30 });
    const cwd = newFolder();
    await remediate(cwd, 'plan', '--output', 'plan.json');
    const ended = await Promise.all([1, 2].map(() => remediate(cwd, 'apply', 'plan.json', '--all', '--yes')));
    expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']);
    // Whoever came second was told, or came when the first had ended.
    const second = ended.find(({ stdout }) => !stdout.includes('turned off: 2'));
    expect([second?.code, `${second?.stdout}${second?.stderr}`]).toEqual([
      second?.code === 3 ? 3 : 0,
      expect.stringMatching(/another process is at work with the journal|dealt with before: 2/),
    ]);
  }, 60_000);

  test('with two journals: every key is off, and nobody has undone the other', async () => {
    start({ latencyMs: 30 });
    const cwd = newFolder();
    await remediate(cwd, 'plan', '--output', 'plan.json');
    const ended = await Promise.all(
      ['one', 'two'].map((name) => remediate(cwd, 'apply', 'plan.json', '--all', '--yes', '--journal', name)),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(statuses(endpoint)).toMatchObject({
      AKIAEXAMPLEA: 'Inactive',
      AKIAEXAMPLEB: 'Inactive',
      AKIAEXAMPLEU: 'Active',
    });
    expect(new Set(changesOf(endpoint))).toEqual(new Set(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']));
  }, 60_000);
});

test('a plan cannot bring values of its own: they are named again', async () => {
  start();
  const cwd = newFolder();
  const id = 'aws-iam-unused-credentials-are-disabled';
  await remediate(cwd, 'plan', id, '--param', 'maxUnusedDays=1', '--output', 'plan.json');
  const refused = await remediate(cwd, 'apply', 'plan.json');
  expect(refused).toMatchObject({
    code: 3,
    stderr: `iamql: the plan was made with other values: name them here too, --param ${id}.maxUnusedDays=1, or the --benchmark that has them\n`,
  });
  const dry = await remediate(cwd, 'apply', 'plan.json', '--param', `${id}.maxUnusedDays=1`, '--all');
  expect(dry.stdout).toContain('would be turned off: 2');
  const of = (number: string, days: number): string =>
    `{number: "${number}", level: 1, control: ${id}, parameters: {maxUnusedDays: ${days}}}`;
  const recommendations = `[${of('1.1', 30)}, ${of('1.2', 99999)}]`;
  writeFileSync(
    join(cwd, 'mine.yaml'),
    `id: mine\ntitle: Mine\nsections: [{number: "1", title: s, recommendations: ${recommendations}}]\n`,
  );
  const mine = ['--benchmark', 'mine', '--controls', '.'];
  await remediate(cwd, 'plan', ...mine, '--output', 'plan.json');
  const ofBoth = await remediate(cwd, 'apply', 'plan.json', ...mine, '--all');
  expect(ofBoth.stdout).toContain('would be turned off: 2');
}, 60_000);

test('a control of your own that asks for keys themselves', async () => {
  start();
  const cwd = newFolder();
  const text = 'iamAccessKeys(where:{status:"Active",lastUsedDate:null}){...AssetFragment}';
  writeFileSync(
    join(cwd, 'keys-are-used.yaml'),
    `id: keys-are-used
title: Keys are used
severity: low
connectors: [AWS]
assetTypes: [IAMAccessKey]
overview: o
why: w
remediation: {console: c, cli: aws iam update-access-key --user-name USER --access-key-id KEY_ID, iac: i}
falsePositives: none
rules: [{name: r, title: t, query: '${text}', expect: "eq []"}]
`,
  );
  await remediate(cwd, 'plan', 'keys-are-used', '--controls', '.', '--output', 'plan.json');
  const applied = await remediate(cwd, 'apply', 'plan.json', '--controls', '.', '--yes', '--all');
  expect(applied.stdout).toContain('turned off: 2, left alone: 0');
  expect(applied.stdout).toContain('keys-are-used, bob: before FAIL (AKIAEXAMPLEB), after PASS');
  expect(changesOf(endpoint)).toEqual(['AKIAEXAMPLEA Inactive', 'AKIAEXAMPLEB Inactive']);
}, 60_000);
