import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { getCallerIdentity } from '../../src/aws/account.ts';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import { CallLog } from '../../src/aws/call-log.ts';
import type { Parameters } from '../../src/controls/control.ts';
import type { Exception } from '../../src/controls/exception.ts';
import { findControls, foundingControlId, type Library, loadLibrary } from '../../src/controls/load-controls.ts';
import { usualOrder } from '../../src/controls/order.ts';
import { runControls } from '../../src/controls/run-controls.ts';
import { instantOf } from '../../src/iam/instant.ts';
import { LiveSource } from '../../src/inventory/live-source.ts';
import { openAccount } from '../../src/inventory/open-account.ts';
import { type Applied, type ApplySetting, applyPlan } from '../../src/remediate/apply.ts';
import { callerOf } from '../../src/remediate/caller.ts';
import { Journal } from '../../src/remediate/journal.ts';
import { makePlan, type PlanSettings } from '../../src/remediate/make-plan.ts';
import type { Plan } from '../../src/remediate/plan-shape.ts';
import { type UndoSetting, undo } from '../../src/remediate/undo.ts';
import { EXAMPLE_CREDENTIALS } from '../support/aws-clients.ts';
import {
  type AwsEndpoint,
  type Scenario,
  type ScenarioAccessKey,
  type ScenarioUser,
  startAwsEndpoint,
} from '../support/aws-endpoint.ts';

export const DAY_MS = 86_400_000;
export const OPERATOR = 'arn:aws:iam::111122223333:user/operator';

/** An active key that was never used and is old, but for what `more` says. */
export const key = (id: string, more: Partial<ScenarioAccessKey> = {}): ScenarioAccessKey => ({
  id: `AKIAEXAMPLE${id}`,
  status: 'Active',
  createDate: '2024-03-05T00:00:00Z',
  ...more,
});

export const USED = { date: '2024-04-01T01:02:00Z', region: 'eu-west-1', service: 's3' };

export const user = (name: string, accessKeys: readonly ScenarioAccessKey[], more: Partial<ScenarioUser> = {}) => ({
  name,
  createDate: '2024-03-01T10:20:30Z',
  accessKeys,
  ...more,
});

interface PlanAsked extends Partial<PlanSettings> {
  /** Ids, or ids with values. */
  readonly controls?: readonly (string | { readonly id: string; readonly parameters: Parameters })[];
  /** What the report may have stale is read live, of every user. */
  readonly verify?: 'all';
}

interface ApplyAsked extends Partial<ApplySetting> {
  readonly journal?: string;
  /** Nothing is written. */
  readonly isDry?: boolean;
  /** Whose credentials are used, in place of those of the environment. */
  readonly profile?: string | undefined;
  /** Stands between apply and its journal. */
  readonly around?: (journal: Journal) => Journal;
}

/** The real plan, apply and undo over a scripted AWS; files are in a folder of the test file. */
export function remediatedAccount() {
  let endpoint: AwsEndpoint;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'iamql-remediate-'));
    endpoint = await startAwsEndpoint();
    Object.assign(process.env, environmentOf(endpoint.url));
  });
  afterAll(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let journals = 0;
  return {
    get endpoint() {
      return endpoint;
    },
    start(scenario: Scenario): AwsEndpoint {
      endpoint.setScenario({ callerArn: OPERATOR, ...scenario });
      endpoint.onCall = undefined;
      endpoint.forgetCalls();
      return endpoint;
    },
    newJournal(): string {
      journals += 1;
      return join(folder, `journal-${journals}.ndjson`);
    },
    plan: planLive,
    apply: applyLive,
    undo: undoLive,
  };
}

const environmentOf = (url: string): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  AWS_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_ENDPOINT_URL: url,
  AWS_CONFIG_FILE: 'no-config-file',
  AWS_SHARED_CREDENTIALS_FILE: 'no-credentials-file',
});

function openLive(profile?: string) {
  const { signal } = new AbortController();
  const account = new AwsAccount({ timeouts: { answerMs: 800 }, ...(profile ? { profile } : {}) }, signal);
  return { account, source: new LiveSource(account, { maxAgeMs: undefined, waitMs: 5_000 }, signal) };
}

const usualPlan = {
  minAgeMs: 7 * DAY_MS,
  batchSize: 10,
  order: usualOrder,
  exceptions: [] as readonly Exception[],
  exceptionFiles: [],
  tool: '0.0.0',
};

