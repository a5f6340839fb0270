import { AwsAccount } from '../src/aws/aws-account.ts';
import { parseExpectation } from '../src/controls/expectation.ts';
import { judge } from '../src/controls/judge.ts';
import { findControls, foundingControlId } from '../src/controls/load-controls.ts';
import { runControl } from '../src/controls/run-control.ts';
import type { Inventory, Source } from '../src/inventory/inventory.ts';
import { LiveSource } from '../src/inventory/live-source.ts';
import { openAccount } from '../src/inventory/open-account.ts';
import { environment } from './account.ts';
import { startEndpointProcess, wholeAccount } from './endpoint.ts';
import { Floor, runStages, type Stage } from './graph-floor.ts';
import { type Line, ms } from './line.ts';

const LATENCY_MS = 100;
const BOUND = 1.5;
/** Where the bare SDK itself does not keep the bound, as on a machine that is busy: so much of its time at most. */
const BOUND_OVER_SDK = 1.1;
/** Whatever else the machine does is in single measurements; and only ever adds to them. */
const RUNS = 10;
/** What takes that long has an average in itself. */
const LONG_MS = 5_000;

interface Question {
  /** Undefined for the founding control, whose findings name their keys. */
  readonly text?: string;
  /** The same calls, in the same order of dependence. */
  readonly stages: (floor: Floor) => readonly Stage[];
}

const scenario = wholeAccount();
const withMfa = scenario.users.filter(({ mfaActive }) => mfaActive).map(({ name }) => name);
const neverUsed = scenario.users
  .filter(({ accessKeys = [] }) => accessKeys.some(({ status, lastUsed }) => status === 'Active' && !lastUsed))
  .map(({ name }) => name);

const questions: Readonly<Record<string, Question>> = {
  'access keys made during setup, and which they are': { stages: (f) => [[f.report], [f.keysOf(neverUsed)]] },
  'root without MFA': { text: 'AWSIAM13{...AssetFragment}', stages: (f) => [[f.report]] },
  'root without hardware MFA': {
    text: 'AWSIAM14{...AssetFragment}',
    stages: (f) => [[f.report], [f.virtualMfaDevices]],
  },
  'root with access keys': {
    text: 'iamAccountSummaries(where:{hasIAMAccountSummaryItem_SOME:{key:"AccountAccessKeysPresent",value_GT:0}}){...AssetFragment}',
    stages: (f) => [[f.summary, f.identity]],
  },
  'console users without MFA': {
    text: 'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true,mfaActive:false}}){...AssetFragment}',
    stages: (f) => [[f.report]],
  },
  'console users without a device': {
    text: 'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true},mfaSerialNumbers:[]}){...AssetFragment}',
    stages: (f) => [[f.report]],
  },
  'users with a virtual device': {
    text: 'iamUsers(where:{mfaDevices_SOME:{isVirtual:true}}){...AssetFragment}',
    stages: (f) => [[f.report], [f.virtualMfaDevices]],
  },
  'users with a hardware device': {
    text: 'iamUsers(where:{mfaDevices_SOME:{isVirtual:false}}){...AssetFragment}',
    stages: (f) => [[f.report], [f.virtualMfaDevices], [f.mfaDevicesOf(withMfa)]],
  },
  'credentials unused for 45 days': { text: 'AWSIAM3{...AssetFragment}', stages: (f) => [[f.report]] },
  'keys not rotated for 90 days': { text: 'AWSIAM4{...AssetFragment}', stages: (f) => [[f.report]] },
  'more than one active key': { text: 'AWS130IAM13{...AssetFragment}', stages: (f) => [[f.report]] },
  'users with policies of their own': {
    text: 'iamUsers(where:{iamPolicies_SOME:{}}){...AssetFragment}',
    stages: (f) => [[f.details('User', 'Group')]],
  },
  'administrators without MFA': {
    text: 'iamUsers(where:{hasIAMGroup_SOME:{iamPolicies_SOME:{policyName:"AdministratorAccess"}},hasIAMUserCredentials:{mfaActive:false}}){...AssetFragment}',
    stages: (f) => [[f.report], [f.details('User', 'Group')]],
  },
  'policies with full privileges that are attached': {
    text: 'iamPolicies(where:{attachmentCount_GT:0,iamPolicyStatements_SOME:{effect:"Allow",actions_INCLUDES:"*",resources_INCLUDES:"*"}}){...AssetFragment}',
    stages: (f) => [[f.details('User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy')]],
  },
  'a role for support': {
    text: 'AWSIAM16{...AssetFragment}',
    stages: (f) => [[f.details('LocalManagedPolicy', 'AWSManagedPolicy')]],
  },
  'roles assumable from outside': {
    text: 'AWSRolesWithExternalAccess{...AssetFragment}',
    stages: (f) => [[f.details('Role')]],
  },
  'roles unused for 90 days': { text: 'UnusedAWSIAMRoles{...AssetFragment}', stages: (f) => [[f.details('Role')]] },
  'inline policies anywhere': {
    text: 'AWSIAM8{...AssetFragment}',
    stages: (f) => [[f.details('User', 'Group', 'Role')]],
  },
  'certificates that have expired': { text: 'AWS130IAM19{...AssetFragment}', stages: (f) => [[f.certificates]] },
  'the password policy': {
    text: 'iamPasswordPolicies(where:{minimumPasswordLength_LT:14}){...AssetFragment}',
    stages: (f) => [[f.passwordPolicy, f.identity]],
  },
};

