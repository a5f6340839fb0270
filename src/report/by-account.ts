import { inUnits, type RollUp, rollUp, splitRun, unitOf } from '../controls/by-account.ts';
import type { ControlRun } from '../controls/run-control.ts';
import type { AskedAccount } from '../inventory/inventory.ts';
import { printable } from './printable.ts';
import type { Run } from './run.ts';

/** For formats whose records are each of one account: the same run, once for each account that it was judged over. */
export function splitByAccount(run: Run): readonly Run[] {
  const { accounts, controls, benchmark } = run;
  if (!accounts) return [run];
  const split = new Map(controls.map((control) => [control, splitRun(control, accounts)]));
  return accounts.map((account, index) => {
    const ofAccount = (control: ControlRun): ControlRun => split.get(control)?.[index] as ControlRun;
    const runOf: NonNullable<Run['benchmark']>['runOf'] = (recommendation) => {
      const decided = benchmark?.runOf(recommendation);
      return decided && ofAccount(decided);
    };
    return {
      ...run,
      account,
      evidence: { ...run.evidence, account: account.id, accounts: [account.id] },
      accounts: undefined,
      controls: controls.map(ofAccount),
      benchmark: benchmark && { ...benchmark, runOf },
    };
  });
}

/** `accounts: 12 passed, 3 failed, 2 could not be judged (1 stale)` */
export function wordsOfRollUp({ passed, failed, notJudged, stale }: RollUp): string {
  const old = stale > 0 ? ` (${stale} of all stale)` : '';
  return `accounts: ${passed} passed, ${failed} failed, ${notJudged} could not be judged${old}`;
}

/** How many accounts are named before they are only counted. */
const MOST_NAMES = 50;

/** The same, and by name those that could not be judged, and those of which only an earlier time is known. */
export const linesOfRollUp = (whole: RollUp): readonly string[] => [
  wordsOfRollUp(whole),
  ...named(
    'not judged',
    namesOf(whole, ({ verdict }) => verdict === 'ERROR'),
  ),
  ...named(
    'stale',
    namesOf(whole, ({ isStale }) => isStale),
  ),
];

const namesOf = ({ verdicts }: RollUp, isMeant: (one: RollUp['verdicts'][number]) => boolean): readonly string[] =>
  verdicts.filter(isMeant).map(({ account }) => printable(account.name));

function named(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length - MOST_NAMES;
  const rest = more > 0 ? `, and ${more} more; --format json names them` : '';
  return [`${what}: ${names.slice(0, MOST_NAMES).join(', ')}${rest}`];
}

/** How an account stands: how many controls it passed, failed, could not be judged by, and of how many it is stale. */
export interface AccountScore extends Record<'passed' | 'failed' | 'notJudged' | 'stale', number> {
  readonly account: AskedAccount;
  /** Why it could not be judged, or not in full; each reason once. */
  readonly reasons: readonly string[];
}

/** One for each account of a run over several, by unit. */
export function scoreAccounts({ accounts, controls }: Run): readonly AccountScore[] {
  if (!accounts) return [];
  const ordered = inUnits(accounts);
  const wholes = controls.map((control) => rollUp(control, ordered));
  return ordered.map((account, index) => {
    const own = wholes.flatMap(({ verdicts }) => verdicts[index] ?? []);
    const count = (verdict: string): number => own.filter((one) => one.verdict === verdict).length;
    const [passed, failed, notJudged] = [count('PASS'), count('FAIL'), count('ERROR')];
    const stale = own.filter(({ isStale }) => isStale).length;
    const reasons = [...new Set(own.flatMap((one) => one.reasons))];
    return { account, passed, failed, notJudged, stale, reasons };
  });
}

/** How the accounts of a unit stand, without those of the units below it. */
export interface UnitScore {
  /** `acme: Root / Workloads`; empty for accounts of which none is known. */
  readonly unit: string;
  readonly accounts: number;
  /** Accounts that passed all controls. */
  readonly passed: number;
  /** Accounts that failed some. */
  readonly failed: number;
  /** Accounts that could not be judged by some. They may have failed others. */
  readonly notJudged: number;
  readonly stale: number;
}

/** One for each unit that accounts are in; none where there are no units. */
export function scoreUnits(scores: readonly AccountScore[]): readonly UnitScore[] {
  const units = Map.groupBy(scores, ({ account }) => unitOf(account));
  if (units.size === 1 && units.has('')) return [];
  return [...units].map(([unit, of]) => ({
    ...{ unit, accounts: of.length },
    passed: of.filter(({ passed, failed, notJudged }) => passed > 0 && failed + notJudged === 0).length,
    failed: of.filter(({ failed }) => failed > 0).length,
    notJudged: of.filter(({ notJudged }) => notJudged > 0).length,
    stale: of.filter(({ stale }) => stale > 0).length,
  }));
}
