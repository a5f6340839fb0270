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
  const verdicts = accounts.map((account) => verdictOf(runOfAccount(run, account.id), account));
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

/** What a control says of one of the accounts that it was judged over. Its assets were not counted apart. */
export function runOfAccount(run: ControlRun, account: string): ControlRun {
  const rules = run.rules.map((rule) => ruleOfAccount(rule, account));
  const deciding = rules.filter(({ rule }) => !rule.informative).map(({ verdict }) => verdict);
  return { ...run, rules, verdict: combine(deciding) };
}

function ruleOfAccount(run: RuleRun, account: string): RuleRun {
  const isOf = ({ account: other }: { readonly account?: string | undefined }): boolean =>
    other === undefined || other === account;
  const findings = run.findings.filter(isOf);
  const mine = run.errors.filter(isOf);
  // What was asked of all together was judged of none, and no account's reason is another's.
  const isOfOthers = !run.isByAccount && mine.length === 0 && run.errors.length > 0;
  const own = isOfOthers ? [askedTogether] : mine;
  const isOpen = own.length > 0 || (run.verdict === 'ERROR' && run.errors.length === 0);
  const errors = run.failsBeyondFindings && !isOpen ? [ofAllTogether] : own;
  // What may be of any account does not say that this one, which could not be read, has it.
  const isFound = findings.some(({ account: known }) => known !== undefined || !isOpen);
  const verdict = isFound ? 'FAIL' : isOpen || errors.length > 0 ? 'ERROR' : 'PASS';
  return { ...run, verdict, findings, excepted: run.excepted.filter(isOf), errors, total: undefined, withdrawn: [] };
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

/** Says of each finding in words which account it is in. */
export function withPlaces(run: ControlRun, accounts: readonly AskedAccount[]): ControlRun {
  const places = new Map(accounts.map((account) => [account.id, placeOf(account)]));
  const placed = <T extends Finding>(finding: T): T => {
    const place = places.get(finding.account ?? '') ?? finding.account;
    return place === undefined ? finding : { ...finding, place };
  };
  const rules = run.rules.map((rule) => ({
    ...rule,
    findings: rule.findings.map(placed),
    excepted: rule.excepted.map(placed),
  }));
  return { ...run, rules };
}

/** `account build (111122223333) in acme: Root / Workloads` */
function placeOf({ id, name, organization, units }: AskedAccount): string {
  const called = name === id ? id : `${name} (${id})`;
  const path = units.map((unit) => unit.name).join(' / ');
  const where = [organization, path].filter((part) => part !== undefined && part !== '').join(': ');
  return `account ${called}${where === '' ? '' : ` in ${where}`}`;
}
