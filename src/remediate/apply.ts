import { setTimeout as pause } from 'node:timers/promises';
import { getUser } from '../aws/remediation/get-user.ts';
import { IamqlError } from '../iam/error.ts';
import { instantOf } from '../iam/instant.ts';
import { type Change, makeChange, note, type Outcome, type Settled, settleOpen } from './change.ts';
import { chooseBatches, leftOf } from './choose-batches.ts';
import type { Entry, Journal } from './journal.ts';
import { settledSteps, statesOf, stepKey } from './journal-state.ts';
import { type JudgedUser, judgeUser } from './judge-user.ts';
import { type Look, type LookSetting, lookAt } from './look.ts';
import type { Action, Batch, Plan, Step } from './plan-shape.ts';
import { checkPlanAge } from './read-plan.ts';

export interface ApplySetting extends LookSetting {
  readonly action: Action;
  /** The number of one batch, all, or the first that has something left. */
  readonly batches: number | 'all' | 'next';
  /** Of the first pause before what was throttled is tried again; it doubles. In milliseconds. */
  readonly pauseMs: number;
  /** Somebody wants it to end: the step that is under way is finished. */
  readonly isInterrupted: () => boolean;
  /** Called when something has come of a step. */
  readonly onStep: (applied: AppliedStep) => unknown;
}

export interface AppliedStep {
  readonly step: Step;
  /** `would`: a dry run would have done it. `before`: an earlier run has dealt with it. */
  readonly outcome: 'done' | 'would' | 'skipped' | 'before';
  readonly reason?: string;
}

/** What a control says of a user before and after. */
export interface Rejudged {
  readonly control: string;
  readonly userName: string;
  readonly before: JudgedUser;
  /** Undefined in a dry run. */
  readonly after: JudgedUser | undefined;
  /** The keys that were turned off or deleted. */
  readonly changed: readonly string[];
}

export interface Applied {
  readonly isDry: boolean;
  readonly action: Action;
  readonly batches: readonly number[];
  readonly settled: readonly Settled[];
  /** How many intents an earlier run has left open, which a dry run leaves as they are. */
  readonly open: number;
  readonly steps: readonly AppliedStep[];
  readonly rejudged: readonly Rejudged[];
  /** Why it ended before the last step. */
  readonly stopped: IamqlError | undefined;
  /** How many steps of the plan are left for another run. */
  readonly left: number;
}

/** So long after a look nothing is sent any more, in milliseconds. */
const LOOK_LIFE_MS = 30_000;
/** How often what AWS throttles is tried, each time after another look. */
const TRIES = 5;
/** AWS may show for some seconds what was true before: so often it is asked again. */
const LOOKS_AFTER = 4;

/**
 * Does the steps of a plan, or says what it would do.
 *
 * @param entries what the journal holds so far.
 * @param journal undefined for a dry run, which writes nothing anywhere.
 */
export async function applyPlan(
  plan: Plan,
  entries: readonly Entry[],
  journal: Journal | undefined,
  setting: ApplySetting,
): Promise<Applied> {
  const done = new Run(plan, journal, setting);
  const open = [...statesOf(entries, plan.account).values()].flatMap((state) => state.open ?? []);
  let settled: readonly Settled[] = [];
  let chosen: readonly Batch[] = [];
  let stopped: IamqlError | undefined;
  try {
    if (journal) settled = await settleOpen(open, journal, setting);
    const before = settledSteps(journal?.entries ?? entries, plan.digest);
    const states = statesOf(journal?.entries ?? entries, plan.account);
    chosen = chooseBatches(plan, before, states, setting);
    for (const step of chosen.flatMap((batch) => batch.steps)) {
      if (setting.isInterrupted()) throw new IamqlError('Interrupted', 'interrupted between two steps');
      checkPlanAge(plan, setting.clock());
      await done.take(step, before.get(stepKey(step.action, step.accessKeyId)), entries);
    }
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    stopped = error;
  }
  const { action } = setting;
  const left = leftOf(plan, settledSteps(journal?.entries ?? entries, plan.digest), action).length;
  const rejudged = await done.rejudge();
  const batches = chosen.map(({ number }) => number);
  const isDry = !journal;
  return { isDry, action, batches, settled, open: isDry ? open.length : 0, steps: done.steps, rejudged, stopped, left };
}

type Go = Extract<Look, { kind: 'go' }>;

const givenUp = (outcome: 'throttled' | 'stale'): IamqlError =>
  outcome === 'throttled'
    ? new IamqlError('Throttled', `AWS still throttles after ${TRIES} attempts; try again later`)
    : new IamqlError('InvalidInput', `the journal takes too long to write: more than ${LOOK_LIFE_MS / 1000} s a line`);

