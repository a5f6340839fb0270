import type { Control } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import { foundingControlId } from '../controls/load-controls.ts';
import { inOrder, type OrderGroup } from '../controls/order.ts';
import type { ControlRun } from '../controls/run-control.ts';
import { digestOf } from '../iam/digest.ts';
import { IamqlError } from '../iam/error.ts';
import { type Instant, instantOf, instantToMs, renderInstant } from '../iam/instant.ts';
import { deleteKeyCommand, keyStatusCommand } from '../iam/shell.ts';
import { type Inventory, isSample } from '../inventory/inventory.ts';
import { byHand } from './by-hand.ts';
import { type Decided, type DecidedKey, decide, otherExcepted } from './decide.ts';
import { type OtherFinding, type Owners, partFindings } from './found-keys.ts';
import { type Batch, PLAN_FORMAT, PLAN_LIFE_MS, type Plan, type Step } from './plan-shape.ts';
import { readAccount, readInactive, readOwners, readUsers } from './read-users.ts';

export interface PlanSettings {
  readonly now: Date;
  /** Keys younger than this are left out, in milliseconds: AWS reports uses late. */
  readonly minAgeMs: number;
  readonly batchSize: number;
  readonly order: readonly OrderGroup[];
  readonly exceptions: readonly Exception[];
  /** Where these are from, as they were named. */
  readonly exceptionFiles: readonly string[];
  /** The version of iamql. */
  readonly tool: string;
}

/** What can still go wrong, for whoever reads a plan. */
const caveats: readonly string[] = [
  'AWS knows no conditional write: a key that is used between the last look at it and the request that turns it off is turned off all the same.',
  'AWS reports the last use of a key hours late, so that a key may have been used and not look like it.',
  'For some seconds after a change AWS may still answer what was true before.',
  'Tell the owner of each key before. `iamql remediate undo` turns on again what was turned off; a deleted key cannot be brought back.',
];

/** Plans what is to be done about what was judged. @throws IamqlError where account or users cannot be read. */
export async function makePlan(
  inventory: Inventory,
  runs: readonly ControlRun[],
  settings: PlanSettings,
): Promise<Plan> {
  const owners = await ownersOf(inventory, runs);
  const { keys: found, others, excepted } = partFindings(runs, owners);
  const { account, partition } = await readAccount(inventory);
  const off = await inactiveUsers(inventory, runs);
  const arns = [...new Set([...found.map(({ finding }) => finding.identifier), ...off.arns])];
  const { minAgeMs, exceptions } = settings;
  const now = instantOf(settings.now);
  const controls = runs.map(({ control }) => control.id);
  const users = await readUsers(inventory, arns);
  const decided = decide(found, off.arns, { account, now, minAgeMs, exceptions, controls, users });
  const evidence = inventory.evidence();
  const generatedAt = evidence.credentialReport?.generatedAt;
  const plan: Omit<Plan, 'digest'> = {
    format: PLAN_FORMAT,
    tool: settings.tool,
    createdAt: renderInstant(now),
    expiresAt: renderInstant(instantOf(new Date(settings.now.getTime() + PLAN_LIFE_MS))),
    account,
    partition,
    source: { kind: isSample(evidence) ? 'sample' : evidence.source, ...reportTimes(generatedAt, now) },
    minAgeSeconds: Math.round(minAgeMs / 1000),
    exceptions: [...settings.exceptionFiles],
    controls: runs.map(plannedControl),
    caveats: [...caveats, ...off.caveats],
    batches: batchesOf(decided.keys, settings, (key) => stepOf(key, account, now, generatedAt)),
    notPlanned: [...decided.notPlanned],
    excepted: [...decided.excepted, ...otherExcepted(excepted)],
    byHand: await byHand(inventory, withoutDecided(others, decided), { account, partition, owners }),
  };
  return { ...plan, digest: digestOf(plan) };
}

/** Of keys that a control asks for by themselves. */
function ownersOf(inventory: Inventory, runs: readonly ControlRun[]): Promise<Owners> {
  const rules = runs.flatMap((run) => run.rules).filter(({ rule }) => !rule.informative);
  const found = rules.flatMap(({ findings, excepted }) => [...findings, ...excepted]);
  const ids = found.flatMap(({ type, identifier }) => (type === 'IAMAccessKey' ? identifier : []));
  return readOwners(inventory, [...new Set(ids)]);
}