/** Read once for all plans of a test file. */
let loaded: Promise<Library> | undefined;
async function controlsOf(ids: readonly string[]) {
  loaded ??= loadLibrary();
  return findControls(ids, await loaded);
}

async function planLive({ controls = [foundingControlId], verify, ...asked }: PlanAsked = {}): Promise<Plan> {
  const settings = { now: new Date(), ...usualPlan, ...asked };
  const inventory = openAccount(openLive().source, { setupSeconds: 10 }, verify && { verify }).inventory();
  const named = controls.map((one) => (typeof one === 'string' ? { id: one, parameters: {} } : one));
  const library = await controlsOf(named.map(({ id }) => id));
  const judged = await runControls(
    inventory,
    named.flatMap(({ id, parameters }) =>
      library.filter((one) => one.id === id).map((control) => ({ control, parameters })),
    ),
    { exceptions: settings.exceptions, now: instantOf(settings.now) },
  );
  return makePlan(inventory, judged, settings);
}

async function applyLive(plan: Plan, asked: ApplyAsked = {}) {
  const { journal: file = '', isDry = false, around = (one) => one, profile, ...setting } = asked;
  const { account, source } = openLive(profile);
  const log = new CallLog();
  const found = await controlsOf(plan.controls.map(({ id }) => id));
  const controls = Map.groupBy(
    plan.controls.map(({ id, parameters }) => {
      const control = found.find((one) => one.id === id);
      if (!control) throw new Error(`there is no control ${id}`);
      return { control, parameters };
    }),
    ({ control }) => control.id,
  );
  const journal = isDry ? undefined : around(await Journal.open(file));
  try {
    return await applyPlan(plan, journal?.entries.slice() ?? Journal.read(file), journal, {
      ...{ account, source, log, controls, exceptions: [], setupSeconds: 10 },
      caller: await callerOf(account, await getCallerIdentity(account, { why: 'a test', log }), log),
      report: await source.read('CREDENTIAL_REPORT', undefined),
      minAgeMs: plan.minAgeSeconds * 1000,
      holdMs: 14 * DAY_MS,
      clock: () => new Date(),
      action: 'deactivate',
      batches: 'next',
      pauseMs: 1,
      isInterrupted: () => false,
      onStep: () => {},
      ...setting,
    });
  } finally {
    journal?.close();
  }
}

async function undoLive(
  file: string,
  asked: Partial<UndoSetting> & Pick<ApplyAsked, 'isDry' | 'around' | 'profile'> = {},
) {
  const { isDry = false, around = (one) => one, profile, ...setting } = asked;
  const { account, source } = openLive(profile);
  const journal = isDry ? undefined : around(await Journal.open(file));
  try {
    return await undo(journal?.entries.slice() ?? Journal.read(file), journal, {
      ...{ account, log: new CallLog(), clock: () => new Date(), accountId: '111122223333', by: OPERATOR },
      ...{ keys: undefined, since: undefined, pauseMs: 1, isInterrupted: () => false },
      report: await source.read('CREDENTIAL_REPORT', undefined),
      ...setting,
    });
  } finally {
    journal?.close();
  }
}

/** How the keys of the account stand: `AKIA...: Active`. */
export const statuses = (endpoint: AwsEndpoint): Readonly<Record<string, string>> =>
  Object.fromEntries(
    endpoint.account.users.flatMap(({ accessKeys = [] }) => accessKeys.map(({ id, status }) => [id, status])),
  );

/** The keys about which a request to change something was sent, in order. */
export const changesOf = (endpoint: AwsEndpoint): readonly string[] =>
  endpoint.calls.flatMap(({ action, params }) =>
    action === 'UpdateAccessKey'
      ? [`${params['AccessKeyId']} ${params['Status']}`]
      : action === 'DeleteAccessKey'
        ? [`${params['AccessKeyId']} deleted`]
        : [],
  );

/** What came of each step. */
export const told = ({ steps }: Applied): readonly string[] =>
  steps.map(({ step, outcome, reason }) => `${step.accessKeyId}: ${outcome}${reason ? `: ${reason}` : ''}`);
/** The lines of a journal: `intent deactivate AKIA...`. */
export const kinds = (file: string): readonly string[] =>
  Journal.read(file).map(({ kind, action, accessKeyId }) => `${kind} ${action} ${accessKeyId}`);

/** A key each, never used. */
export const three = ['A', 'B', 'C'].map((id) => user(id.toLowerCase(), [key(id)]));
