import { compareCodePoints } from '../iam/code-points.ts';
import type { AskedAccount } from '../inventory/inventory.ts';
import type { Finding } from './finding.ts';
import type { Verdict } from './judge.ts';
import { type ControlRun, combine, type RuleRun } from './run-control.ts';

/** What a control says of one of several accounts. */
interface AccountVerdict {
  readonly account: AskedAccount;
  readonly verdict: Verdict;
  /** What is known of it is of an earlier time than it should be: a scan failed, or is too old. */
  readonly isStale: boolean;
  /** How many findings count. */
  readonly found: number;
  /** Why it could not be judged, or not in full. */
  readonly reasons: readonly string[];
}

/** How many accounts passed, failed and could not be judged: together all of them. Stale ones are counted beside that. */
export interface RollUp {
  readonly passed: number;
  readonly failed: number;
  readonly notJudged: number;
  readonly stale: number;
  readonly verdicts: readonly AccountVerdict[];
}

/** A control over several accounts, account by account. */
export function rollUp(run: ControlRun, accounts: readonly AskedAccount[]): RollUp {
  const runs = splitRun(run, accounts);
  const verdicts = accounts.map((account, index) => verdictOf(runs[index] as ControlRun, account));
  const count = (verdict: Verdict): number => verdicts.filter((one) => one.verdict === verdict).length;
  return {
    passed: count('PASS'),
    failed: count('FAIL'),
    notJudged: count('ERROR'),
    stale: verdicts.filter(({ isStale }) => isStale).length,
    verdicts,
  };
}

function verdictOf({ verdict, rules }: ControlRun, account: AskedAccount): AccountVerdict {
  const deciding = rules.filter(({ rule }) => !rule.informative);
  const errors = deciding.flatMap((rule) => rule.errors);
  return {
    account,
    verdict,
    isStale: errors.some(({ stale }) => stale),
    found: deciding.reduce((sum, { findings }) => sum + findings.length, 0),
    reasons: [...new Set(errors.map(({ message }) => message))],
  };
}

/** What a control says of each of the accounts that it was judged over. Their assets were not counted apart. */
export function splitRun(run: ControlRun, accounts: readonly AskedAccount[]): readonly ControlRun[] {
  const ofRules = run.rules.map(splitRule);
  return accounts.map(({ id }) => {
    const rules = ofRules.map((ofAccount) => ofAccount(id));
    const deciding = rules.filter(({ rule }) => !rule.informative).map(({ verdict }) => verdict);
    return { ...run, rules, verdict: combine(deciding) };
  });
}

function splitRule(run: RuleRun): (account: string) => RuleRun {
  const findings = byAccount(run.findings);
  const excepted = byAccount(run.excepted);
  const errors = byAccount(run.errors);
  return (account) => {
    const own = { findings: findings(account), excepted: excepted(account), errors: errors(account) };
    return ruleOfAccount(run, own);
  };
}

/** Those of an account, after those that may be of any. */
function byAccount<T extends { readonly account?: string | undefined }>(items: readonly T[]) {
  const groups = Map.groupBy(items, ({ account }) => account);
  return (account: string): readonly T[] => [...(groups.get(undefined) ?? []), ...(groups.get(account) ?? [])];
}

function ruleOfAccount(run: RuleRun, of: Pick<RuleRun, 'findings' | 'excepted' | 'errors'>): RuleRun {
  const { findings, excepted, errors: mine } = of;
  // What was asked of all together was judged of none, and no account's reason is another's.
  const isOfOthers = !run.isByAccount && mine.length === 0 && run.errors.length > 0;
  const own = isOfOthers ? [askedTogether] : mine;
  const isOpen = own.length > 0 || (run.verdict === 'ERROR' && run.errors.length === 0);
  const errors = run.failsBeyondFindings && !isOpen ? [ofAllTogether] : own;
  // What may be of any account does not say that this one, which could not be read, has it.
  const isFound = findings.some(({ account: known }) => known !== undefined || !isOpen);
  const verdict = isFound ? 'FAIL' : isOpen || errors.length > 0 ? 'ERROR' : 'PASS';
  return { ...run, verdict, findings, excepted, errors, total: undefined, withdrawn: [] };
}

const askedTogether = {
  code: 'NotCollected',
  message: 'asked together with accounts that could not be read; ask with --connector what it is of this one alone',
};

/** A value is one of all accounts: which of them make it fail is not told by it. */
const ofAllTogether = {
  code: 'NotCollected',
  message: 'a value of all accounts together failed; ask with --connector what it is of this one alone',
};

/** Says of each finding in words which account it is in, and puts those of a unit together, and those of an account. */
export function withPlaces(run: ControlRun, accounts: readonly AskedAccount[]): ControlRun {
  const places = new Map(accounts.map((account) => [account.id, placeOf(account)]));
  const order = new Map(inUnits(accounts).map(({ id }, index) => [id, index]));
  const placed = <T extends Finding>(findings: readonly T[]): readonly T[] =>
    findings
      .map((finding) => {
        const place = places.get(finding.account ?? '') ?? finding.account;
        return place === undefined ? finding : { ...finding, place };
      })
      .sort((a, b) => (order.get(a.account ?? '') ?? -1) - (order.get(b.account ?? '') ?? -1));
  const rules = run.rules.map((rule) => ({
    ...rule,
    findings: placed(rule.findings),
    excepted: placed(rule.excepted),
  }));
  return { ...run, rules };
}

/** By the units that they are in, as a tree is printed; those of one unit stay in their order. */
export const inUnits = (accounts: readonly AskedAccount[]): readonly AskedAccount[] =>
  [...Map.groupBy(accounts, unitOf)].sort(([a], [b]) => compareCodePoints(a, b)).flatMap(([, of]) => of);

/** `acme: Root / Workloads`; empty where neither an organization nor a unit is known. */
export function unitOf({ organization, units }: AskedAccount): string {
  const path = units.map((unit) => unit.name).join(' / ');
  return [organization, path].filter((part) => part !== undefined && part !== '').join(': ');
}

/** `account build (111122223333) in acme: Root / Workloads` */
export function placeOf(account: AskedAccount): string {
  const { id, name, isOrganization } = account;
  if (isOrganization) return name;
  const unit = unitOf(account);
  return `account ${name === id ? id : `${name} (${id})`}${unit === '' ? '' : ` in ${unit}`}`;
}
