import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { GENERATED_AT, sampleScenario } from '../../scripts/sample.ts';
import type { Control } from '../../src/controls/control.ts';
import { loadLibrary } from '../../src/controls/load-controls.ts';
import { type ControlRun, runControl } from '../../src/controls/run-control.ts';
import { askedByBenchmark, runControls } from '../../src/controls/run-controls.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { ReportSource } from '../../src/inventory/report-source.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { denied, scriptedAccount } from '../inventory/live-account.ts';
import { reopen, snapshotOf } from '../inventory/snapshot/snapshot-of.ts';
import type { Scenario } from '../support/aws-endpoint.ts';
import { CLEAN_ACCOUNT, CLEAN_AT } from '../support/clean-account.ts';
import { renderCredentialReport } from '../support/credential-report-csv.ts';

const { controls, benchmarks } = await loadLibrary();
const account = scriptedAccount();
const ids = controls.map(({ id }) => id);

interface Accounts {
  readonly sample: Judged;
  readonly clean: Judged;
}

/** The same account, judged from where its facts may come from. */
interface Judged {
  readonly live: Runs;
  readonly snapshot: Runs;
  readonly report: Runs;
}

type Runs = ReadonlyMap<string, ControlRun>;

let folder: string;
let accounts: Accounts;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iamql-library-'));
  // Some controls ask about time, which in a live account is now.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(GENERATED_AT) });
  const sample = await judgeAll(sampleScenario());
  vi.setSystemTime(new Date(CLEAN_AT));
  const clean = await judgeAll(CLEAN_ACCOUNT);
  accounts = { sample, clean };
  vi.useRealTimers();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function judgeAll(scenario: Scenario): Promise<Judged> {
  const live = await judgeControls(account.open(scenario));
  const snapshot = await judgeControls(reopen(await snapshotOf(account.open(scenario))));
  return { live, snapshot, report: await judgeControls(await openReport(scenario)) };
}

async function judgeControls(inventory: Inventory): Promise<Runs> {
  const runs = new Map<string, ControlRun>();
  for (const control of controls) runs.set(control.id, await runControl(inventory, control));
  return runs;
}

/** The account's credential report, and nothing else of it. */
async function openReport(scenario: Scenario): Promise<Inventory> {
  const file = join(folder, 'report.csv');
  await writeFile(file, scenario.report?.content ?? renderCredentialReport(scenario));
  const generatedAt = scenario.report?.generatedTime;
  const source = new ReportSource({ file, acceptFiltered: false, maxAgeMs: undefined, generatedAt });
  return openAccount(source, { setupSeconds: 10 }).inventory();
}

const runOf = (runs: Runs, id: string): ControlRun => {
  const run = runs.get(id);
  if (!run) throw new Error(`${id} was not judged`);
  return run;
};

const codesOf = ({ rules }: ControlRun): readonly string[] => [
  ...new Set(rules.flatMap(({ errors }) => errors.map(({ code }) => code))),
];

/** What a report tells of a finding. It cannot name keys. */
const found = ({ rules }: ControlRun): readonly (readonly string[])[] =>
  rules.filter(({ rule }) => !rule.informative).map(({ findings }) => findings.map(({ identifier }) => identifier));

/**
 * All that is told of it, but for which answer of AWS told a fact: live, the report's slots may decide, and a snapshot has
 * the keys themselves. In which order assets are related a snapshot does not say, so facts have none here.
 */
const told = ({ verdict, rules }: ControlRun) => ({
  verdict,
  rules: rules.map(({ verdict: ofRule, findings, total, errors }) => ({
    verdict: ofRule,
    findings: findings.map(({ identifier, facts, keys }) => ({
      identifier,
      facts: facts.map(({ field, value }) => textOf([field, value])).sort(),
      keys,
    })),
    total,
    errors: errors.length,
  })),
});

const textOf = (value: unknown): string => JSON.stringify(value);

/** Its root's one key is active. */
const SILENT = ['aws-iam-root-has-no-access-key inactive-key'];

describe('the sample account', () => {
  test.each(ids)('breaks %s, by every rule that it has', (id) => {
    const { verdict, rules } = runOf(accounts.sample.live, id);
    expect(verdict).toBe('FAIL');
    for (const { rule, verdict: ofRule, findings, errors } of rules) {
      if (SILENT.includes(`${id} ${rule.name}`)) continue;
      expect([rule.name, ofRule, findings.length > 0, errors]).toEqual([rule.name, 'FAIL', true, []]);
    }
  });

  test('is bundled as it is judged live', async () => {
    const bundled = await judgeControls(openSample().inventory());
    for (const id of ids) expect([id, told(runOf(bundled, id))]).toEqual([id, told(runOf(accounts.sample.live, id))]);
  });
});

