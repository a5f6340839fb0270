import { parseInstant } from '../../iam/instant.ts';
import type { YamlPath, YamlSource } from '../../yaml/yaml-source.ts';
import { readApplicable } from '../applicable.ts';
import type { Control, ControlTest } from '../control.ts';
import type { Verdict } from '../judge.ts';
import { parametersOf, whyNotParameter } from '../parameters.ts';
import { type ControlRun, runControl } from '../run-control.ts';
import { checkNames, checkTexts } from './check-texts.ts';
import { checkNullCases } from './null-cases.ts';
import { buildTestAccount } from './test-account.ts';

/** When the facts of a test were read that does not say when. */
const TEST_NOW = '2026-01-01T00:00:00+00:00';

/** What came of a test. */
export interface TestedRow {
  readonly name: string;
  /** Undefined where the test could not be run: a problem says why. */
  readonly verdict: Verdict | undefined;
  /** The names of what the deciding rules found. */
  readonly found: readonly string[];
  readonly isAsWritten: boolean;
}

interface RanTest {
  readonly row: TestedRow;
  readonly run: ControlRun | undefined;
  readonly nulls: ReadonlySet<string>;
}

/** Checks all that a control says, and runs its tests. What is wrong is among the problems of the source. */
export async function testControl(source: YamlSource, control: Control): Promise<readonly TestedRow[]> {
  checkNames(source, control);
  const texts = await checkTexts(source, control);
  // What a text finds that is wrong, or is asked with a wrong value, says nothing.
  const canRun = source.problems.length === 0;
  const ran: RanTest[] = [];
  for (const [index, test] of control.tests.entries())
    ran.push(await runTest(source, control, { test, path: ['tests', index], canRun }));
  checkNullCases(source, control, texts, new Set(ran.flatMap(({ nulls }) => [...nulls])));
  if (canRun) checkCoverage(source, control, ran);
  return ran.map(({ row }) => row);
}

async function runTest(
  source: YamlSource,
  control: Control,
  { test, path, canRun }: { readonly test: ControlTest; readonly path: YamlPath; readonly canRun: boolean },
): Promise<RanTest> {
  const before = source.problems.length;
  const now = parseInstant(test.now ?? TEST_NOW);
  if (now === undefined) source.wrong([...path, 'now'], `now is ${JSON.stringify(test.now)}, not an RFC 3339 time`);
  for (const [name, value] of Object.entries(test.parameters)) {
    const problem = whyNotParameter(control, name, value);
    if (problem) source.wrong([...path, 'parameters', name], problem);
  }
  const { inventory, nulls } = buildTestAccount(test, {
    now: now ?? TEST_NOW,
    path: [...path, 'assets'],
    complaints: source,
  });
  if (!canRun || source.problems.length > before) {
    return { row: { name: test.name, verdict: undefined, found: [], isAsWritten: false }, run: undefined, nulls };
  }
  const run = await runControl(inventory, control, { parameters: test.parameters });
  const row = rowOf(test, run);
  if (!row.isAsWritten) source.wrong([...path, whatDiffers(test, run)], describe(test, run, row));
  const parameters = parametersOf(control, test.parameters);
  const applicable = await readApplicable(inventory, control, { limits: undefined, parameters });
  for (const finding of decidingFindings(run).filter((one) => !applicable.mayBeAbout(one))) {
    source.wrong(
      path,
      `it finds ${finding.name}, which applicable does not select: no rule may find what is not applicable`,
    );
  }
  return { row, run, nulls };
}

const decidingFindings = ({ rules }: ControlRun) =>
  rules.filter(({ rule }) => !rule.informative).flatMap(({ findings }) => findings);

function rowOf(test: ControlTest, run: ControlRun): TestedRow {
  const found = [...new Set(decidingFindings(run).map(({ name }) => name))].sort();
  const isFound = test.findings === undefined || JSON.stringify([...test.findings].sort()) === JSON.stringify(found);
  return { name: test.name, verdict: run.verdict, found, isAsWritten: run.verdict === test.verdict && isFound };
}

const whatDiffers = ({ verdict }: ControlTest, run: ControlRun): string =>
  run.verdict === verdict ? 'findings' : 'verdict';

function describe({ verdict, findings }: ControlTest, run: ControlRun, { found }: TestedRow): string {
  const names = (list: readonly string[]): string => (list.length > 0 ? list.join(', ') : 'nothing');
  if (run.verdict === verdict) return `it finds ${names(found)}, and not ${names(findings ?? [])}`;
  const reasons = run.rules.flatMap(({ rule, errors }) =>
    rule.informative ? [] : errors.map(({ message }) => message),
  );
  const why = reasons[0] === undefined ? '' : `: ${reasons[0]}`;
  return `the verdict is ${run.verdict}, and not ${verdict}; it finds ${names(found)}${why}`;
}

/** Every deciding rule fails in some test, and the control passes in some: else nobody knows whether they can. */
function checkCoverage(source: YamlSource, { rules }: Control, ran: readonly RanTest[]): void {
  const runs = ran.flatMap(({ run }) => run ?? []);
  // What a test that could not be run would have shown is not known.
  if (runs.length < ran.length) return;
  for (const [index, { name, informative }] of rules.entries()) {
    if (informative || runs.some((run) => run.rules[index]?.verdict === 'FAIL')) continue;
    source.wrong(['rules', index, 'name'], `no test fails by the rule ${name}: write one that it finds something in`);
  }
  if (!runs.some(({ verdict }) => verdict === 'PASS')) {
    source.wrong(['tests'], 'no test passes: write one with an account that is as it should be');
  }
}
