import type { CurrentUser } from '../aws/remediation/get-user.ts';
import type { Control, Parameters } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import type { Finding, FindingKey } from '../controls/finding.ts';
import type { Verdict } from '../controls/judge.ts';
import { runControl } from '../controls/run-control.ts';
import type { Instant } from '../iam/instant.ts';
import type { FactSource, ReportFacts } from '../inventory/fact-source.ts';
import { openAccount } from '../inventory/open-account.ts';
import { OneUserSource } from './one-user-source.ts';

/** What a control says of one user, now. */
export interface JudgedUser {
  readonly verdict: Verdict;
  /** The keys that it finds because they are active and were never used. */
  readonly keys: readonly FindingKey[];
  /** Why it is ERROR. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

export interface JudgedWith {
  readonly source: FactSource;
  readonly report: ReportFacts;
  readonly setupSeconds: number;
  readonly exceptions: readonly Exception[];
}

/** A control, and with which values it is judged. */
export interface PlannedControl {
  readonly control: Control;
  readonly parameters: Parameters;
}

const worstFirst: readonly Verdict[] = ['ERROR', 'FAIL', 'PASS'];

/**
 * Judges a control over one user by what AWS answers now, in whatever way the control asks. With several sets of values it
 * finds what it finds with any of them.
 */
export async function judgeUser(
  asked: readonly PlannedControl[],
  user: CurrentUser,
  judgedWith: JudgedWith,
  now: Instant,
): Promise<JudgedUser> {
  const judged: JudgedUser[] = [];
  for (const one of asked) judged.push(await judgeOnce(one, user, judgedWith, now));
  const keys = new Map(judged.flatMap((one) => one.keys.map((key) => [key.accessKeyId ?? key, key])));
  return {
    verdict: worstFirst.find((verdict) => judged.some((one) => one.verdict === verdict)) ?? 'ERROR',
    keys: [...keys.values()],
    errors: judged.flatMap(({ errors }) => errors),
  };
}

async function judgeOnce(
  { control, parameters }: PlannedControl,
  user: CurrentUser,
  { source, report, setupSeconds, exceptions }: JudgedWith,
  now: Instant,
): Promise<JudgedUser> {
  const one = openAccount(new OneUserSource(source, report, user), { setupSeconds }, { verify: 'all' });
  const { applicable: _, ...asked } = control;
  const deciding = { ...asked, rules: control.rules.filter(({ informative }) => !informative) };
  const { verdict, rules } = await runControl(one.inventory(), deciding, { parameters, exceptions, now });
  // There is nobody else, so that a key which is found itself is one of this user's.
  const ofUser = ({ type, identifier }: Finding): boolean =>
    type === 'IAMAccessKey' || (type === 'IAMUser' && identifier === user.arn);
  const found = rules.flatMap((rule) => rule.findings).filter(ofUser);
  const keys = found.flatMap((finding) => finding.keys.filter(({ foundUnused }) => foundUnused));
  return { verdict, keys, errors: rules.flatMap(({ errors }) => errors) };
}
