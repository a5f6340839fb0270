import type { Recommendation } from '../controls/benchmark.ts';
import type { Verdict } from '../controls/judge.ts';
import type { ControlRun } from '../controls/run-control.ts';
import type { Run } from './run.ts';

/** What a run lists, in the order of its benchmark, or of the controls that were named. */
export interface Section {
  /** `''` where no benchmark numbers it. */
  readonly number: string;
  readonly title: string;
  readonly items: readonly Item[];
}

export interface Item {
  /** The recommendation's, `''` where no benchmark numbers it. */
  readonly number: string;
  readonly level: 1 | 2 | undefined;
  readonly title: string;
  readonly status: Status;
  /** Undefined where nothing was judged: `reason` says why. */
  readonly run: ControlRun | undefined;
  readonly reason: string | undefined;
}

/** Nothing decides a recommendation that is not automated; one that is not judged was left out of this run. */
export type Status = Verdict | 'NOT_JUDGED' | 'NOT_AUTOMATED';

export const statusWords: Readonly<Record<Status, string>> = {
  PASS: 'PASS',
  FAIL: 'FAIL',
  ERROR: 'ERROR',
  NOT_JUDGED: 'NOT JUDGED',
  NOT_AUTOMATED: 'NOT AUTOMATED',
};

/** What was judged, in the sections of the benchmark; in a single one without a benchmark. */
export function listSections({ benchmark: ran, controls }: Run): readonly Section[] {
  if (!ran) return [{ number: '', title: 'Controls', items: controls.map(itemOfRun) }];
  const runs = new Set<ControlRun | undefined>();
  const sections = ran.benchmark.sections.map(({ number, title, recommendations }) => ({
    number,
    title,
    items: recommendations.map((recommendation) => {
      const run = ran.runOf(recommendation);
      runs.add(run);
      return itemOfRecommendation(recommendation, run);
    }),
  }));
  // A control that was named beside the benchmark counts as much as the others.
  const others = controls.filter((run) => !runs.has(run));
  return others.length === 0
    ? sections
    : [...sections, { number: '', title: 'Beside the benchmark', items: others.map(itemOfRun) }];
}

const itemOfRun = (run: ControlRun): Item => ({
  number: '',
  level: undefined,
  title: run.control.title,
  status: run.verdict,
  run,
  reason: undefined,
});

function itemOfRecommendation(recommendation: Recommendation, run: ControlRun | undefined): Item {
  const { number, level } = recommendation;
  if (recommendation.control === undefined) {
    const { title, notAutomated: reason } = recommendation;
    return { number, level, title, status: 'NOT_AUTOMATED', run: undefined, reason };
  }
  if (run) return { ...itemOfRun(run), number, level };
  const { control: title } = recommendation;
  return { number, level, title, status: 'NOT_JUDGED', run, reason: 'it was left out of this run' };
}

/** How many of the items there are of each status, and how many findings are excepted. */
export interface Score extends Readonly<Record<Status, number>> {
  /** PASS and FAIL. */
  readonly judged: number;
  readonly excepted: number;
}

/** Counts the items of all sections; a finding of a run that stands in several of them counts once. */
export function scoreOf(sections: readonly Section[]): Score {
  const items = sections.flatMap((section) => section.items);
  const count = (status: Status): number => items.filter((item) => item.status === status).length;
  const runs = new Set(items.flatMap(({ run }) => run ?? []));
  const rules = [...runs].flatMap((run) => run.rules).filter(({ rule }) => !rule.informative);
  return {
    PASS: count('PASS'),
    FAIL: count('FAIL'),
    ERROR: count('ERROR'),
    NOT_JUDGED: count('NOT_JUDGED'),
    NOT_AUTOMATED: count('NOT_AUTOMATED'),
    judged: count('PASS') + count('FAIL'),
    excepted: rules.reduce((sum, { excepted }) => sum + excepted.length, 0),
  };
}

/** `5 of 7 judged passed; 1 could not be judged (ERROR)`: what was not judged is never among those that passed. */
export function renderScore(score: Score): string {
  const apart: readonly (readonly [number, string])[] = [
    [score.ERROR, 'could not be judged (ERROR)'],
    [score.NOT_JUDGED, 'left out of this run'],
    [score.NOT_AUTOMATED, 'not automated'],
    [score.excepted, `${score.excepted === 1 ? 'finding' : 'findings'} excepted`],
  ];
  const shown = apart.filter(([count]) => count > 0).map(([count, words]) => `; ${count} ${words}`);
  return `${score.PASS} of ${score.judged} judged passed${shown.join('')}`;
}