/** What is done to one plan in one run. */
class Run {
  readonly steps: AppliedStep[] = [];
  private readonly looks = new Map<
    string,
    { readonly step: Step; readonly before: JudgedUser; readonly changed: string[] }
  >();
  private readonly plan: Plan;
  private readonly journal: Journal | undefined;
  private readonly setting: ApplySetting;

  constructor(plan: Plan, journal: Journal | undefined, setting: ApplySetting) {
    this.plan = plan;
    this.journal = journal;
    this.setting = setting;
  }

  async take(step: Step, before: Entry | undefined, entries: readonly Entry[]): Promise<void> {
    if (before) {
      const reason = before.kind === 'skipped' ? `left alone: ${before.reason}` : `done ${before.at}`;
      return this.say({ step, outcome: 'before', reason });
    }
    for (let attempt = 1; ; attempt++) {
      const states = statesOf(this.journal?.entries ?? entries, this.plan.account);
      const look = await lookAt(step, states.get(step.accessKeyId), this.setting);
      if (look.kind === 'skip') return this.skip(step, look.reason, look.isEarly);
      if (!this.journal) return this.would(step, look);
      const outcome = await this.change(step, look, this.journal);
      if (outcome === 'gone') return this.skip(step, 'the key is gone');
      if (outcome === 'changed') return this.did(step, look);
      if (attempt === TRIES) throw givenUp(outcome);
      if (outcome === 'throttled') await pause(this.setting.pauseMs * 2 ** (attempt - 1));
    }
  }

  private async change(step: Step, look: Go, journal: Journal): Promise<Outcome> {
    const { clock } = this.setting;
    const isStale = (): boolean => Math.abs(clock().getTime() - look.at.getTime()) > LOOK_LIFE_MS;
    try {
      return await makeChange(this.changeOf(step), journal, this.setting, isStale);
    } catch (error) {
      // Sent, and nobody answered: it is judged anew as well.
      const state = statesOf(journal.entries, this.plan.account).get(step.accessKeyId);
      if (state?.last?.found && !state.open) this.keep(step, look).changed.push(step.accessKeyId);
      else if (state?.open) this.keep(step, look);
      throw error;
    }
  }

  /** Judges anew, live, for whom something was done. */
  async rejudge(): Promise<readonly Rejudged[]> {
    const rejudged: Rejudged[] = [];
    for (const { step, before, changed } of this.looks.values()) {
      const after = this.journal ? await this.judgeAfter(step, changed) : undefined;
      rejudged.push({ control: step.control, userName: step.userName, before, after, changed });
    }
    return rejudged;
  }

  private async judgeAfter(step: Step, changed: readonly string[]): Promise<JudgedUser> {
    let after: JudgedUser | undefined;
    for (let look = 1; look <= LOOKS_AFTER; look++) {
      after = await this.judgeNow(step);
      const isSeen = !after.keys.some(({ accessKeyId }) => changed.includes(accessKeyId ?? ''));
      if (isSeen || look === LOOKS_AFTER) break;
      await pause(this.setting.pauseMs * 2 ** (look - 1));
    }
    return after as JudgedUser;
  }

  private async judgeNow({ userName, userId, control: id }: Step): Promise<JudgedUser> {
    const { account, log, controls, clock } = this.setting;
    try {
      const user = await getUser(account, userName, { why: 'judging anew', log });
      const asked = controls.get(id);
      if (user?.userId !== userId || !asked)
        throw new IamqlError('NotCollected', `the user is ${user ? 'another one of that name' : 'gone'}`);
      return await judgeUser(asked, user, this.setting, instantOf(clock()));
    } catch (error) {
      if (!(error instanceof IamqlError)) throw error;
      return { verdict: 'ERROR', keys: [], errors: [{ code: error.kind, message: error.message }] };
    }
  }

  private would(step: Step, look: Go): void {
    this.keep(step, look);
    this.say({ step, outcome: 'would' });
  }

  private did(step: Step, look: Go): void {
    this.keep(step, look).changed.push(step.accessKeyId);
    this.say({ step, outcome: 'done' });
  }

  /** @param isEarly another day it is not to be skipped. */
  private skip(step: Step, reason: string, isEarly = false): void {
    if (this.journal && !isEarly) note(this.journal, this.setting, this.changeOf(step), 'skipped', { reason });
    this.say({ step, outcome: 'skipped', reason });
  }

  /** What was found before the first step for a user is what was there before. */
  private keep(step: Step, { before }: Go) {
    const key = `${step.control} ${step.userName}`;
    const kept = this.looks.get(key) ?? { step, before, changed: [] };
    this.looks.set(key, kept);
    return kept;
  }

  private say(applied: AppliedStep): void {
    this.steps.push(applied);
    this.setting.onStep(applied);
  }

  private changeOf({ action, account, userName, userId, accessKeyId, evidence }: Step): Change {
    const { keyCreated } = evidence;
    const by = this.setting.caller.arn;
    return { action, account, userName, userId, accessKeyId, keyCreated, plan: this.plan.digest, by };
  }
}