describe('a clean account', () => {
  test.each(ids)('passes %s', (id) => {
    const run = runOf(accounts.clean.live, id);
    expect({ verdict: run.verdict, found: found(run).flat(), codes: codesOf(run) }).toEqual({
      verdict: 'PASS',
      found: [],
      codes: [],
    });
  });
});

describe.each(['sample', 'clean'] as const)('the %s account', (name) => {
  test.each(ids)('is judged from a snapshot as live: %s', (id) => {
    const { live, snapshot } = accounts[name];
    expect(told(runOf(snapshot, id))).toEqual(told(runOf(live, id)));
  });

  test.each(ids)('is judged from a report as live, or not at all: %s', (id) => {
    const run = runOf(accounts[name].report, id);
    if (run.verdict === 'ERROR') expect(codesOf(run)).toEqual(['NotCollected']);
    else {
      expect(run.verdict).toBe(runOf(accounts[name].live, id).verdict);
      expect(found(run)).toEqual(found(runOf(accounts[name].live, id)));
    }
  });
});

describe('a report of credentials alone', () => {
  const passed = (runs: Runs): readonly string[] => ids.filter((id) => runOf(runs, id).verdict === 'PASS');
  const atMostTwoKeys: Scenario = {
    ...CLEAN_ACCOUNT,
    users: (CLEAN_ACCOUNT.users ?? []).map((user) => ({ ...user, accessKeys: (user.accessKeys ?? []).slice(0, 2) })),
  };

  test('decides what is asked of credentials, and nothing else', async () => {
    expect(passed(await judgeControls(await openReport(atMostTwoKeys)))).toEqual([
      'aws-iam-access-keys-are-rotated',
      'aws-iam-console-users-have-mfa',
      'aws-iam-inactive-users-are-removed',
      'aws-iam-no-initial-access-keys',
      'aws-iam-root-has-mfa',
      'aws-iam-root-has-no-access-key',
      'aws-iam-root-is-not-used',
      'aws-iam-unused-credentials-are-disabled',
      'aws-iam-users-have-one-active-access-key',
    ]);
  });

  test('leaves open what is asked of every key where somebody has a third', () => {
    expect(passed(accounts.clean.report)).toEqual([
      'aws-iam-console-users-have-mfa',
      'aws-iam-inactive-users-are-removed',
      'aws-iam-root-has-mfa',
      'aws-iam-root-has-no-access-key',
      'aws-iam-root-is-not-used',
    ]);
  });
});

describe('whatever a control calls and is refused, it does not pass', () => {
  /** What the clean account is asked for one control, beside who asks, which needs no permission. */
  async function actionsOf(control: Control): Promise<readonly string[]> {
    const { verdict } = await runControl(account.open(CLEAN_ACCOUNT), control);
    expect(verdict).toBe('PASS');
    return Object.keys(account.counts()).filter((action) => action !== 'GetCallerIdentity');
  }

  /** These ask nothing of credentials: the authorization details list every user, and can do without the report. */
  const NOT_OF_CREDENTIALS = ['aws-iam-no-inline-policies', 'aws-iam-users-get-permissions-through-groups'];

  test.each(controls)('$id', async (control) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(CLEAN_AT) });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const actions = await actionsOf(control);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      const refused = account.open({ ...CLEAN_ACCOUNT, faults: [denied(action)] });
      const isSpared = action === 'GetCredentialReport' && NOT_OF_CREDENTIALS.includes(control.id);
      const { verdict } = await runControl(refused, control);
      expect([action, verdict]).toEqual([action, isSpared ? 'PASS' : 'ERROR']);
    }
  });
});

describe('a whole benchmark', () => {
  const ofUsers = ['ListAccessKeys', 'GetAccessKeyLastUsed'];

  test.each(benchmarks)('$id: the clean account passes, and tells each fact once', async (benchmark) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(CLEAN_AT) });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const asked = askedByBenchmark(benchmark, controls, () => ({}));
    const runs = await runControls(account.open(CLEAN_ACCOUNT), asked);
    expect(runs.filter(({ verdict }) => verdict !== 'PASS').map(({ control }) => control.id)).toEqual([]);
    expect(runs).toHaveLength(asked.length);
    const ofAccount = Object.entries(account.counts()).filter(([action]) => !ofUsers.includes(action));
    expect(ofAccount.filter(([, count]) => count !== 1)).toEqual([]);
  });
});