/**
 * The wall time of questions to an account of 5,000 users whose every call takes 100 ms, against the least that calls which
 * need one another can take: a round of 100 ms for each of them in turn. The floor beside it is the bare SDK making the
 * same calls, which also has to read what it is answered: where that alone takes longer than the bound, the bound is on
 * what is added to it. Modules are loaded before: `check` measures that.
 */
export async function benchGraph(): Promise<readonly Line[]> {
  const endpoint = await startEndpointProcess({ latencyMs: LATENCY_MS });
  Object.assign(process.env, environment(endpoint.url));
  try {
    const [first] = Object.values(questions);
    if (first) await measure(first);
    const lines: Line[] = [];
    for (const [name, question] of Object.entries(questions)) lines.push(await lineOf(name, question));
    return lines;
  } finally {
    endpoint.stop();
  }
}

async function lineOf(name: string, question: Question): Promise<Line> {
  const runs: Measured[] = [];
  while (runs.length < RUNS && !runs.some(({ timeMs }) => timeMs > LONG_MS)) runs.push(await measure(question));
  const [{ rounds, calls, floorCalls }] = runs as [Measured];
  const time = Math.min(...runs.map((run) => run.timeMs));
  const floorTime = Math.min(...runs.map((run) => run.floorMs));
  const ratio = time / (rounds * LATENCY_MS);
  const floorRatio = floorTime / (rounds * LATENCY_MS);
  const isSdkTooSlow = floorRatio > BOUND;
  const isFast = ratio <= BOUND || (isSdkTooSlow && time / floorTime <= BOUND_OVER_SDK);
  const sameCalls = calls === floorCalls ? `${calls} calls` : `${calls} calls, ${floorCalls} of the floor`;
  return {
    what: `5,000 users, ${name}`,
    measured: `${ratio.toFixed(2)} x ${rounds} rounds of ${LATENCY_MS} ms (${ms(time)}; ${sameCalls}; ${(time / floorTime).toFixed(2)} x the bare SDK)`,
    bound: isSdkTooSlow
      ? `the bare SDK takes ${floorRatio.toFixed(2)} x: at most ${BOUND_OVER_SDK} x of that`
      : `at most ${BOUND} x`,
    isMet: isFast && calls === floorCalls,
  };
}

interface Measured {
  readonly rounds: number;
  readonly timeMs: number;
  readonly floorMs: number;
  readonly calls: number;
  readonly floorCalls: number;
}

async function measure(question: Question): Promise<Measured> {
  const floor = new Floor(8);
  const stages = question.stages(floor);
  let start = performance.now();
  const rounds = await runStages(stages);
  const floorMs = performance.now() - start;
  const source = open();
  start = performance.now();
  await answer(source.inventory(), question);
  return {
    rounds,
    floorMs,
    timeMs: performance.now() - start,
    calls: source.calls.length,
    floorCalls: floor.calls,
  };
}

function open(): Source {
  const { signal } = new AbortController();
  const live = new LiveSource(new AwsAccount({}, signal), { maxAgeMs: undefined, waitMs: 5_000 }, signal);
  return openAccount(live, { setupSeconds: 10 });
}

async function answer(inventory: Inventory, { text }: Question): Promise<void> {
  const [founding] = await findControls([foundingControlId]);
  if (!founding) throw new Error('the founding control is missing');
  const { verdict, errors } = text
    ? await judge(inventory, { text, rowsOnly: true }, parseExpectation('eq []'))
    : { ...(await runControl(inventory, founding)), errors: [] };
  if (verdict === 'ERROR') throw new Error(`${text ?? foundingControlId} could not be judged: ${errors}`);
}
