import { type RollUp, runOfAccount } from '../controls/by-account.ts';
import type { ControlRun } from '../controls/run-control.ts';
import type { Run } from './run.ts';

/** For formats whose records are each of one account: the same run, once for each account that it was judged over. */
export function splitByAccount(run: Run): readonly Run[] {
  const { accounts, controls, benchmark } = run;
  if (!accounts) return [run];
  return accounts.map(({ id }) => {
    const own = new Map<ControlRun, ControlRun>(controls.map((control) => [control, runOfAccount(control, id)]));
    const runOf: NonNullable<Run['benchmark']>['runOf'] = (recommendation) => {
      const decided = benchmark?.runOf(recommendation);
      return decided && own.get(decided);
    };
    return {
      ...run,
      evidence: { ...run.evidence, account: id, accounts: [id] },
      accounts: undefined,
      controls: [...own.values()],
      benchmark: benchmark && { ...benchmark, runOf },
    };
  });
}

/** `accounts: 12 passed, 3 failed, 2 could not be judged (1 stale)` */
export function wordsOfRollUp({ passed, failed, notJudged, stale }: RollUp): string {
  const old = stale > 0 ? ` (${stale} of all stale)` : '';
  return `accounts: ${passed} passed, ${failed} failed, ${notJudged} could not be judged${old}`;
}

/** The names of those that could not be judged at all. */
export const namesNotJudged = ({ verdicts }: RollUp): readonly string[] =>
  verdicts.filter(({ verdict }) => verdict === 'ERROR').map(({ account }) => account.name);