/** Of the published control, which goes on to delete what is off. What cannot be read is said, and stops nothing. */
async function inactiveUsers(inventory: Inventory, runs: readonly ControlRun[]) {
  if (!runs.some(({ control }) => control.id === foundingControlId)) return { arns: [], caveats: [] };
  try {
    return { arns: await readInactive(inventory), caveats: [] };
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    return { arns: [], caveats: [`Which keys are off already could not be read: ${error.message}`] };
  }
}

/** Nobody is to replace by hand a key that will be turned off, nor to touch one that somebody has agreed to live with. */
function withoutDecided(others: readonly OtherFinding[], { keys, excepted }: Decided): readonly OtherFinding[] {
  const ids = new Set([...keys.map(({ key }) => key.accessKeyId), ...excepted.map(({ accessKeyId }) => accessKeyId)]);
  return others.flatMap((other) => {
    const left = other.finding.keys.filter(({ accessKeyId }) => accessKeyId === undefined || !ids.has(accessKeyId));
    const isOfOthers = left.length === 0 && other.finding.keys.length > 0;
    return isOfOthers ? [] : [{ ...other, finding: { ...other.finding, keys: left } }];
  });
}

/** What a control asks: texts and expectations, not the words for people. */
export const definitionOf = ({ rules, applicable }: Control): string =>
  digestOf([
    rules.map(({ query, expect, returnPath, informative }) => [query, expect, returnPath, informative]),
    applicable,
  ]);

const plannedControl = ({ control, parameters, verdict, rules }: ControlRun): Plan['controls'][number] => ({
  id: control.id,
  definition: definitionOf(control),
  parameters: { ...parameters },
  verdict,
  errors: [
    ...new Set(
      rules.filter(({ rule }) => !rule.informative).flatMap(({ errors }) => errors.map(({ message }) => message)),
    ),
  ],
});

function batchesOf(
  keys: readonly DecidedKey[],
  { batchSize, order }: PlanSettings,
  render: (key: DecidedKey) => Step,
): Batch[] {
  const batches: Batch[] = [];
  for (const action of ['deactivate', 'delete'] as const) {
    const ofAction = Map.groupBy(
      keys.filter((key) => key.action === action),
      ({ user }) => user,
    );
    for (const { group, users } of inOrder([...ofAction.keys()], order)) {
      // A group begins a batch of its own: who looks at the first batch has looked at all that is exposed, say.
      const steps = users.flatMap((user) => ofAction.get(user) ?? []).map(render);
      for (let start = 0; start < steps.length; start += batchSize)
        batches.push({ number: batches.length + 1, action, group, steps: steps.slice(start, start + batchSize) });
    }
  }
  return batches;
}

function stepOf(
  { action, control, user, key, since, reportGeneratedAt }: DecidedKey,
  account: string,
  now: Instant,
  generatedAt: Instant | undefined,
): Step {
  const { userName, arn, userId } = user;
  const isDeleted = action === 'delete';
  return {
    ...{ action, control, account, userName, arn, userId },
    accessKeyId: key.accessKeyId,
    evidence: {
      userCreated: renderInstant(user.createDate),
      keyCreated: renderInstant(key.createDate),
      status: key.status,
      lastUsed: null,
      slot: key.slot,
      slotChanged: since === null ? null : renderInstant(since),
      ...reportTimes(reportGeneratedAt ?? generatedAt, now),
    },
    command: isDeleted
      ? deleteKeyCommand(userName, key.accessKeyId)
      : keyStatusCommand(userName, key.accessKeyId, 'Inactive'),
    undo: isDeleted ? null : keyStatusCommand(userName, key.accessKeyId, 'Active'),
  };
}

const reportTimes = (generatedAt: Instant | undefined, now: Instant) => ({
  reportGeneratedAt: generatedAt ? renderInstant(generatedAt) : null,
  reportAgeSeconds: generatedAt ? Math.round((instantToMs(now) - instantToMs(generatedAt)) / 1000) : null,
});
