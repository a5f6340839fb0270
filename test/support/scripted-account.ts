import { createHash } from 'node:crypto';
import { CallBucket } from './call-bucket.ts';
import { FaultSchedule } from './fault-schedule.ts';
import { type PolicyUsage, policyUsage } from './policy-usage.ts';
import { AwsError } from './query-answer.ts';
import { ReportLifecycle } from './report-lifecycle.ts';
import {
  type ResolvedScenario,
  resolveScenario,
  type Scenario,
  type ScenarioAccessKey,
  type ScenarioUser,
} from './scenario.ts';

export interface OwnedAccessKey {
  readonly user: ScenarioUser;
  readonly key: ScenarioAccessKey;
}

/** A scenario and what has happened to it since: the report's progress, faults used up, roles assumed. */
export class ScriptedAccount {
  readonly scenario: ResolvedScenario;
  readonly report: ReportLifecycle;
  readonly faults: FaultSchedule;
  readonly bucket: CallBucket | undefined;
  users: readonly ScenarioUser[];
  #usersByName: ReadonlyMap<string, ScenarioUser> = new Map();
  #keysById: ReadonlyMap<string, OwnedAccessKey> = new Map();
  readonly #sessionArns = new Map<string, string>();
  #policyUsage: PolicyUsage | undefined;

  constructor(scenario: Scenario) {
    this.scenario = resolveScenario(scenario);
    this.report = new ReportLifecycle(scenario);
    this.faults = new FaultSchedule(this.scenario.faults);
    this.bucket = scenario.callsPerSecond === undefined ? undefined : new CallBucket(scenario.callsPerSecond);
    this.users = this.scenario.users.filter((user) => !user.deletedSinceReport);
    this.#index();
  }

  /** Puts another user in the place of one, or none: what anybody does to the account after the report. */
  replaceUser(name: string, other: ScenarioUser | undefined): void {
    this.users = this.users.flatMap((user) => (user.name === name ? (other ?? []) : user));
    this.#index();
  }

  /** Puts another key in the place of one, or none. */
  replaceKey(id: string, change: (key: ScenarioAccessKey) => ScenarioAccessKey | undefined): void {
    const owned = this.accessKey(id);
    if (owned === undefined) return;
    const accessKeys = currentKeys(owned.user).flatMap((key) => (key.id === id ? (change(key) ?? []) : key));
    this.replaceUser(owned.user.name, { ...owned.user, accessKeys });
  }

  #index(): void {
    this.#usersByName = new Map(this.users.map((user) => [user.name, user]));
    this.#keysById = new Map(this.users.flatMap((user) => currentKeys(user).map((key) => [key.id, { user, key }])));
  }

  user(name: string): ScenarioUser {
    const user = this.#usersByName.get(name);
    if (user === undefined) throw new AwsError('NoSuchEntity', `The user with name ${name} cannot be found.`);
    return user;
  }

  /** Without a name, IAM takes the caller (https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html). */
  userOrCaller(name: string | undefined, callerArn: string): ScenarioUser {
    if (name !== undefined) return this.user(name);
    const caller = /:user\/(?:.*\/)?([^/]+)$/.exec(callerArn)?.[1];
    if (caller !== undefined) return this.user(caller);
    throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  }

  accessKey(id: string): OwnedAccessKey | undefined {
    return this.#keysById.get(id);
  }

  /** Of managed policies, by their ARNs; counted once, because thousands of policies ask. */
  get policyUsage(): PolicyUsage {
    this.#policyUsage ??= policyUsage(this.users, this.scenario);
    return this.#policyUsage;
  }

  callerArn(signingKeyId: string): string {
    return this.#sessionArns.get(signingKeyId) ?? this.scenario.callerArn;
  }

  /** The id of the temporary access key that stands for this session from now on. */
  openSession(arn: string): string {
    const id = uniqueId('ASIA', `${arn}#${this.#sessionArns.size}`);
    this.#sessionArns.set(id, arn);
    return id;
  }
}

export function currentKeys(user: Pick<ScenarioUser, 'accessKeys'>): readonly ScenarioAccessKey[] {
  return (user.accessKeys ?? []).filter((key) => !key.deletedSinceReport);
}

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id in AWS's form that depends on nothing but the name, so two runs print the same. */
export function uniqueId(
  prefix: 'AGPA' | 'AIDA' | 'AIPA' | 'ANPA' | 'AROA' | 'ASCA' | 'ASIA' | 'SAMLSP',
  name: string,
): string {
  const digest = createHash('sha256').update(name).digest().subarray(0, 16);
  return prefix + Array.from(digest, (byte) => ID_LETTERS[byte % ID_LETTERS.length]).join('');
}
