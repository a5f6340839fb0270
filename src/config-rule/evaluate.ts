import { AwsAccount } from '../aws/aws-account.ts';
import { CallLog } from '../aws/call-log.ts';
import { type Evaluation, listEvaluations, putEvaluations } from '../aws/config-service.ts';
import type { Control } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import { readParameter } from '../controls/parameters.ts';
import { type ControlRun, runControl } from '../controls/run-control.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { LiveSource } from '../inventory/live-source.ts';
import { openAccount } from '../inventory/open-account.ts';
import { evaluationsOf, type JudgedAccount } from './evaluations.ts';
import type { Invocation } from './invocation.ts';
import { readResources } from './resources.ts';

/** As `iamql check` waits for a report, and takes a key to be made during setup. */
const WAIT_MS = 3 * 60_000;
const SETUP_SECONDS = 10;
/** What is left for telling AWS Config that an account could not be judged in time. */
const TELLING_MS = 60_000;

export interface EvaluationSettings {
  /** Findings that somebody has agreed to live with; what has expired no longer counts. */
  readonly exceptions?: readonly Exception[];
  /** How long the run may take yet, in milliseconds. */
  readonly leftMs?: number | undefined;
  /** No facts older than this, in milliseconds; undefined for as old as AWS hands out. */
  readonly maxAgeMs?: number | undefined;
}

/**
 * Judges the account that it runs in as `iamql check` does, and puts the verdict as evaluations.
 *
 * @returns what was put.
 * @throws what kept the account from being judged, or AWS Config from being told, once it was told all there is to tell:
 *   the run ends with an error, so that nobody takes it for done.
 */
export async function evaluate(
  control: Control,
  invocation: Invocation,
  { leftMs, maxAgeMs, exceptions = [] }: EvaluationSettings = {},
): Promise<readonly Evaluation[]> {
  const never = new AbortController().signal;
  const ending = leftMs === undefined ? never : AbortSignal.timeout(Math.max(leftMs - TELLING_MS, 0));
  const open = () => openInventory(ending, maxAgeMs);
  const { judged, failure } = await judgeAccount(control, invocation, { open, exceptions });
  const account = new AwsAccount({}, never);
  const earlier = await readEarlier(account, invocation);
  const evaluations = evaluationsOf(judged, earlier instanceof Error ? [] : earlier);
  await putEvaluations(account, evaluations, invocation, tag());
  if (failure) throw failure;
  if (earlier instanceof Error) throw earlier;
  return evaluations;
}

const tag = () => ({ why: 'the evaluations of the rule', log: new CallLog() });

/** Without them what was found before stays NON_COMPLIANT, and the account's verdict is told all the same. */
async function readEarlier(account: AwsAccount, { isTest, ruleName }: Invocation) {
  // A trial by hand has no rule that has said anything.
  if (isTest) return [];
  try {
    return await listEvaluations(account, ruleName, tag());
  } catch (error) {
    return error as Error;
  }
}

interface Outcome {
  readonly judged: JudgedAccount;
  /** What the run is to end with once AWS Config was told. */
  readonly failure: Error | undefined;
}

interface Opened {
  readonly open: () => Inventory;
  readonly exceptions: readonly Exception[];
}

async function judgeAccount(control: Control, invocation: Invocation, { open, exceptions }: Opened): Promise<Outcome> {
  const { accountId } = invocation;
  const nothing = { accountId, run: undefined, found: undefined };
  try {
    const inventory = open();
    const run = await runControl(inventory, control, { parameters: parametersOf(control, invocation), exceptions });
    rejectOther(inventory, accountId);
    const reasons = run.rules
      .filter(({ rule }) => !rule.informative)
      .flatMap(({ errors }) => errors.map(({ message }) => message));
    const failure = run.verdict === 'ERROR' ? new IamqlError('NotCollected', couldNot(control, reasons)) : undefined;
    return withResources({ ...nothing, run, reasons }, inventory, failure);
  } catch (error) {
    const failure = error as Error;
    return { judged: { ...nothing, reasons: [failure.message] }, failure };
  }
}

/** What was found is found, whether or not AWS Config can be told by which name it knows it. */
async function withResources(
  judged: JudgedAccount & { readonly run: ControlRun },
  inventory: Inventory,
  failure: Error | undefined,
): Promise<Outcome> {
  try {
    return { judged: { ...judged, found: await readResources(inventory, judged.run) }, failure };
  } catch (error) {
    return { judged, failure: failure ?? (error as Error) };
  }
}

function openInventory(signal: AbortSignal, maxAgeMs: number | undefined): Inventory {
  const live = new LiveSource(new AwsAccount({}, signal), { maxAgeMs, waitMs: WAIT_MS }, signal);
  return openAccount(live, { setupSeconds: SETUP_SECONDS }, { maxAgeMs }).inventory();
}

const parametersOf = (control: Control, { parameters }: Invocation) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, written]) => [name, readParameter(control, name, written)]),
  );

/** The evaluations of one account must not be told of another. */
function rejectOther(inventory: Inventory, accountId: string): void {
  const { account = accountId } = inventory.evidence();
  if (account !== accountId)
    throw new IamqlError('InvalidInput', `the function reads account ${account}, and the rule is in ${accountId}`);
}

const couldNot = ({ id }: Control, reasons: readonly string[]): string =>
  `${id} could not be judged: ${reasons.join('; ')}`;
